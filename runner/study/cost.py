"""Estimates what a study will cost in time and disk, from the measured cost of one training."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.contract import Forecast
from catalog.space import Choices, Range
from catalog.spec import Request

__all__ = ["Cost", "cost_of"]

_EPOCHS = "epochs"
"""The field that sets how long a training is; a model without it passes over the data once."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of each part of a study, in the order in which they are spent, and bytes.

    Attributes:
        training: One training of the given configuration, its measurements on validation included.
        search: All trials, without pruning, at most the study's own time limit.
        confirmation: Finalists and the given configuration on fresh seeds.
        baseline: The baseline; 0 if there is none.
        test: The evaluation of winner, given configuration and baseline on test.
        disk_bytes: The most that is on disk at a time: models of trainings that are still compared.
        kept_bytes: What stays on disk: the winner's model, and the baseline's.
    """

    training: float
    search: float
    confirmation: float
    baseline: float
    test: float
    disk_bytes: int
    kept_bytes: int

    @property
    def total(self) -> float:
        """Seconds of the whole study."""
        return self.search + self.confirmation + self.baseline + self.test


def cost_of(
    request: Request,
    space: Mapping[str, Range],
    rows: Mapping[str, int],
    forecast: Forecast,
    baseline: Forecast | None,
    workers: int,
) -> Cost:
    """Add up the cost of a study.

    Trainings that run at the same time are assumed to be as fast as the measured one, which had as many threads.

    Args:
        request: The spec.
        space: The search space, wide enough for the given configuration.
        rows: Of each split.
        forecast: Of the given configuration.
        baseline: Of the baseline, if the study trains one.
        workers: Processes that train at the same time.
    """
    study = request.spec.study
    measured_at_quarters = study.pruner != "none"
    given = int(getattr(request.config, _EPOCHS, 1))
    middle = _middle(space[_EPOCHS]) if _EPOCHS in space else given
    as_given = _training(forecast, given, quarters=measured_at_quarters)
    typical = _training(forecast, middle, quarters=measured_at_quarters)
    search = _in_parallel(as_given + (study.trials - 1) * typical, study.trials, workers)
    arms = min(study.confirm.top, study.trials - 1)
    confirmed = (arms + 1) * study.confirm.seeds if arms > 0 else 0
    confirmation = study.confirm.seeds * (
        _training(forecast, given, quarters=False) + arms * _training(forecast, middle, quarters=False)
    )
    judged = rows.get("test", 0) / max(1, rows.get("validation", 0))
    models = 2 if arms > 0 else 1
    baseline_bytes = baseline.model_bytes if baseline is not None else 0
    return Cost(
        training=_training(forecast, given, quarters=False),
        search=min(search, study.timeout_seconds or math.inf),
        confirmation=_in_parallel(confirmation, confirmed, workers) if confirmed else 0.0,
        baseline=_training(baseline, 1, quarters=False) if baseline is not None else 0.0,
        test=judged * (models * forecast.evaluation_seconds + (baseline.evaluation_seconds if baseline else 0.0)),
        disk_bytes=forecast.model_bytes * (1 + max(min(workers, study.trials), confirmed)) + baseline_bytes,
        kept_bytes=forecast.model_bytes + baseline_bytes,
    )


def _training(forecast: Forecast, epochs: float, *, quarters: bool) -> float:
    """Return the seconds of one training: its epochs, and a measurement after each epoch and each quarter of all."""
    measured = {end / epochs for end in range(1, math.ceil(epochs) + 1) if end <= epochs}
    measured |= {0.25, 0.5, 0.75, 1.0} if quarters else {1.0}
    return epochs * forecast.seconds_per_epoch + len(measured) * forecast.evaluation_seconds


def _in_parallel(seconds: float, trainings: int, workers: int) -> float:
    """Return the seconds that trainings take in several processes, from their sum; the last round may not be full."""
    rounds = math.ceil(trainings / workers)
    return seconds / trainings * rounds


def _middle(range_: Range) -> float:
    """Return the middle of a range on the scale of its search; the mean of choices."""
    if isinstance(range_, Choices):
        numbers: list[Any] = [value for value in range_.values if not isinstance(value, str)]
        return sum(numbers) / len(numbers) if numbers else 1.0
    if range_.log and range_.low > 0:
        return math.sqrt(range_.low * range_.high)
    return (range_.low + range_.high) / 2
