"""Single tasks: one after the other, on a worker that does nothing else meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from catalog.contract import Decision
from runner.engine.engine import Engine
from runner.engine.local import LocalEngine
from runner.engine.messages import Done, Failed, Report, Task, Tick

__all__ = ["RunTask", "asking", "result_of", "run_alone"]


class RunTask(Protocol):
    """Runs one task in a worker process."""

    def __call__(self, task: Task) -> Any:
        """Return the answer to the task, or raise the error with which it failed."""


@contextmanager
def asking(*, debug: bool = False) -> Iterator[RunTask]:
    """Start one worker; it keeps libraries and model between tasks, and ends with the block."""
    with LocalEngine(1, debug=debug) as engine:
        yield lambda task: result_of(run_alone(engine, task))


def run_alone(
    engine: Engine,
    task: Task,
    timeout: float = 1.0,
    check: Callable[[], None] = lambda: None,
    ticked: Callable[[], None] = lambda: None,
) -> Done | Failed:
    """Run one task while the engine has no other, and return how it ended; a training is never pruned.

    Args:
        engine: Has an idle worker.
        task: The task to run.
        timeout: Longest time between two calls of `check`, in seconds.
        check: Raises to end the waiting; the worker is still busy then, and `close` ends it.
        ticked: Called at each tick of the task.
    """
    job = engine.submit(task)
    while True:
        check()
        for event in engine.events(timeout):
            if isinstance(event, Report):
                engine.answer(event.job, Decision.GO_ON)
            elif isinstance(event, Tick) and event.job == job:
                ticked()
            elif isinstance(event, Done | Failed) and event.job == job:
                return event


def result_of(event: Done | Failed) -> Any:
    """Return the result of a task.

    Raises:
        ModelcatError: The error with which it failed.
    """
    if isinstance(event, Failed):
        raise event.error
    return event.value
