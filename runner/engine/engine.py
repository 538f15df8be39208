"""What the coordinator needs of its engine: processes of this machine, or actors of a Ray cluster, which run trials."""

from typing import Protocol, Self

from catalog.contract import Decision
from runner.engine.messages import Event, Task

__all__ = ["Engine"]


class Engine(Protocol):
    """Runs jobs on workers; use it as a context manager, which starts workers and ends them all."""

    def __enter__(self) -> Self:
        """Start workers.

        Raises:
            InputError: The request cannot be met: there is no such cluster, or a folder is not shared.
            WorkError: Workers cannot be started.
        """

    def __exit__(self, *_: object) -> None:
        """Close."""

    @property
    def idle(self) -> int:
        """How many more jobs can be submitted now."""

    @property
    def busy(self) -> int:
        """How many jobs are running, or wait for a worker that is starting."""

    def submit(self, task: Task) -> int:
        """Give `task` to an idle worker and return the number that its events will carry.

        Raises:
            IndexError: No worker is idle.
        """

    def answer(self, job: int, decision: Decision) -> None:
        """Answer a report of `job`."""

    def pause(self, job: int) -> None:
        """Ask the training of `job` to write a checkpoint and end; `events` reports its end."""

    def events(self, timeout: float) -> list[Event]:
        """Wait up to `timeout` seconds for events; workers that died or hang are replaced.

        A worker that has run out of memory is replaced too: its memory is freed when its process ends.

        Raises:
            KeyboardInterrupt: An interrupt was held back: here nothing is half done.
            LostWorkerError: No worker can be started any more.
        """

    def close(self) -> None:
        """End all workers. Safe to call twice."""
