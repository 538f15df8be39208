"""Gives tasks about a study's model to a worker, one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from runner.engine.local import LocalEngine
from runner.engine.messages import Failed, Task

__all__ = ["Ask", "asking"]


class Ask(Protocol):
    """Does one task in a worker process."""

    def __call__(self, task: Task) -> Any:
        """Return what the task is answered with, or raise the error that it failed with."""


@contextmanager
def asking(*, debug: bool = False) -> Iterator[Ask]:
    """Start one worker; it keeps libraries and model between tasks, and ends with the block."""
    with LocalEngine(1, debug=debug) as engine:

        def ask(task: Task) -> Any:
            event = engine.run(task)
            if isinstance(event, Failed):
                raise event.error
            return getattr(event, "value", None)

        yield ask
