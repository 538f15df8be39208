"""Calls to the task and the model of a study: an error in their code is raised as one that names its distribution."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from catalog import registry
from catalog.contract import DataSummary, Evaluation, Task
from catalog.contract.capabilities import ChanceLevel, CompletesEvaluations, KnowsChance
from catalog.errors import ModelcatError, PluginError
from catalog.metric import Metric

__all__ = ["chance_level", "completed_evaluation", "metrics_on", "model_faults", "task_faults"]


@contextmanager
def task_faults(key: str) -> Iterator[None]:
    """Turn an error of a task's code into a `PluginError`; errors that modelcat expects pass unchanged.

    Raises:
        PluginError: The task failed; the message names its distribution.
    """
    try:
        yield
    except (ModelcatError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a third party's task may raise anything, even SystemExit
        raise _task_failed(key, f"{type(error).__name__}: {error}") from error


@contextmanager
def model_faults(key: str) -> Iterator[None]:
    """Turn an error of a model's own code into a `PluginError`; errors that modelcat expects pass unchanged.

    Raises:
        PluginError: The model failed; the message names its distribution.
    """
    try:
        yield
    except (ModelcatError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a third party's model may raise anything, even SystemExit
        origin, reason = registry.distribution_of(key), f"{type(error).__name__}: {error}"
        raise PluginError(f"the model {key}, from {origin}, failed: {reason}") from error


def metrics_on(task: Task, data: DataSummary) -> tuple[Metric, ...]:
    """Return the metrics that are meaningful on these data.

    Raises:
        PluginError: The task fails, names no metric, or one that is not among `Task.metrics`.
    """
    with task_faults(task.key):
        found, known = tuple(task.metrics_of(data)), {metric.name for metric in task.metrics}
        if not found:
            raise _task_failed(task.key, "metrics_of names no metric")
        for metric in found:
            if not isinstance(metric, Metric):
                raise _task_failed(task.key, f"metrics_of returns {type(metric).__name__} in the place of a Metric")
            if metric.name not in known:
                raise _task_failed(task.key, f"metrics_of names {metric.name!r}, which is not among its metrics")
    return found


def chance_level(task: Task, metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
    """Return the score of guessing on a split; None if the task does not know it.

    Raises:
        PluginError: The task fails, or returns no valid level: its numbers must be finite, its margin 0 or more.
    """
    if not isinstance(task, KnowsChance):
        return None
    with task_faults(task.key):
        found = task.chance_level(metric, data, split)
        if found is not None and not (math.isfinite(found.value) and math.isfinite(found.margin) and found.margin >= 0):
            raise _task_failed(task.key, f"chance_level returns {found!r}")
    return found


def completed_evaluation(key: str, evaluation: Evaluation, data: Mapping[str, Any]) -> Evaluation:
    """Return an evaluation with the names that the data give to its parts, as the task knows them.

    It is returned unchanged if the task adds none, is not installed here, or fails.

    Args:
        key: Of a model of the task.
        evaluation: As a trainer returned it, or an older release stored it.
        data: What preparation found in the data set of the study, as JSON.
    """
    with suppress(ModelcatError), task_faults(key):
        task = registry.load_task(key)
        if isinstance(task, CompletesEvaluations):
            return task.completed(evaluation, data)
    return evaluation


def _task_failed(key: str, reason: str) -> PluginError:
    task = registry.task_key(key) if key.count("/") > 1 else key
    return PluginError(f"the task of {key}, from {registry.distribution_of(task)}, failed: {reason}")
