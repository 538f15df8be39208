"""What a task supplies to a training in addition to its head: targets, loss, predictions and metrics.

Everything else is the same for all tasks: the epoch with the best value of the tuned metric is kept; of equal ones the
one with the lower validation loss.

Shapes: B rows of a micro-batch, T tokens of these rows one after the other, O outputs of the head.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from plugins.nlp.encoders.tokens import EncodedTokens

__all__ = ["Evaluated", "Objective"]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """One evaluation of a split.

    Attributes:
        predictions: Stored with the best epoch, in the shape that the task defines.
        metrics: ``loss``, the mean over the targets, and every metric that can be tuned for; the loss alone if it
            is not finite.
    """

    predictions: np.ndarray
    metrics: Mapping[str, float]


class Objective(Protocol):
    """One split with its targets. A row is a text, or a window of a long one."""

    @property
    def tokens(self) -> EncodedTokens:
        """The rows."""

    @property
    def train_metric(self) -> str:
        """Name of the metric whose values `loss` sums."""

    def weight(self, rows: np.ndarray) -> float:
        """Return the weight of the targets of `rows` in the mean loss."""

    def count(self, rows: np.ndarray) -> int:
        """Return how many targets `rows` have."""

    def loss(self, outputs: torch.Tensor, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the weighted sum of the losses of `rows`, and the sum of their values of `train_metric`.

        Args:
            outputs: fp32, on the device, shape (B, O), or (T, O) if the head is per token.
            rows: Row numbers, shape (B,).
        """

    def evaluate(self, outputs: torch.Tensor) -> Evaluated:
        """Decode and measure the outputs of all rows.

        Args:
            outputs: fp32, on the CPU, in the order of the rows, shape (rows, O) or (tokens, O).
        """
