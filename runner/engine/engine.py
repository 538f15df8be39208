"""What the coordinator needs of whatever runs its trials: processes of this machine, or actors of a Ray cluster."""

from typing import Protocol, Self

from catalog.contract import Decision
from runner.engine.messages import Event, Task

__all__ = ["Engine"]


class Engine(Protocol):
    """Runs jobs on workers; use it as a context manager, which has workers start and leaves none behind."""

    def __enter__(self) -> Self:
        """Start workers.

        Raises:
            InputError: What was asked for cannot be had: no such cluster, a folder that is not shared.
            WorkError: Workers cannot be started.
        """

    def __exit__(self, *_: object) -> None:
        """Close."""

    @property
    def idle(self) -> int:
        """How many more jobs can be submitted now."""

    @property
    def busy(self) -> int:
        """How many jobs are being done, or wait for a worker that is to come."""

    def submit(self, task: Task) -> int:
        """Give `task` to an idle worker and return the number that its events will carry.

        Raises:
            IndexError: No worker is idle.
        """

    def answer(self, job: int, decision: Decision) -> None:
        """Answer a report of `job`."""

    def pause(self, job: int) -> None:
        """Ask the training of `job` to write a checkpoint and end; `events` tells when it has."""

    def events(self, timeout: float) -> list[Event]:
        """Wait up to `timeout` seconds for something to happen; workers that died, or hang, are replaced.

        So is one that has run out of memory: what fills it ends with the process.

        Raises:
            KeyboardInterrupt: One was held back: here nothing is half done.
            LostWorkerError: No worker can be had any more.
        """

    def close(self) -> None:
        """End all workers. Safe to call twice."""
