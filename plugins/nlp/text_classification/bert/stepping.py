"""One optimizer step, exact however it is cut."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from catalog.errors import OutOfMemoryError
from plugins.nlp.text_classification.bert.batches import cut
from plugins.nlp.text_classification.bert.budget import Budget
from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.memory import is_exhausted
from plugins.nlp.text_classification.bert.optimizer import build_optimizer, set_rate
from plugins.nlp.text_classification.bert.packed import moved
from plugins.nlp.text_classification.bert.scoring import Judged

__all__ = ["Stepper"]


class Stepper:
    """Takes optimizer steps on one model.

    The loss of a step is the mean over its examples, each counted by the weight of its class: the sums of all
    micro-batches are divided by the weight of the whole step, so that no cut changes the gradients. Where memory runs
    out, micro-batches get smaller, down to one row.

    Attributes:
        budget: Tokens of a micro-batch.
        examples: Seen so far, each epoch counted.
        tokens: Real tokens seen so far, each epoch counted.
    """

    def __init__(self, classifier: Classifier, training: Judged, config: BertConfig) -> None:
        self._classifier = classifier
        self._training = training
        self._config = config
        self._row_weights = training.weights[training.labels]
        self._class_weights = torch.from_numpy(training.weights).to(classifier.device)
        self._optimizer = build_optimizer(classifier.model, config)
        self._scaler = torch.amp.GradScaler(classifier.device.type, enabled=classifier.precision.scaled)
        self._loss_sum = torch.zeros((), device=classifier.device)
        self._hits = torch.zeros((), device=classifier.device)
        self._seen = 0
        self._weight_sum = 0.0
        self.budget = Budget(classifier, training.tokens, training=True)
        self.examples = 0
        self.tokens = 0

    def step(self, rows: np.ndarray, rate: float) -> None:
        """Train on `rows` (in order of length) at learning rate `rate`; nothing waits for the device."""
        set_rate(self._optimizer, rate)
        while (loss := self._try_gradients(rows)) is None:
            self._classifier.forget()
            self.budget.halve(int(self._training.tokens.lengths[rows].sum()))
        self.budget.worked()
        self._update()
        self._loss_sum += loss[0]
        self._hits += loss[1]
        self._seen += rows.size
        self._weight_sum += float(self._row_weights[rows].sum())
        self.examples += rows.size
        self.tokens += int(self._training.tokens.lengths[rows].sum())

    def loss_so_far(self) -> float:
        """Return the mean training loss since the last `restart`; waits for the device."""
        return float(self._loss_sum) / self._weight_sum if self._weight_sum else 0.0

    def accuracy_so_far(self) -> float:
        """Return the share of rows that were right when they were trained on, since the last `restart`; waits."""
        return float(self._hits) / self._seen if self._seen else 0.0

    def restart(self) -> None:
        """Begin new means."""
        self._loss_sum.zero_()
        self._hits.zero_()
        self._weight_sum, self._seen = 0.0, 0

    def state(self) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
        """Return what a checkpoint must know besides the model, between two steps; the tensors live on."""
        states = self._optimizer.state_dict()["state"]
        moments = {f"{index}.{name}": value for index, state in states.items() for name, value in state.items()}
        numbers = {
            "scaler": self._scaler.state_dict(),
            "budget": self.budget.state(),
            "loss_sum": float(self._loss_sum),
            "hits": float(self._hits),
            "seen": self._seen,
            "weight_sum": self._weight_sum,
            "examples": self.examples,
            "tokens": self.tokens,
        }
        return numbers, moments

    def restore(self, numbers: Mapping[str, Any], moments: Mapping[str, torch.Tensor]) -> None:
        """Take over what `state` returned; the model has its weights already."""
        states: dict[int, dict[str, torch.Tensor]] = {}
        for place, value in moments.items():
            index, _, name = place.partition(".")
            states.setdefault(int(index), {})[name] = value
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": states})
        self._scaler.load_state_dict(dict(numbers["scaler"]))
        self.budget.restore(numbers["budget"])
        self._loss_sum.fill_(numbers["loss_sum"])
        self._hits.fill_(numbers["hits"])
        self._seen, self._weight_sum = int(numbers["seen"]), float(numbers["weight_sum"])
        self.examples, self.tokens = int(numbers["examples"]), int(numbers["tokens"])
        self._classifier.refresh()

    def _update(self) -> None:
        try:
            if self._config.max_grad_norm:
                self._scaler.unscale_(self._optimizer)
                nn.utils.clip_grad_norm_(self._classifier.model.parameters(), self._config.max_grad_norm)
            self._scaler.step(self._optimizer)
            self._scaler.update()
            self._classifier.refresh()
        except (RuntimeError, MemoryError) as error:
            if is_exhausted(error):  # its state is twice as large as the model; no batch can be cut to make room
                raise OutOfMemoryError(
                    f"Out of memory on {self._classifier.device}: the model's weights, gradients and the optimizer's "
                    "state do not fit, whatever the batch. Use a smaller model, or free memory there.",
                    field="model_config.model_name",
                ) from error
            raise

    def _try_gradients(self, rows: np.ndarray) -> torch.Tensor | None:
        """Return the step's summed loss and rows that were right, with its gradients in the parameters.

        None where memory ran out.
        """
        micro_batches = cut(rows, self._training.tokens.lengths, self.budget.tokens, self._config.batch_size)
        try:
            return self._gradients(micro_batches, float(self._row_weights[rows].sum()))
        except (RuntimeError, MemoryError) as error:
            if len(micro_batches) == rows.size or not is_exhausted(error):
                raise
            return None

    def _gradients(self, micro_batches: Sequence[np.ndarray], weight: float) -> torch.Tensor:
        total = torch.zeros(2, device=self._classifier.device)
        for rows in micro_batches:
            logits = self._classifier.logits(self._training.tokens, rows)
            labels = moved(self._training.labels[rows], logits.device)
            loss = functional.cross_entropy(logits, labels, weight=self._class_weights, reduction="sum")
            scaled: Any = self._scaler.scale(loss / weight)
            scaled.backward()
            self._classifier.collect()
            total += torch.stack([loss.detach(), (logits.detach().argmax(dim=-1) == labels).sum()])
        return total
