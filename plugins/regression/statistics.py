"""The truths of a split in a few numbers."""

import numpy as np

from plugins.regression.records import TargetStatistics

__all__ = ["describe_target", "quantile_bins", "standardisation"]

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


def quantile_bins(truths: np.ndarray, train: np.ndarray, count: int) -> np.ndarray:
    """Return the bin of each truth, int64, shape (rows,): bins hold about equal numbers of training rows.

    Args:
        truths: Of any split.
        train: Of the training split.
        count: How many bins there are at most; equal truths share one.
    """
    inner = np.unique(np.quantile(train, np.arange(1, count) / count)) if count > 1 else np.empty(0)
    return np.unique(np.searchsorted(inner, truths, side="left"), return_inverse=True)[1].astype(np.int64)


def standardisation(truths: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of training truths; 1 in place of a deviation of 0."""
    return float(truths.mean()), float(truths.std()) or 1.0
