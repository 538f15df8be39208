"""Calls to the task of a study: what its code raises becomes an error that names its distribution."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from catalog import registry
from catalog.contract import Evaluation
from catalog.contract.capabilities import CompletesEvaluations
from catalog.errors import ModelcatError, PluginError

__all__ = ["completed_evaluation", "distribution_of", "task_faults"]


def distribution_of(key: str) -> str:
    """Return the name of the distribution that a task is from, by its key or that of one of its models."""
    wanted = registry.task_key(key) if key.count("/") > 1 else key
    return next((entry.distribution for entry in registry.task_entries() if entry.key == wanted), "unknown")


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
        message = f"the task of {key}, from {distribution_of(key)}, failed: {type(error).__name__}: {error}"
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
