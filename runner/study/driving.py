"""Keeps workers busy with tasks: hands them out, tries again what died, and ends tidily when interrupted."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catalog.contract import Outcome, TrialResult
from catalog.environment import is_environmental
from catalog.errors import (
    EnvironmentFaultError,
    LostWorkerError,
    ModelcatError,
    OutOfMemoryError,
    StoppedError,
    StoreError,
    UnreachableError,
)
from runner.engine.interruption import is_urgent
from runner.engine.messages import Checkpointed, Done, Event, Failed, Report, Task, Tick, Train

if TYPE_CHECKING:
    from runner.study.session import Session

__all__ = ["STOP_SECONDS", "Following", "Handle", "Retried", "drive", "is_death"]

#: Seconds that trainings get for a checkpoint when a study is interrupted. The engine takes a few more to end.
_PAUSE_SECONDS = 4.0
#: That a study which is asked to stop waits for its database.
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Retried:
    """A task whose process died is tried again; `attempt` is ``1 of 2``."""

    error: ModelcatError
    attempt: str


Following = Callable[[], "tuple[str, Task] | None"]
"""Returns the next task and the name of its training, or None when there are no more."""
Handle = Callable[[str, "Event | Retried"], None]
"""Is told each event but ticks, with the name of its training."""


def is_death(error: ModelcatError) -> bool:
    """Tell whether it was the process that ended, not its work: worth another try, in another process."""
    return isinstance(error, LostWorkerError | OutOfMemoryError)


def drive(session: "Session", following: Following, handle: Handle) -> None:
    """Keep all workers busy until there is nothing left to do.

    What one wait for the workers brings is written in one transaction. Only when that is safe are reports answered,
    listeners told and new tasks handed out.

    Raises:
        KeyboardInterrupt: It was interrupted. Trainings were given a few seconds for a checkpoint.
        StoppedError: Somebody asked that the study stop; likewise.
        EnvironmentFaultError: A task has met a fault of the machine; likewise. It has not failed, and is done again
            when the study goes on.
    """
    driving = _Driving(session, following, handle)
    try:
        driving.run()
    except (KeyboardInterrupt, Exception) as error:
        if _leaves_time(error) and not is_urgent():
            # A system that shuts down gives ten seconds in all; whoever asked for a stop can wait for a reader.
            session.store.hurry(0.0 if isinstance(error, KeyboardInterrupt) else STOP_SECONDS)
            with suppress(ModelcatError):  # the first reason to end is the one to tell
                driving.wind_down()
        raise


def _leaves_time(error: BaseException) -> bool:
    """Tell whether trainings may still be given time to end orderly: the lease holds, and nothing of ours is wrong."""
    return isinstance(error, KeyboardInterrupt | StoppedError) or is_environmental(error)


@dataclass(frozen=True, slots=True)
class _Work:
    name: str
    task: Task
    retries: int = 0


class _Driving:
    def __init__(self, session: "Session", following: Following, handle: Handle) -> None:
        self._session = session
        self._following = following
        self._handle = handle
        self._most = session.request.spec.study.max_retries
        self._jobs: dict[int, _Work] = {}
        self._again: deque[_Work] = deque()
        self._more = True
        # What was heard and is not written yet, and whether all that is remembered here is what the store holds.
        self._heard: list[Event] = []
        self._in_step = True
        self._fault: EnvironmentFaultError | None = None

    def run(self) -> None:
        engine = self._session.engine
        while True:
            begun: list[_Work] = []
            if self._heard or (engine.idle and (self._more or self._again)):
                begun = self._write(self._heard, free=engine.idle)
                self._heard = []
            if self._fault is not None:
                raise self._fault
            for work in begun:
                self._jobs[engine.submit(work.task)] = work
            if not engine.busy:
                return
            self._session.beat()
            self._heard = self._without_ticks(engine.events(timeout=1.0))

    def wind_down(self) -> None:
        """Let trainings write a checkpoint and end, and keep what they still tell.

        The trainings get their time even where nothing can be written.
        """
        engine, deadline = self._session.engine, time.monotonic() + _PAUSE_SECONDS
        asked = {job for job, work in self._jobs.items() if isinstance(work.task, Train)}
        for job in asked:
            engine.pause(job)
        while True:
            asked -= {event.job for event in self._heard if isinstance(event, Done | Failed)}
            self._keep(self._heard)
            left = deadline - time.monotonic()
            if not asked or left <= 0:
                return
            self._heard = self._without_ticks(engine.events(timeout=min(left, 0.5)))

    def _keep(self, events: list[Event]) -> None:
        """Write what events bring, until something of it cannot be written: what came later would leave a gap."""
        kept: list[Event] = [e for e in events if not (isinstance(e, Checkpointed) or _is_cut_short(e))]
        if kept and self._in_step:
            try:
                self._write(kept, free=0)
            except (StoreError, UnreachableError):  # none of it was told to anybody; the next run makes it again
                self._in_step = False

    def _write(self, events: list[Event], free: int) -> list[_Work]:
        """Write what events bring, and find work for `free` workers, in one transaction."""
        with self._session.together():
            self._in_step = False
            for event in events:
                self._take(event)
            begun = list(self._begin(free)) if self._fault is None else []
        self._in_step = True
        return begun

    def _begin(self, free: int) -> Iterable[_Work]:
        for _ in range(free):
            if self._again:
                yield self._again.popleft()
            elif self._more and (found := self._following()) is not None:
                yield _Work(*found)
            else:
                self._more = False
                return

    def _without_ticks(self, events: Iterable[Event]) -> list[Event]:
        told: list[Event] = []
        for event in events:
            if isinstance(event, Tick):
                self._session.listener.ticked(self._jobs[event.job].name, event.progress)
            else:
                told.append(event)
        return told

    def _take(self, event: Event) -> None:
        session, work = self._session, self._jobs[event.job]
        if isinstance(event, Done | Failed):
            del self._jobs[event.job]
        if isinstance(event, Report):
            session.record(work.name, event.metrics)
            session.later(session.listener.measured, work.name, event.metrics)
        elif isinstance(event, Failed) and isinstance(event.error, EnvironmentFaultError):
            self._meet_fault(work, event.error, event.details)
            return
        elif isinstance(event, Failed) and is_death(event.error):
            if work.retries < self._most:
                self._retry(work, event)
                return
            event = replace(event, error=_often(event.error, work.retries + 1))
        if isinstance(event, Failed):
            session.later(session.listener.failed, work.name, event.error, event.details)
        self._handle(work.name, event)

    def _meet_fault(self, work: _Work, fault: EnvironmentFaultError, details: str) -> None:
        """Leave a task as it is, to be done again when the study goes on; what it has written goes."""
        session = self._session
        self._fault = self._fault or fault
        session.later(session.listener.failed, "", fault, details)
        if isinstance(work.task, Train):
            session.later(session.folders.clear, work.task.folder)

    def _retry(self, work: _Work, event: Failed) -> None:
        attempt, task = f"{work.retries + 1} of {self._most}", work.task
        if isinstance(task, Train):
            task = self._session.training(work.name, task.subject, task.seed, quarters=task.quarters)
        self._again.append(_Work(work.name, task, work.retries + 1))
        self._session.later(self._session.listener.retried, work.name, event.error, event.details, attempt)
        self._handle(work.name, Retried(event.error, attempt))


def _is_cut_short(event: Event) -> bool:
    """Tell whether a training has ended only because it was asked to: there is no result yet."""
    match event:
        case Failed(_, error):
            return isinstance(error, StoppedError | EnvironmentFaultError) or is_death(error)
        case Done(_, TrialResult(outcome=Outcome.STOPPED)):
            return True
    return False


def _often(error: ModelcatError, tries: int) -> ModelcatError:
    """Say of the last of several deaths that it was not the first."""
    return error if tries == 1 else type(error)(f"{error.message}; it was tried {tries} times", field=error.field)
