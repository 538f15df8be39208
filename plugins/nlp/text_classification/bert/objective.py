"""The head and the loss of text classification: cross-entropy, each example counted by the weight of its class."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch.nn import functional

from catalog.contract import DataSummary
from catalog.errors import DataError
from plugins.classification.evaluation import measure
from plugins.classification.records import class_data
from plugins.nlp.encoders.objective import Evaluated
from plugins.nlp.encoders.packed import PackedModel, moved
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.tokens import EncodedTokens
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.preparation import PreparedBert

__all__ = ["ClassObjective", "class_weights", "log_probabilities", "objective_of"]


@dataclass(frozen=True, eq=False)
class ClassObjective:
    """A `plugins.nlp.encoders.objective.Objective`.

    Attributes:
        tokens: Of the texts.
        labels: True class ids, int64, shape (rows,).
        weights: The weight of an example of each class in the loss, float32, shape (classes,).
        device: Where losses are computed.
        positive: Of two classes the id of the one that precision, recall and F1 are of.
    """

    tokens: EncodedTokens
    labels: np.ndarray
    weights: np.ndarray
    device: torch.device
    positive: int = 1
    train_metric: str = "accuracy"

    def weight(self, rows: np.ndarray) -> float:
        """Return the sum of the weights of `rows`."""
        return float(self.weights[self.labels[rows]].sum())

    def count(self, rows: np.ndarray) -> int:
        """Return the number of rows."""
        return rows.size

    def loss(self, outputs: torch.Tensor, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the summed cross-entropy in nats, and how many of the rows are classified correctly."""
        labels = moved(self.labels[rows], self.device)
        loss = functional.cross_entropy(outputs, labels, weight=self._weights_on_device, reduction="sum")
        return loss, (outputs.detach().argmax(dim=-1) == labels).sum()

    def evaluate(self, outputs: torch.Tensor) -> Evaluated:
        """Return probabilities, float32, shape (rows, classes), their metrics, and the mean loss as in training."""
        scores, counts = _log_softmax(outputs), self.weights[self.labels]
        loss = float(-(scores[np.arange(self.labels.size), self.labels] * counts).sum() / counts.sum())
        probabilities = np.exp(scores).astype(np.float32)
        if not math.isfinite(loss):
            return Evaluated(probabilities, {"loss": loss})
        return Evaluated(probabilities, {"loss": loss, **measure(self.labels, probabilities, self.positive)})

    @cached_property
    def _weights_on_device(self) -> torch.Tensor:
        return torch.from_numpy(self.weights).to(self.device)


def objective_of(config: BertConfig, prepared: PreparedBert, split: str, device: torch.device) -> ClassObjective:
    """Return the objective of a split.

    Raises:
        DataError: The class weights do not fit the data.
    """
    labels, weights = prepared.data.splits[split].labels, class_weights(config, prepared.summary)
    return ClassObjective(prepared.tokens[split], labels, weights, device, prepared.data.classes.positive_id)


def log_probabilities(model: PackedModel, tokens: EncodedTokens) -> np.ndarray:
    """Return the logarithms of the classes' probabilities, float64, shape (rows, classes)."""
    return _log_softmax(outputs_of(model, tokens))


def _log_softmax(outputs: torch.Tensor) -> np.ndarray:
    scores: np.ndarray = outputs.double().log_softmax(dim=-1).numpy()
    return scores


def class_weights(config: BertConfig, summary: DataSummary) -> np.ndarray:
    """Return one weight a class, float32, shape (classes,).

    "balanced" is rows / (classes x rows of the class) over the training split: classes count the same, and the mean
    weight of an example is 1.

    Raises:
        DataError: There are more or fewer weights than classes.
    """
    known = class_data(summary)
    given, classes = config.class_weights, len(known.labels)
    if given is None:
        return np.ones(classes, dtype=np.float32)
    if given == "balanced":
        counts = np.asarray(known.label_rows["train"], dtype=np.float64)
        return np.asarray(counts.sum() / (classes * np.maximum(counts, 1)), dtype=np.float32)
    if len(given) != classes:
        raise DataError(
            f"class_weights has {len(given)} numbers, but {summary.name} has {classes} classes: "
            f"{', '.join(known.labels[:20])}. Give one number a class, in this order.",
            field="model_config.class_weights",
        )
    return np.asarray(given, dtype=np.float32)
