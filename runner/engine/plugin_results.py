"""Checks what a plugin hands over before anything rests on it: a fault is told with the plugin's distribution."""

import json
from collections.abc import Mapping
from typing import Any

from catalog import registry
from catalog.contract import Evaluation, Outcome, TrialResult
from catalog.errors import PluginError
from catalog.metric import LOSS

__all__ = ["checked_evaluation", "checked_result"]


def checked_result(key: str, result: TrialResult, metric: str) -> TrialResult:
    """Return the result of a training of the model `key` if it keeps the contract.

    Raises:
        PluginError: It is no result, lacks the metric that is tuned for, or its evaluation is faulty.
    """
    if not isinstance(result, TrialResult):
        raise _fault(key, f"a training returned {type(result).__name__} instead of a TrialResult")
    if result.outcome is not Outcome.PRUNED and metric not in result.metrics:
        measured = ", ".join(map(str, result.metrics)) or "nothing"
        raise _fault(key, f"a training did not measure {metric}, which is tuned for; it measured {measured}")
    _check_names(key, result.metrics)
    if result.evaluation is not None:
        checked_evaluation(key, result.evaluation)
    return result


def checked_evaluation(key: str, evaluation: Evaluation) -> Evaluation:
    """Return an evaluation of the model `key` if it keeps the contract.

    Raises:
        PluginError: It is no evaluation, has metrics that its task does not name or that are not finite, details that
            are no JSON, or no file of predictions.
    """
    if not isinstance(evaluation, Evaluation):
        raise _fault(key, f"an evaluation is {type(evaluation).__name__} instead of an Evaluation")
    _check_names(key, evaluation.metrics)
    for name, value in evaluation.metrics.items():
        if not _is_finite(value):
            raise _fault(key, f"{name} on {evaluation.split} is {value!r}; a metric that is undefined is left out")
    try:
        json.dumps(evaluation.details, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise _fault(key, f"the details of an evaluation are no JSON: {error}") from error
    if not evaluation.predictions.is_file():
        raise _fault(key, f"there is no file of predictions at {evaluation.predictions}")
    return evaluation


def _check_names(key: str, metrics: Mapping[str, Any]) -> None:
    known = {metric.name for metric in registry.load_task(key).metrics} | {LOSS.name}
    if unknown := [str(name) for name in metrics if name not in known]:
        task = registry.task_key(key)
        raise _fault(
            key, f"{', '.join(unknown)}: the task {task} has no such metric; it has {', '.join(sorted(known))}"
        )


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _fault(key: str, reason: str) -> PluginError:
    return PluginError(f"{registry.distribution_of(key)}: {reason}")
