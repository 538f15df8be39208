"""What guessing reaches in a metric: the value of the best answer that is the same for all rows."""

import math

from catalog.contract import DataSummary
from catalog.contract.capabilities import ChanceLevel
from plugins.regression.records import target_data

__all__ = ["chance_level"]

_DEVIATIONS = 1.96
"""Standard deviations that chance exceeds once in forty times."""
_LEAST = 0.01
"""Share of the error of guessing by which an error must be lower."""


def chance_level(metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
    """Return what the best constant answer reaches in a metric on a split.

    That answer is the mean for RMSE and R², the median for the absolute errors. It ranks nothing, so that
    Spearman's correlation is 0.

    The margin is what the best multiple of random numbers gains by chance: a correlation of r with the truths reduces
    the variance by r², and chance makes |r| larger than 1.96 / √rows once in twenty times.

    Args:
        metric: One of `metrics.METRICS`.
        data: Holds the statistics of the target.
        split: A key of `TargetData.target_statistics`.

    Returns:
        None if the target of the split is not known, or the metric is undefined on it.
    """
    found = target_data(data).target_statistics.get(split)
    if found is None or found.rows < 2:
        return None
    lucky = min(1.0, _DEVIATIONS**2 / found.rows)
    errors = {
        "rmse": found.deviation,
        "mae": found.absolute_deviation,
        "median_absolute_error": found.median_deviation,
    }
    if metric in errors:
        return ChanceLevel(errors[metric], max(_LEAST, 1 - math.sqrt(1 - lucky)) * errors[metric])
    if found.low == found.high or metric not in {"r2", "spearman"}:
        return None
    return ChanceLevel(0.0, max(_LEAST, lucky) if metric == "r2" else math.sqrt(lucky))
