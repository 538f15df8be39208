"""The metrics of regression: each one entry, its record together with how it is computed.

The definitions are those of scikit-learn, Spearman's correlation that of SciPy. Metrics without meaning are left out:
R² and correlation of truths that are all equal. Predictions that are all equal rank nothing: their correlation is 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from catalog.contract import DataSummary
from catalog.errors import DataError, DivergedError, InputError
from catalog.metric import Direction, Metric
from catalog.statement import Statement
from plugins.regression.evaluation.predictions import NumberPredictions
from plugins.regression.evaluation.ranks import weighted_spearman
from plugins.regression.records import target_data

__all__ = ["METRICS", "check_metric", "measure", "metrics_of", "weighted"]

Draws = Callable[[np.ndarray], np.ndarray]
"""From weights of the rows, shape (draws, rows), each draw adding up to the rows, to the value of each draw."""


@dataclass(frozen=True, slots=True)
class _Definition:
    """A metric and how it is computed.

    Attributes:
        metric: Its record.
        draws: Takes predictions and returns the function that evaluates draws of their rows; NaN where it is undefined.
        of_spread: Whether it is undefined for truths that are all equal.
    """

    metric: Metric
    draws: Callable[[NumberPredictions], Draws]
    of_spread: bool = False


def _mean(values: np.ndarray) -> Draws:
    return lambda weights: weights @ values / values.size


def _rmse(predictions: NumberPredictions) -> Draws:
    mean = _mean((predictions.truths - predictions.predicted) ** 2)
    return lambda weights: np.sqrt(mean(weights))


def _r2(predictions: NumberPredictions) -> Draws:
    truths = predictions.truths - predictions.truths.mean()
    error, first, second = _mean((predictions.truths - predictions.predicted) ** 2), _mean(truths), _mean(truths**2)
    least = 1e-12 * float((truths**2).mean())  # what rounding leaves of truths that are all equal

    def values(weights: np.ndarray) -> np.ndarray:
        spread = second(weights) - first(weights) ** 2
        found = np.full(len(weights), np.nan)
        np.divide(error(weights), spread, out=found, where=spread > least)
        return 1 - found

    return values


def _median_absolute_error(predictions: NumberPredictions) -> Draws:
    errors = np.abs(predictions.truths - predictions.predicted)
    order = np.argsort(errors, kind="stable")
    ordered, rows = errors[order], errors.size
    middle = (rows - 1) // 2, rows // 2  # one place, or the two that the median lies between

    def values(weights: np.ndarray) -> np.ndarray:
        places = np.cumsum(weights[:, order], axis=1)
        found = [ordered[(places > place).argmax(axis=1)] for place in middle]
        return np.asarray((found[0] + found[1]) / 2)

    return values


_DEFINITIONS = (
    _Definition(
        Metric(
            "rmse", Direction.MINIMIZE, Statement("RMSE"), Statement("RMSE"), "number",
            Statement("root of the mean squared error, in the unit of the target; lower is better"), 0.0,
        ),
        _rmse,
    ),
    _Definition(
        Metric(
            "mae", Direction.MINIMIZE, Statement("MAE"), Statement("MAE"), "number",
            Statement("mean absolute error, in the unit of the target; lower is better"), 0.0,
        ),
        lambda predictions: _mean(np.abs(predictions.truths - predictions.predicted)),
    ),
    _Definition(
        Metric(
            "r2", Direction.MAXIMIZE, Statement("R²"), Statement("R²"), "number",
            Statement("share of the variance that is explained; 1 is perfect, 0 is always answering the mean"),
            high=1.0,
        ),
        _r2,
        of_spread=True,
    ),
    _Definition(
        Metric(
            "spearman", Direction.MAXIMIZE, Statement("Spearman correlation"), Statement("Spearman correlation"),
            "number", Statement("whether it puts the examples in the right order; 1 is perfect, 0 is chance"),
            -1.0, 1.0,
        ),
        lambda predictions: weighted_spearman(predictions.truths, predictions.predicted),
        of_spread=True,
    ),
    _Definition(
        Metric(
            "median_absolute_error", Direction.MINIMIZE, Statement("Median absolute error"),
            Statement("median absolute error"), "number",
            Statement("half of all errors are smaller; in the unit of the target, lower is better"), 0.0,
        ),
        _median_absolute_error,
    ),
)  # fmt: skip

_BY_NAME = {one.metric.name: one for one in _DEFINITIONS}

METRICS: Mapping[str, Metric] = MappingProxyType({name: one.metric for name, one in _BY_NAME.items()})
"""Every metric. All may be tuned for; the default comes first."""


def metrics_of(data: DataSummary) -> tuple[Metric, ...]:
    """Return the metrics that have a meaning on these data."""
    return tuple(one.metric for one in _DEFINITIONS if not (one.of_spread and _constant(data)))


def measure(truths: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Return every metric that is defined on these rows.

    Args:
        truths: Finite, float64, shape (rows,), at least one row.
        predicted: Shape (rows,).

    Raises:
        DivergedError: A prediction is not finite.
    """
    if not np.isfinite(predicted).all():
        raise DivergedError("The model's predictions are not finite: the training diverged. Lower the learning rate.")
    found = weighted(NumberPredictions(truths, predicted))(np.ones((1, truths.size)))
    return {name: float(value[0]) for name, value in found.items() if not np.isnan(value[0])}


def weighted(predictions: NumberPredictions, only: str | None = None) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """Return a function from draws, shape (draws, rows), to the values of each metric, shape (draws,).

    Args:
        predictions: Of the rows.
        only: The only metric to compute; all if None.
    """
    functions = {name: one.draws(predictions) for name, one in _BY_NAME.items() if only in {None, name}}
    return lambda weights: {name: function(weights) for name, function in functions.items()}


def check_metric(name: str, data: DataSummary) -> None:
    """Check that a metric can be tuned for: that it is known, and defined on the validation split.

    Raises:
        InputError: It is unknown.
        DataError: It is undefined; the message says why.
    """
    if name not in METRICS:
        raise InputError(f"Unknown metric {name!r}; known are {', '.join(METRICS)}.", field="study.metric")
    if _BY_NAME[name].of_spread and _constant(data):
        raise DataError(
            f"{name} cannot be tuned for: all validation rows have the same target, so that there is nothing to "
            "explain or to rank. Choose another metric.",
            field="study.metric",
        )


def _constant(data: DataSummary) -> bool:
    found = target_data(data).target_statistics.get("validation")
    return found is not None and found.low == found.high
