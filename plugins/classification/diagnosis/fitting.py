"""How far a model's accuracy on the rows that it was trained on is above that on validation rows."""

import math
from dataclasses import dataclass

from catalog.contract import EpochMetrics
from plugins.diagnosis.case import DiagnosisCase, number

__all__ = ["AccuracyGap", "accuracy_gap", "accuracy_of"]

_STANDARD_ERRORS = 2.0
"""The gap must also exceed what so few validation rows show by chance, once in twenty studies."""


@dataclass(frozen=True, slots=True)
class AccuracyGap:
    """Accuracy on the training rows and on the validation rows, as shares between 0 and 1."""

    trained: float
    validated: float

    @property
    def size(self) -> float:
        """How far they are apart."""
        return self.trained - self.validated


def accuracy_of(measured: EpochMetrics) -> tuple[float | None, float | None]:
    """Return the accuracy on the training rows and on the validation rows; None if it was not measured."""
    return number(measured.train_metrics.get("accuracy")), number(measured.metrics.get("accuracy"))


def accuracy_gap(case: DiagnosisCase, measured: EpochMetrics, least: float) -> AccuracyGap | None:
    """Return the gap at a measurement; None if it is not known, smaller than `least`, or within chance."""
    trained, validated = accuracy_of(measured)
    if trained is None or validated is None:
        return None
    error = math.sqrt(max(validated * (1 - validated), 0.0) / max(case.validation_rows, 1))
    found = AccuracyGap(trained, validated)
    return found if found.size >= least and found.size > _STANDARD_ERRORS * error else None
