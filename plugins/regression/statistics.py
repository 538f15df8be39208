"""The truths of a split in a few numbers."""

import numpy as np

from plugins.regression.records import TargetStatistics

__all__ = ["describe_target"]

_BINS = 30


def describe_target(truths: np.ndarray) -> TargetStatistics:
    """Return what is known about the truths of a split, finite float64, shape (rows,), at least one."""
    low, high, median = float(truths.min()), float(truths.max()), float(np.median(truths))
    away = np.abs(truths - median)
    counts = np.histogram(truths, _BINS, (low, high))[0] if low < high else np.array([truths.size])
    return TargetStatistics(
        rows=int(truths.size),
        low=low,
        high=high,
        mean=float(truths.mean()),
        median=median,
        deviation=float(truths.std()),
        absolute_deviation=float(away.mean()),
        median_deviation=float(np.median(away)),
        histogram=tuple(counts.tolist()),
    )
