"""Prediction intervals by split conformal: the residuals of examples that the model was not fitted to.

Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, "Distribution-free predictive inference for regression", Journal of the
American Statistical Association 113, 2018, algorithm 2. If the examples of validation and the new ones are
exchangeable, an interval of level 0.9 holds the truth of at least 90 % of the new ones. A model whose best epoch or
configuration was chosen on validation depends a little on it, so the true share can be slightly lower: the coverage on
the test split is reported.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from plugins.details import details_json, read_details
from plugins.regression.records import ConformalInterval

__all__ = ["LEVEL", "covered", "fit_interval", "interval_from_json", "interval_to_json"]

LEVEL = 0.9
_LARGEST = 1e300


def fit_interval(truths: np.ndarray, predicted: np.ndarray, level: float = LEVEL) -> ConformalInterval | None:
    """Return the interval of predictions on the validation split; None for too few rows (below 9 at level 0.9).

    Args:
        truths: Of validation, float64, shape (rows,).
        predicted: The model's predictions of them.
        level: Share of new examples whose truth must lie within.
    """
    rows = truths.size
    rank = math.ceil((rows + 1) * level)
    if rank > rows:
        return None
    errors = np.abs(truths - predicted)
    return ConformalInterval(level, float(np.partition(errors, rank - 1)[rank - 1]), rows)


def covered(interval: ConformalInterval, truths: np.ndarray, predicted: np.ndarray) -> ConformalInterval:
    """Return the interval with the share of these examples whose truth it holds."""
    return replace(interval, coverage=float((np.abs(truths - predicted) <= interval.half_width).mean()))


def interval_to_json(interval: ConformalInterval | None) -> dict[str, Any] | None:
    """Return an interval as JSON, as a model's folder keeps it."""
    return None if interval is None else details_json(interval)


def interval_from_json(stored: Mapping[str, Any] | None) -> ConformalInterval | None:
    """Return what `interval_to_json` returned.

    Raises:
        ValueError: It is no interval.
    """
    if stored is None:
        return None
    found = read_details(ConformalInterval, stored)
    if not (0 < found.level < 1 and 0 <= found.half_width < _LARGEST):
        raise ValueError(f"no interval: {stored!r}")
    return found
