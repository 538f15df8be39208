"""Calls to the task of a study: what its code raises becomes an error that names its distribution."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from catalog import registry
from catalog.contract import Evaluation
from catalog.contract.capabilities import CompletesEvaluations
from catalog.errors import ModelcatError, PluginError

__all__ = ["completed_evaluation", "task_faults"]


@contextmanager
def task_faults(key: str) -> Iterator[None]:
    """Turn what a task's code raises into a `PluginError`; errors that modelcat expects pass.

    Raises:
        PluginError: The task failed; the message names its distribution.
    """
    try:
        yield
    except ModelcatError:
        raise
    except Exception as error:  # a third party's task may raise anything
        task = registry.task_key(key) if key.count("/") > 1 else key
        origin = registry.distribution_of(task)
        message = f"the task of {key}, from {origin}, failed: {type(error).__name__}: {error}"
        raise PluginError(message) from error


def completed_evaluation(key: str, evaluation: Evaluation, data: Mapping[str, Any]) -> Evaluation:
    """Return an evaluation with the names that the data give to its parts, as the task knows them.

    It is returned as it is if the task adds none, is not installed here, or fails.

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
