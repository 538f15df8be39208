"""The loss of token classification: cross-entropy of each word's tag, at the first piece of the word."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch.nn import functional

from plugins.nlp.encoders.objective import Evaluated
from plugins.nlp.encoders.packed import PackedModel, moved
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.tokens import EncodedTokens
from plugins.nlp.token_classification.bert.windows import Windows
from plugins.nlp.token_classification.evaluation import TagPredictions, measure
from plugins.nlp.token_classification.schemes import TagSet
from plugins.nlp.token_classification.sentences import Sentences

__all__ = ["TagObjective", "predictions_of", "probabilities"]

_IGNORED = -100


@dataclass(frozen=True, eq=False)
class TagObjective:
    """A `plugins.nlp.encoders.objective.Objective`; its rows are windows.

    Attributes:
        windows: Of the sentences.
        sentences: With their true tags.
        known: The tags.
        device: Where losses are computed.
    """

    windows: Windows
    sentences: Sentences
    known: TagSet
    device: torch.device
    train_metric: str = "accuracy"

    @property
    def tokens(self) -> EncodedTokens:
        """The windows."""
        return self.windows.tokens

    def weight(self, rows: np.ndarray) -> float:
        """Return how many words have their tag in the windows."""
        return float(self._words[rows].sum())

    def count(self, rows: np.ndarray) -> int:
        """Return how many words have their tag in the windows."""
        return int(self._words[rows].sum())

    def loss(self, outputs: torch.Tensor, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the summed cross-entropy in nats, and how many words have the right tag."""
        places, _ = self.tokens.places(rows)
        tags = moved(self._tags[places], self.device)
        loss = functional.cross_entropy(outputs, tags, ignore_index=_IGNORED, reduction="sum")
        return loss, (outputs.detach().argmax(dim=-1) == tags).sum()

    def evaluate(self, outputs: torch.Tensor) -> Evaluated:
        """Return the probabilities of the tags, float32, shape (words, tags), their metrics, and the mean loss."""
        shares = _softmax(outputs, self.windows)
        tags = self.sentences.tags
        loss = float(-np.log(np.maximum(shares[np.arange(tags.size), tags], np.finfo(np.float64).tiny)).mean())
        found = shares.astype(np.float32)
        if not (math.isfinite(loss) and np.isfinite(found).all()):
            return Evaluated(found, {"loss": math.nan})
        return Evaluated(found, {"loss": loss, **measure(predictions_of(found, self.sentences, self.known))})

    @cached_property
    def _tags(self) -> np.ndarray:
        """The true tag of each token, int64, shape (tokens,)."""
        tags = np.full(self.tokens.ids.size, _IGNORED, dtype=np.int64)
        tags[self.windows.places] = self.sentences.tags
        return tags

    @cached_property
    def _words(self) -> np.ndarray:
        """How many words have their tag in each window, int64, shape (windows,)."""
        windows = np.searchsorted(self.tokens.offsets, self.windows.places, side="right") - 1
        return np.bincount(windows, minlength=len(self.tokens))


def probabilities(model: PackedModel, windows: Windows) -> np.ndarray:
    """Return the probabilities of the tags of all words, float32, shape (words, tags)."""
    return _softmax(outputs_of(model, windows.tokens), windows).astype(np.float32)


def predictions_of(shares: np.ndarray, sentences: Sentences, known: TagSet) -> TagPredictions:
    """Return the most probable tag of each word, repaired so that all entities are complete.

    Args:
        shares: Probabilities, shape (words, tags).
        sentences: With their true tags.
        known: The tags.
    """
    offsets, at = sentences.offsets, np.arange(sentences.tags.size)
    tags = known.repaired(shares.argmax(axis=1), offsets)
    return TagPredictions(known, offsets, sentences.tags, tags, shares[at, tags], shares[at, sentences.tags])


def _softmax(outputs: torch.Tensor, windows: Windows) -> np.ndarray:
    shares: np.ndarray = outputs[torch.from_numpy(windows.places)].double().softmax(dim=-1).numpy()
    return shares
