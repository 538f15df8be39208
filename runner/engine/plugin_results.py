"""Checks what a plugin returns before it is used: a fault is reported with the plugin's distribution."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from numbers import Real
from typing import Any, TypeVar

from catalog import registry
from catalog.contract import Comparison, EpochMetrics, Evaluation, Forecast, Outcome, Prediction, TrialResult
from catalog.errors import PluginError
from catalog.metric import LOSS, Metric

__all__ = [
    "checked_comparison",
    "checked_evaluation",
    "checked_forecast",
    "checked_json",
    "checked_predictions",
    "checked_result",
    "measurement_check",
]

_T = TypeVar("_T")

_ROUNDING = 1e-6
"""How far a value may exceed a bound, relative to the bound if that is above one: the precision of 32-bit sums."""
_OWN_NAMES = frozenset(field.name for field in fields(Evaluation))


def measurement_check(key: str) -> Callable[[EpochMetrics], EpochMetrics]:
    """Return a function that checks a measurement during a training of the model `key` and returns it.

    The function raises a `PluginError` if the value is not a measurement, has metrics that the task does not name, or
    values that are not numbers or exceed the bounds of their metric. NaN and infinite are allowed: the training
    diverges.
    """
    known = _metrics(key)

    def checked(measured: EpochMetrics) -> EpochMetrics:
        if not isinstance(measured, EpochMetrics):
            raise _fault(key, f"a training reported {type(measured).__name__} instead of EpochMetrics")
        for name in ("epoch", "progress", "seconds"):
            if not _is_finite(value := getattr(measured, name)):
                raise _fault(key, f"a training reported {name} {value!r}; it must be a finite number")
        if not _is_number(measured.train_loss):
            raise _fault(key, f"a training reported train_loss {measured.train_loss!r}; it must be a number")
        if measured.learning_rate is not None and not _is_number(measured.learning_rate):
            raise _fault(key, f"a training reported learning_rate {measured.learning_rate!r}; it must be a number")
        for metrics in (measured.metrics, measured.train_metrics):
            _check_metrics(key, known, metrics, "a training reported")
        return measured

    return checked


def checked_result(key: str, result: TrialResult, metric: str, rows: int | None = None) -> TrialResult:
    """Return the result of a training of the model `key` if it keeps the contract.

    Args:
        key: Of the model.
        result: What the training returned.
        metric: The metric that the study optimizes.
        rows: Examples of the validation split; None if unknown.

    Raises:
        PluginError: It is not a result, lacks the study's metric, has a metric that is not a number or exceeds its
            bounds, or its evaluation is faulty.
    """
    if not isinstance(result, TrialResult):
        raise _fault(key, f"a training returned {type(result).__name__} instead of a TrialResult")
    if result.outcome is not Outcome.PRUNED and metric not in result.metrics:
        measured = ", ".join(map(str, result.metrics)) or "nothing"
        raise _fault(key, f"a training did not measure {metric}, which is tuned for; it measured {measured}")
    _check_metrics(key, _metrics(key), result.metrics, "a training returned")
    if result.evaluation is not None:
        checked_evaluation(key, result.evaluation, "validation", rows)
    return result


def checked_evaluation(key: str, evaluation: Evaluation, split: str, rows: int | None = None) -> Evaluation:
    """Return an evaluation of the model `key` if it keeps the contract.

    Args:
        key: Of the model.
        evaluation: What the plugin returned.
        split: The split that was evaluated.
        rows: Examples of the split; None if unknown.

    Raises:
        PluginError: It is not an evaluation, is of another split or number of rows, has metrics that its task does not
            name, that are not finite or exceed their bounds, details that are not JSON, or no file of predictions.
    """
    if not isinstance(evaluation, Evaluation):
        raise _fault(key, f"an evaluation is {type(evaluation).__name__} instead of an Evaluation")
    if evaluation.split != split:
        raise _fault(key, f"an evaluation is of the split {evaluation.split!r}; it must be of {split!r}")
    if not _is_count(evaluation.rows):
        raise _fault(key, f"an evaluation on {split} has {evaluation.rows!r} rows; it must be a whole number")
    if rows is not None and evaluation.rows != rows:
        raise _fault(key, f"an evaluation on {split} has {evaluation.rows:,} rows; the split has {rows:,}")
    _check_values(key, evaluation)
    if taken := sorted(_OWN_NAMES.intersection(checked_json(key, "the details of an evaluation", evaluation.details))):
        raise _fault(key, f"the details of an evaluation have {', '.join(taken)}, which is a field of the evaluation")
    own = {name: getattr(evaluation, name) for name in _OWN_NAMES - {"predictions", "details"}}
    checked_json(key, "an evaluation", own)
    if not evaluation.predictions.is_file():
        raise _fault(key, f"there is no file of predictions at {evaluation.predictions}")
    return evaluation


def checked_comparison(key: str, comparison: Comparison, metric: str) -> Comparison:
    """Return a comparison by the task of the model `key` if it keeps the contract.

    Raises:
        PluginError: It is no comparison, is of another metric than `metric`, or has numbers that cannot be: not finite,
            a difference outside of its own interval, a p-value outside of 0 to 1, a count that is no count.
    """
    if not isinstance(comparison, Comparison):
        raise _fault(key, f"a comparison is {type(comparison).__name__} instead of a Comparison")
    if comparison.metric != metric:
        raise _fault(key, f"a comparison is of {comparison.metric!r}; it must be of {metric!r}")
    for name in ("difference", "low", "high"):
        if not _is_finite(value := getattr(comparison, name)):
            raise _fault(key, f"{name} of a comparison by {metric} is {value!r}; it must be a finite number")
    low, difference, high = comparison.low, comparison.difference, comparison.high
    if not (_is_at_least(difference, low) and _is_at_least(high, difference)):
        raise _fault(key, f"the difference of a comparison by {metric}, {difference}, is not within {low} to {high}")
    for name in ("rows", "only_first", "only_second"):
        if not (_is_count(value := getattr(comparison, name)) or (value is None and name != "rows")):
            raise _fault(key, f"{name} of a comparison by {metric} is {value!r}; it must be a whole number")
    seeds = comparison.seeds
    if not (isinstance(seeds, tuple) and len(seeds) == 2 and all(map(_is_count, seeds))):
        raise _fault(key, f"seeds of a comparison by {metric} are {seeds!r}; they must be two whole numbers")
    p_value = comparison.p_value
    if p_value is not None and not (_is_finite(p_value) and 0 <= p_value <= 1 + _ROUNDING):
        raise _fault(key, f"p_value of a comparison by {metric} is {p_value!r}; it must lie between 0 and 1")
    return comparison


def checked_predictions(key: str, predictions: Sequence[Prediction], inputs: Sequence[Any]) -> Sequence[Prediction]:
    """Return predictions of `inputs` by the model `key` if they keep the contract.

    Raises:
        PluginError: There are more or fewer than inputs, or one of them is not a JSON object with finite numbers. The
            parts of a prediction that repeat its input are not checked: a file may hold anything.
    """
    if len(predictions) != len(inputs):
        raise _fault(key, f"{key} made {len(predictions):,} predictions of {len(inputs):,} inputs")
    for prediction, given in zip(predictions, inputs, strict=True):
        if not isinstance(prediction, Mapping):
            raise _fault(key, f"a prediction is {type(prediction).__name__} instead of a mapping")
        fields_given = given if isinstance(given, Mapping) else {}
        for name, value in prediction.items():
            if name in fields_given or (isinstance(value, Mapping) and value == fields_given):
                continue
            if (odd := _odd_value(value)) is not None:
                raise _fault(key, f"{name!r} of a prediction is no JSON: it has {odd}")
    return predictions


def checked_forecast(key: str, forecast: Forecast) -> Forecast:
    """Return a forecast by the trainer of the model `key` if it keeps the contract.

    Raises:
        PluginError: It is not a forecast, its numbers are not finite, or its details are not JSON.
    """
    if not isinstance(forecast, Forecast):
        raise _fault(key, f"a forecast is {type(forecast).__name__} instead of a Forecast")
    for name in ("probe_seconds", "seconds_per_epoch", "evaluation_seconds", "model_bytes"):
        if not _is_finite(value := getattr(forecast, name)):
            raise _fault(key, f"{name} of a forecast is {value!r}; it must be a finite number")
    checked_json(key, "the details of a forecast", forecast.details)
    return forecast


def checked_json(key: str, what: str, value: _T) -> _T:
    """Return a value from the plugin of `key` if it is JSON.

    Raises:
        PluginError: It is not; the message names it `what`.
    """
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        are = "are" if what.startswith("the details") else "is"
        raise _fault(key, f"{what} {are} no JSON: {error}") from error
    return value


def _check_values(key: str, evaluation: Evaluation) -> None:
    split = evaluation.split
    _check_metrics(key, _metrics(key), evaluation.metrics, f"an evaluation on {split} has")
    for name, value in evaluation.metrics.items():
        if not _is_finite(value):
            raise _fault(key, f"{name} on {split} is {value!r}; a metric that is undefined is left out")
    for name, interval in evaluation.intervals.items():
        if not _is_interval(interval):
            raise _fault(key, f"the interval of {name} on {split} is {interval!r}; it must be (low, high), both finite")


def _metrics(key: str) -> dict[str, Metric]:
    return {metric.name: metric for metric in (*registry.load_task(key).metrics, LOSS)}


def _check_metrics(key: str, known: Mapping[str, Metric], metrics: Mapping[str, Any], where: str) -> None:
    if not isinstance(metrics, Mapping):
        raise _fault(key, f"{where} metrics that are {type(metrics).__name__} instead of a mapping")
    if unknown := [str(name) for name in metrics if name not in known]:
        task = registry.task_key(key)
        raise _fault(
            key, f"{', '.join(unknown)}: the task {task} has no such metric; it has {', '.join(sorted(known))}"
        )
    for name, value in metrics.items():
        if not _is_number(value):
            raise _fault(key, f"{where} {name} {value!r}; it must be a number")
        low, high = known[name].low, known[name].high
        if low is not None and math.isfinite(value) and not _is_at_least(value, low):
            raise _fault(key, f"{where} {name} {value!r}; its task says that it is at least {low}")
        if high is not None and math.isfinite(value) and not _is_at_least(high, value):
            raise _fault(key, f"{where} {name} {value!r}; its task says that it is at most {high}")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_finite(value: Any) -> bool:
    """Return whether a value is a finite number that JSON can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_at_least(value: float, bound: float) -> bool:
    return value >= bound - _ROUNDING * max(1.0, abs(bound))


def _is_interval(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2 and all(map(_is_finite, value)) and value[0] <= value[1]


def _odd_value(value: Any) -> str | None:
    """Return the part of a value that JSON cannot hold; None if JSON can hold all of it."""
    match value:
        case None | str() | bool() | int():
            return None
        case float():
            return None if math.isfinite(value) else repr(value)
        case Mapping():
            odd_name = next((f"the name {name!r}" for name in value if not isinstance(name, str)), None)
            return odd_name or next((odd for one in value.values() if (odd := _odd_value(one)) is not None), None)
        case list() | tuple():
            return next((odd for one in value if (odd := _odd_value(one)) is not None), None)
    return f"a value of the type {type(value).__name__}"


def _fault(key: str, reason: str) -> PluginError:
    return PluginError(f"{registry.distribution_of(key)}: {reason}")
