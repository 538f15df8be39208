"""The head and the loss of text regression: mean squared error on standardised targets."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from plugins.nlp.encoders.heads import EncoderHead
from plugins.nlp.encoders.objective import Evaluated
from plugins.nlp.encoders.packed import moved
from plugins.nlp.encoders.preparation import Prepared
from plugins.nlp.encoders.tokens import EncodedTokens
from plugins.nlp.text_regression.records import TextData
from plugins.regression.evaluation import measure
from plugins.regression.statistics import standardisation

__all__ = ["HEAD", "NumberObjective", "PreparedBert", "objective_of"]

HEAD = EncoderHead(problem_type="regression")
PreparedBert = Prepared[TextData]


@dataclass(frozen=True, eq=False)
class NumberObjective:
    """A `plugins.nlp.encoders.objective.Objective`.

    Attributes:
        tokens: Of the texts.
        labels: Targets in their own unit, float64, shape (rows,).
        centre: Mean of the training targets.
        scale: Their standard deviation.
        device: Where losses are computed.
    """

    tokens: EncodedTokens
    labels: np.ndarray
    centre: float
    scale: float
    device: torch.device
    train_metric: str = "mae"

    def weight(self, rows: np.ndarray) -> float:
        """Return how many rows they are: all count the same."""
        return float(rows.size)

    def count(self, rows: np.ndarray) -> int:
        """Return how many rows they are."""
        return rows.size

    def loss(self, outputs: torch.Tensor, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the summed squared errors on standardised targets, and absolute errors in the target's unit."""
        errors = outputs[:, 0] - moved(self._standardised[rows], self.device)
        return (errors**2).sum(), self.scale * errors.detach().abs().sum()

    def evaluate(self, outputs: torch.Tensor) -> Evaluated:
        """Return predictions in the target's unit, float64, shape (rows,), their metrics, and the mean loss."""
        standardised: np.ndarray = outputs[:, 0].double().numpy()
        values = self.centre + self.scale * standardised
        loss = float(((standardised - (self.labels - self.centre) / self.scale) ** 2).mean())
        if not math.isfinite(loss):
            return Evaluated(values, {"loss": loss})
        return Evaluated(values, {"loss": loss, **measure(self.labels, values)})

    @cached_property
    def _standardised(self) -> np.ndarray:
        return np.asarray((self.labels - self.centre) / self.scale, dtype=np.float32)


def objective_of(prepared: PreparedBert, split: str, device: torch.device) -> NumberObjective:
    """Return the objective of a split, standardised by the training split."""
    centre, scale = standardisation(prepared.data.splits["train"].labels)
    return NumberObjective(prepared.tokens[split], prepared.data.splits[split].labels, centre, scale, device)
