"""What a task's code raises, as errors that name the distribution that it is from."""

from collections.abc import Iterator
from contextlib import contextmanager

from catalog import registry
from catalog.errors import ModelcatError, PluginError

__all__ = ["distribution_of", "task_faults"]


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
