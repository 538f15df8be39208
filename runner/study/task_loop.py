"""Keeps workers busy with tasks: hands them out, repeats those whose process died, and ends in order if interrupted."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from catalog.contract import Decision, Outcome, TrialResult
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
from runner.study.session import Session

__all__ = [
    "STOP_SECONDS",
    "NextTask",
    "OnEvent",
    "Retried",
    "attempt_task",
    "is_death",
    "run_task",
    "run_tasks",
    "with_attempt_count",
]

#: Seconds that trainings get for a checkpoint when a study is interrupted. The engine takes a few more to end.
_PAUSE_SECONDS = 4.0
#: Seconds for which a study that is asked to stop waits for its database.
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Retried:
    """A task whose process died is tried again; `attempt` is ``1 of 2``."""

    error: ModelcatError
    attempt: str


NextTask = Callable[[], "tuple[str, Task] | None"]
"""Returns the next task and the name of its training, or None if there are no more."""
OnEvent = Callable[[str, "Event | Retried"], None]
"""Takes each event except ticks, with the name of its training."""


def is_death(error: ModelcatError) -> bool:
    """Return whether the process ended, not its work: then another try in another process may succeed."""
    return isinstance(error, LostWorkerError | OutOfMemoryError)


def with_attempt_count(error: ModelcatError, attempts: int) -> ModelcatError:
    """Return the last of several such errors, with the number of attempts in its message."""
    return error if attempts == 1 else type(error)(f"{error.message}; it was tried {attempts} times", field=error.field)


def run_tasks(session: Session, next_task: NextTask, on_event: OnEvent) -> None:
    """Keep all workers busy until all tasks are done.

    The events of one wait for the workers are written in one transaction. Only when that is committed are reports
    answered, listeners called and new tasks handed out.

    Raises:
        KeyboardInterrupt: It was interrupted. Trainings were given a few seconds for a checkpoint.
        StoppedError: The study was asked to stop; trainings were given the same time.
        EnvironmentFaultError: A task has met a fault of the machine; likewise. The task has not failed, and is done
            again when the study is resumed.
    """
    loop = _TaskLoop(session, next_task, on_event)
    try:
        loop.run()
    except (KeyboardInterrupt, Exception) as error:
        if _leaves_time(error) and not is_urgent():
            # A system that shuts down gives ten seconds in all; a process that asks for a stop can wait for a reader.
            session.store.hurry(0.0 if isinstance(error, KeyboardInterrupt) else STOP_SECONDS)
            with suppress(ModelcatError):  # the first reason to end is the one to report
                loop.wind_down()
        raise


def attempt_task(session: Session, task: Task, name: str = "") -> Done | Failed:
    """Run one task while nothing else runs and return how it ended; a training is never ended early."""
    outcome: list[Done | Failed] = []
    pending = [(name, task)]

    def on_event(_: str, event: Event | Retried) -> None:
        if isinstance(event, Report):
            session.answer(event, Decision.GO_ON)
        elif isinstance(event, Done | Failed):
            outcome.append(event)

    run_tasks(session, lambda: pending.pop() if pending else None, on_event)
    return outcome[-1]


def run_task(session: Session, task: Task) -> Any:
    """Run one task while nothing else runs and return its result.

    Raises:
        ModelcatError: The error that the worker raised.
    """
    outcome = attempt_task(session, task)
    if isinstance(outcome, Failed):
        raise outcome.error
    return outcome.value


def _leaves_time(error: BaseException) -> bool:
    """Return whether trainings may still get time to end in order: the lease holds, and modelcat itself works."""
    return isinstance(error, KeyboardInterrupt | StoppedError) or is_environmental(error)


@dataclass(frozen=True, slots=True)
class _Work:
    name: str
    task: Task
    retries: int = 0


class _TaskLoop:
    def __init__(self, session: Session, next_task: NextTask, on_event: OnEvent) -> None:
        self._session = session
        self._next_task = next_task
        self._on_event = on_event
        self._max_retries = session.request.spec.study.max_retries
        self._jobs: dict[int, _Work] = {}
        self._retries: deque[_Work] = deque()
        self._has_more = True
        # Events that are not written yet, and whether the state in memory is what the store holds.
        self._pending_events: list[Event] = []
        self._is_in_step = True
        self._fault: EnvironmentFaultError | None = None

    def run(self) -> None:
        engine = self._session.engine
        while True:
            begun: list[_Work] = []
            if self._pending_events or (engine.idle and (self._has_more or self._retries)):
                begun = self._write(self._pending_events, free=engine.idle)
                self._pending_events = []
            if self._fault is not None:
                raise self._fault
            for work in begun:
                self._jobs[engine.submit(work.task)] = work
            if not engine.busy:
                return
            self._session.heartbeat()
            self._pending_events = self._without_ticks(engine.events(timeout=1.0))

    def wind_down(self) -> None:
        """Let trainings write a checkpoint and end, and store what they still report.

        The trainings get their time even if nothing can be written.
        """
        engine, deadline = self._session.engine, time.monotonic() + _PAUSE_SECONDS
        asked = {job for job, work in self._jobs.items() if isinstance(work.task, Train)}
        for job in asked:
            engine.pause(job)
        while True:
            asked -= {event.job for event in self._pending_events if isinstance(event, Done | Failed)}
            self._keep(self._pending_events)
            left = deadline - time.monotonic()
            if not asked or left <= 0:
                return
            self._pending_events = self._without_ticks(engine.events(timeout=min(left, 0.5)))

    def _keep(self, events: list[Event]) -> None:
        """Write the events until one cannot be written: later ones would leave a gap."""
        kept: list[Event] = [e for e in events if not (isinstance(e, Checkpointed) or _is_cut_short(e))]
        if kept and self._is_in_step:
            try:
                self._write(kept, free=0)
            except (StoreError, UnreachableError):  # no listener was called for it; the next run makes it again
                self._is_in_step = False

    def _write(self, events: list[Event], free: int) -> list[_Work]:
        """Write the events, and find work for `free` workers, in one transaction."""
        with self._session.transaction():
            self._is_in_step = False
            for event in events:
                self._take(event)
            begun = list(self._begin(free)) if self._fault is None else []
        self._is_in_step = True
        return begun

    def _begin(self, free: int) -> Iterable[_Work]:
        for _ in range(free):
            if self._retries:
                yield self._retries.popleft()
            elif self._has_more and (found := self._next_task()) is not None:
                yield _Work(*found)
            else:
                self._has_more = False
                return

    def _without_ticks(self, events: Iterable[Event]) -> list[Event]:
        kept: list[Event] = []
        for event in events:
            if isinstance(event, Tick):
                self._session.listener.ticked(self._jobs[event.job].name, event.progress)
            else:
                kept.append(event)
        return kept

    def _take(self, event: Event) -> None:
        session, work = self._session, self._jobs[event.job]
        if isinstance(event, Done | Failed):
            del self._jobs[event.job]
        if isinstance(event, Report):
            session.put_measurement(work.name, event.metrics)
            session.after_commit(session.listener.measured, work.name, event.metrics)
        elif isinstance(event, Failed) and isinstance(event.error, EnvironmentFaultError):
            self._meet_fault(work, event.error, event.details)
            return
        elif isinstance(event, Failed) and is_death(event.error):
            if work.retries < self._max_retries:
                self._retry(work, event)
                return
            event = replace(event, error=with_attempt_count(event.error, work.retries + 1))
        if isinstance(event, Failed):
            session.after_commit(session.listener.failed, work.name, event.error, event.details)
        self._on_event(work.name, event)

    def _meet_fault(self, work: _Work, fault: EnvironmentFaultError, details: str) -> None:
        """Leave a task to be done again when the study is resumed; the files that it has written are removed."""
        session = self._session
        self._fault = self._fault or fault
        session.after_commit(session.listener.failed, "", fault, details)
        if isinstance(work.task, Train):
            session.after_commit(session.folders.clear, work.task.folder)

    def _retry(self, work: _Work, event: Failed) -> None:
        attempt, task = f"{work.retries + 1} of {self._max_retries}", work.task
        if isinstance(task, Train):
            task = self._session.training(work.name, task.setup, task.seed, quarters=task.quarters)
        self._retries.append(_Work(work.name, task, work.retries + 1))
        self._session.after_commit(self._session.listener.retried, work.name, event.error, event.details, attempt)
        self._on_event(work.name, Retried(event.error, attempt))


def _is_cut_short(event: Event) -> bool:
    """Return whether a training has ended only because it was asked to: there is no result yet."""
    match event:
        case Failed(_, error):
            return isinstance(error, StoppedError | EnvironmentFaultError) or is_death(error)
        case Done(_, TrialResult(outcome=Outcome.STOPPED)):
            return True
    return False
