"""One study as the rules see it: its records, and facts computed from them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.contract import EpochMetrics, Evaluation
from catalog.contract.diagnosis import DiagnosisInput, DiagnosisTrial, Fix
from catalog.metric import Metric

__all__ = ["DiagnosisCase", "number"]


@dataclass(frozen=True, slots=True)
class DiagnosisCase:
    """The input of a rule.

    Attributes:
        evidence: The records.
        metrics: The task's metrics by name, as named for the data.
        stronger: What to do if the model is too weak.
    """

    evidence: DiagnosisInput
    metrics: Mapping[str, Metric]
    stronger: Fix

    @property
    def best(self) -> DiagnosisTrial | None:
        """The trial to examine; None if no trial is complete."""
        return next((trial for trial in self.evidence.trials if trial.number == self.evidence.best), None)

    @property
    def kept(self) -> EpochMetrics | None:
        """The measurement of `best` whose model was kept: the best one with early stopping, else the last one."""
        trial, metric = self.best, self.metrics.get(self.evidence.metric)
        if trial is None or not trial.history:
            return None
        known = [one for one in trial.history if number(one.metrics.get(self.evidence.metric)) is not None]
        if not trial.config.get("early_stopping") or not known:
            return trial.history[-1]
        sign = -1 if metric is None or metric.maximize else 1
        return min(known, key=lambda one: sign * one.metrics[self.evidence.metric])

    @property
    def complete(self) -> list[DiagnosisTrial]:
        """The complete trials that have a value, best first; of equal trials the earlier one comes first."""
        ended = [trial for trial in self.evidence.trials if trial.state == "complete" and trial.value is not None]
        metric = self.metrics.get(self.evidence.metric)
        sign = -1 if metric is None or metric.maximize else 1
        return sorted(ended, key=lambda trial: (sign * (trial.value or 0.0), trial.number))

    @property
    def settings(self) -> Mapping[str, Any]:
        """The whole `model_config` of the trial to examine, or of the first trial if none is complete."""
        trial = self.best or next(iter(self.evidence.trials), None)
        return {} if trial is None else trial.config

    def is_share(self, metric: str) -> bool:
        """Return whether a metric is a share between 0 and 1, whose differences are shown in percentage points."""
        return metric in self.metrics and self.metrics[metric].format == "percent"

    @property
    def judged(self) -> Evaluation | None:
        """The winner on the test split; else the trial to examine, on the validation split."""
        for split in ("test", "validation"):
            if (found := self.evidence.evaluations.get(("winner", split))) is not None:
                return found
        return self.best.evaluation if self.best is not None else None

    @property
    def validation_rows(self) -> int:
        """Rows of the validation split; 0 if the number is unknown."""
        return self.evidence.data.rows.get("validation", 0)


def number(value: Any) -> float | None:
    """Return a finite number as a float, and None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
