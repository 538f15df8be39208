"""A split's evaluation made of a model's predicted numbers: the same for every model of the task."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from catalog.contract import Evaluation
from plugins.details import details_json
from plugins.regression.conformal import covered
from plugins.regression.evaluation import predictions
from plugins.regression.evaluation.intervals import bootstrap, mean_error
from plugins.regression.evaluation.metrics import measure
from plugins.regression.evaluation.predictions import NumberPredictions
from plugins.regression.records import ConformalInterval, RegressionDetails, ResidualBin, TruthGroup
from plugins.storage import folder_bytes

__all__ = ["save_and_evaluate"]

_POINTS = 400
"""How many examples are drawn."""
_BINS = 30
_TAILS = (0.5, 99.5)
"""Percentiles of the residuals between which the bins of their histogram lie."""
_GROUPS = 10
_LEAST_ROWS = 5
"""The least rows of a group of truths."""


def save_and_evaluate(  # noqa: PLR0913 -- what was predicted, and what is known of the model
    split: str,
    truths: np.ndarray,
    predicted: np.ndarray,
    folder: Path,
    seconds: float,
    places: np.ndarray | None = None,
    *,
    interval: ConformalInterval | None = None,
    model_dir: Path | None = None,
    peak_memory_bytes: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> Evaluation:
    """Evaluate predictions, and write them into ``SPLIT.parquet`` of `folder`.

    Args:
        split: Its name.
        truths: Finite, float64, shape (rows,), at least one row.
        predicted: Shape (rows,).
        folder: Exists.
        seconds: Spent predicting.
        places: The rows of the file that hold the examples; 0, 1, 2 ... if None.
        interval: Of the model's predictions, as `conformal.fit_interval` returned it; its coverage is measured on any
            split but the validation split, on which it was fitted.
        model_dir: The model's folder, whose size is stated.
        peak_memory_bytes: The most memory in use so far.
        more: Further findings of the task, as JSON details.

    Raises:
        DivergedError: A prediction is not finite.
    """
    predicted, path = predicted.astype(np.float64, copy=False), folder / f"{split}.parquet"
    measured = measure(truths, predicted)
    if interval is not None and split != "validation":
        interval = covered(interval, truths, predicted)
    details = RegressionDetails(
        _points(truths, predicted), _residual_bins(truths - predicted), _truth_groups(truths, predicted), interval
    )
    evaluation = Evaluation(
        split=split,
        rows=int(truths.size),
        metrics=measured,
        predictions=path,
        seconds=seconds,
        intervals=bootstrap(measured, NumberPredictions(truths, predicted)),
        model_bytes=None if model_dir is None else folder_bytes(model_dir),
        peak_memory_bytes=peak_memory_bytes,
        details={**details_json(details), **(more or {})},
    )
    predictions.write(path, truths, predicted, places)
    return evaluation


def _points(truths: np.ndarray, predicted: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Return truth and prediction of some examples, spread evenly over the order of the truths."""
    order = np.argsort(truths, kind="stable")
    chosen = order[np.unique(np.linspace(0, truths.size - 1, min(truths.size, _POINTS)).astype(np.int64))]
    return tuple(zip(truths[chosen].tolist(), predicted[chosen].tolist(), strict=True))


def _residual_bins(residuals: np.ndarray) -> tuple[ResidualBin, ...]:
    low, high = np.percentile(residuals, _TAILS).tolist()
    if not low < high:
        low, high = float(residuals.min()), float(residuals.max())
    if not low < high:
        return (ResidualBin(low, high, int(residuals.size)),)
    counts, edges = np.histogram(np.clip(residuals, low, high), _BINS, (low, high))
    ends = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    return tuple(ResidualBin(first, last, count) for first, last, count in ends)


def _truth_groups(truths: np.ndarray, predicted: np.ndarray) -> tuple[TruthGroup, ...]:
    """Return groups of about as many examples each, those with one truth together, with their errors."""
    order = np.argsort(truths, kind="stable")
    ordered, count = truths[order], max(1, min(_GROUPS, truths.size // _LEAST_ROWS))
    wanted = np.linspace(0, truths.size, count + 1).astype(np.int64)[1:-1]
    inner = np.unique(np.searchsorted(ordered, ordered[wanted]))  # no truth is in two groups
    found = []
    for rows in np.split(order, inner[inner > 0]):
        error, error_low, error_high = mean_error(np.abs(truths[rows] - predicted[rows]))
        found.append(
            TruthGroup(
                low=float(truths[rows[0]]),
                high=float(truths[rows[-1]]),
                rows=int(rows.size),
                error=error,
                error_low=error_low,
                error_high=error_high,
                bias=float((predicted[rows] - truths[rows]).mean()),
            )
        )
    return tuple(found)
