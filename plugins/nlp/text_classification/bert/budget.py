"""How many tokens are computed at a time, and what this process has learnt of it where memory ran out."""

from collections.abc import Mapping
from typing import Any

from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.device import token_budget
from plugins.nlp.text_classification.bert.families import FAMILIES
from plugins.nlp.text_classification.bert.memory import release
from plugins.nlp.text_classification.bert.tokens import Tokens

__all__ = ["Budget", "forget_budgets"]

_Key = tuple[object, ...]
_safe: dict[_Key, int] = {}
"""Only for as long as the process lives: what else fills the device's memory today may be gone tomorrow."""


class Budget:
    """The tokens of a micro-batch.

    What had to be cut is remembered for the model's shape, the length of the texts, the way of attention and the
    device, so that the next training of this process does not run out of memory again.

    Args:
        classifier: What computes.
        tokens: What it will be given.
        training: Whether gradients are computed too.
        fresh: Whether to know nothing of earlier trainings, so that a training repeats itself.

    Attributes:
        tokens: Of a micro-batch at most; a text alone may have more.
        halvings: How often memory ran out and `tokens` was halved.
        remembered: Whether an earlier training has had to cut it.
    """

    def __init__(self, classifier: Classifier, tokens: Tokens, *, training: bool, fresh: bool = False) -> None:
        self._device = classifier.device
        config, longest = classifier.model.config, int(tokens.lengths.max(initial=0))
        shape = (config.model_type, config.num_hidden_layers, config.hidden_size, classifier.model.num_parameters())
        dropout = getattr(config, FAMILIES[config.model_type].attention_dropout) if training else 0.0
        self._key: _Key = (*shape, longest, bool(dropout), str(self._device), classifier.precision.name, training)
        self.remembered = self._key in _safe and not fresh
        self.tokens = _safe[self._key] if self.remembered else token_budget(self._device, training=training)
        self.halvings = 0

    def halve(self, tried: int) -> None:
        """Take half as many tokens from here on as did not fit, which were `tried` in all."""
        self.tokens = max(1, min(self.tokens, tried) // 2)
        self.halvings += 1
        release(self._device)

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint must know to cut micro-batches as they were cut so far."""
        return {"tokens": self.tokens, "halvings": self.halvings, "remembered": self.remembered}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""
        self.tokens, self.halvings = int(state["tokens"]), int(state["halvings"])
        self.remembered = bool(state["remembered"])

    def worked(self) -> None:
        """Remember what was enough in the end."""
        if self.halvings:
            _safe[self._key] = self.tokens


def forget_budgets() -> None:
    """Forget what was learnt: other processes may have left the device."""
    _safe.clear()
