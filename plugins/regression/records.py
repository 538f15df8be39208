"""The records of tasks of numbers about data and evaluations: the typed form of their JSON details."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.contract import DataSummary, Evaluation
from plugins.data.numbers import NumberFormat
from plugins.details import read_details

__all__ = [
    "ConformalInterval",
    "RegressionDetails",
    "ResidualBin",
    "TargetData",
    "TargetStatistics",
    "TruthGroup",
    "regression_details",
    "target_data",
]


@dataclass(frozen=True, slots=True)
class TargetStatistics:
    """The truths of one split.

    Attributes:
        rows: How many there are.
        low: The smallest.
        high: The largest.
        mean: Their mean.
        median: Their median.
        deviation: Standard deviation, with the rows as divisor: the RMSE of always answering the mean.
        absolute_deviation: Mean absolute deviation from the median: the MAE of always answering the median.
        median_deviation: Median absolute deviation from the median.
        histogram: Counts of equal bins from `low` to `high`.
    """

    rows: int
    low: float
    high: float
    mean: float
    median: float
    deviation: float
    absolute_deviation: float
    median_deviation: float
    histogram: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetData:
    """What is known about the numbers to predict.

    Attributes:
        target_statistics: By split.
        target_format: How the training rows write them; None if that is not known, as of studies of older versions.
    """

    target_statistics: Mapping[str, TargetStatistics] = field(default_factory=dict)
    target_format: NumberFormat | None = None


@dataclass(frozen=True, slots=True)
class ResidualBin:
    """Predictions whose residual (truth less prediction) lies from `low` to `high`."""

    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class TruthGroup:
    """Examples whose truth lies from `low` to `high`.

    Attributes:
        low: The smallest truth.
        high: The largest truth.
        rows: How many examples there are.
        error: Their mean absolute error.
        error_low: Lower end of its 95 % interval.
        error_high: Upper end of its 95 % interval.
        bias: Their mean prediction less their mean truth.
    """

    low: float
    high: float
    rows: int
    error: float
    error_low: float
    error_high: float
    bias: float


@dataclass(frozen=True, slots=True)
class ConformalInterval:
    """How far a prediction may be off: an interval of `half_width` on both sides of it.

    Attributes:
        level: Share of new examples whose truth it should hold, such as 0.9.
        half_width: In the units of the target.
        rows: Examples of the validation split that it was fitted on.
        coverage: Share of the evaluated examples whose truth it holds; None if it was fitted on these very examples.
    """

    level: float
    half_width: float
    rows: int
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class RegressionDetails:
    """What an evaluation of predicted numbers found besides metrics.

    Attributes:
        points: Truth and prediction of some examples, spread evenly over the truths.
        residuals: Histogram of truth less prediction; the first and the last bin hold what lies further out.
        truth_groups: Errors of about ten groups of examples, by their truth.
        interval: The interval of the model's predictions; None if it has none.
    """

    points: tuple[tuple[float, float], ...] = ()
    residuals: tuple[ResidualBin, ...] = ()
    truth_groups: tuple[TruthGroup, ...] = ()
    interval: ConformalInterval | None = None


def regression_details(evaluation: Evaluation) -> RegressionDetails:
    """Return what an evaluation of predicted numbers found."""
    return read_details(RegressionDetails, evaluation.details)


def target_data(data: DataSummary | Mapping[str, Any]) -> TargetData:
    """Return what is known about the numbers to predict.

    Args:
        data: What was found, or that as JSON.
    """
    return read_details(TargetData, data.details if isinstance(data, DataSummary) else data)
