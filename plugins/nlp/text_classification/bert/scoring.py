"""What a model says about many texts: in order of length, with as many at a time as fit."""

from dataclasses import dataclass

import numpy as np
import torch

from plugins.nlp.text_classification.bert.batches import by_length, cut
from plugins.nlp.text_classification.bert.budget import Budget
from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.memory import is_exhausted
from plugins.nlp.text_classification.bert.tokens import Tokens

__all__ = ["Judged", "log_probabilities"]

_MOST_ROWS = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Examples that a training is judged on.

    Attributes:
        tokens: Of the texts.
        labels: True class ids, int64, shape (rows,).
        weights: What an example of each class counts in the loss, shape (classes,).
        positive: Of two classes the id of the one that precision, recall and F1 are of.
    """

    tokens: Tokens
    labels: np.ndarray
    weights: np.ndarray
    positive: int = 1

    def loss(self, log_probabilities: np.ndarray) -> float:
        """Return the mean cross-entropy in nats, each example counted by the weight of its class, as in training."""
        counts = self.weights[self.labels]
        return float(-(log_probabilities[np.arange(self.labels.size), self.labels] * counts).sum() / counts.sum())


def log_probabilities(classifier: Classifier, tokens: Tokens) -> np.ndarray:
    """Return the logarithms of the classes' probabilities, float64, shape (rows, classes).

    Dropout is off meanwhile, no random number is drawn, and the device is waited for once, at the end. Where memory
    runs out, fewer texts are computed at a time, down to one.
    """
    rows = by_length(tokens.lengths, np.arange(len(tokens)))
    budget, training = Budget(classifier, tokens, training=False), classifier.model.training
    classifier.model.eval()
    try:
        while (logits := _try_logits(classifier, tokens, rows, budget.tokens)) is None:
            budget.halve(int(tokens.lengths.sum()))
        budget.worked()
    finally:
        classifier.model.train(training)
    ordered = np.empty(logits.shape)
    ordered[rows] = logits.double().log_softmax(dim=-1).numpy()
    return ordered


def _try_logits(classifier: Classifier, tokens: Tokens, rows: np.ndarray, budget: int) -> torch.Tensor | None:
    """Return the scores of `rows` on the CPU; None where memory ran out and there is something left to cut."""
    parts = cut(rows, tokens.lengths, budget, _MOST_ROWS)
    try:
        with torch.inference_mode():
            # The longest first: what does not fit fails at once.
            found = [classifier.logits(tokens, part) for part in reversed(parts)]
            return torch.cat(found[::-1]).cpu()
    except (RuntimeError, MemoryError) as error:
        if len(parts) == rows.size or not is_exhausted(error):
            raise
        return None
