"""The process that trains: one device, one job at a time, alive until the coordinator's pipe closes.

A worker never touches the database. `TaskExecutor` does the work; this file handles the pipe.
"""

import os
import queue
import signal
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from catalog import registry
from catalog.contract import Decision, EpochMetrics
from catalog.environment import environment_fault
from catalog.errors import EnvironmentFaultError, ModelcatError, StoppedError, WorkError
from catalog.shortages import shortage_in
from runner.engine.messages import Checkpointed, Done, Event, Failed, Job, Pause, Report, ReportReply, Task, Tick, Train
from runner.engine.processes import end_with_parent
from runner.engine.task_executor import TaskExecutor

__all__ = ["serve", "work"]

#: Seconds between two ticks that are actually sent.
_TICK_SECONDS = 0.25


def serve(pipe: Connection, device: str, threads: int, log: Path | None, coordinator: int | None = None) -> None:
    """Run jobs from `pipe` until it closes; the entry point of a worker process.

    Args:
        pipe: Jobs and answers come in, events go out.
        device: As `TrialContext.device` defines it.
        threads: CPU threads to use.
        log: File for the output of libraries; None leaves stdout and stderr alone.
        coordinator: Pid of the process to end with, even if this one hangs; None: it only ends with the pipe.
    """
    if coordinator is not None:
        end_with_parent(coordinator)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the coordinator decides
    if log is not None:
        _redirect(log)
    work(pipe, device, threads)


def work(pipe: Connection, device: str, threads: int) -> None:
    """Run jobs from `pipe` on the calling thread until the pipe closes, which ends the process; see `serve`."""
    inbox = _Inbox(pipe)
    executor = TaskExecutor(device, threads)
    while True:
        job = inbox.jobs.get()
        pipe.send(_attempt(executor, job, _JobChannel(job.id, pipe, inbox)))


class _Inbox:
    """Sorts incoming messages on a thread of its own, so that a closed pipe ends a worker that is busy training.

    Attributes:
        jobs: Jobs to run.
        answers: Answers to reports.
        paused: Number of the job that is to be left for later; None if there is none.
    """

    def __init__(self, pipe: Connection) -> None:
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[ReportReply] = queue.SimpleQueue()
        self.paused: int | None = None
        self._pipe = pipe
        threading.Thread(target=self._read, daemon=True, name="inbox").start()

    def _read(self) -> None:
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(0)  # the coordinator is gone; nothing is left to clean up for
            if isinstance(message, Pause):
                self.paused = message.job
            else:
                (self.answers if isinstance(message, ReportReply) else self.jobs).put(message)


@dataclass(slots=True)
class _JobChannel:
    """The channel to the coordinator for one job."""

    job: int
    pipe: Connection
    inbox: _Inbox
    _last: float = 0.0
    _warned: bool = False

    def report(self, metrics: EpochMetrics) -> Decision:
        self.pipe.send(Report(self.job, metrics))
        while (answer := self.inbox.answers.get()).job != self.job:
            pass  # an answer to a job that has failed since
        return answer.decision

    def tick(self, progress: float) -> None:
        now = time.monotonic()
        if now - self._last >= _TICK_SECONDS:
            self._last = now
            self.pipe.send(Tick(self.job, progress))
        if self.paused():  # a trainer that checks has had time for it since the last tick
            if self._warned:
                raise StoppedError("the study is interrupted, and this training does not pause")
            self._warned = True

    def checkpointed(self, progress: float) -> None:
        self.pipe.send(Checkpointed(self.job, progress))

    def paused(self) -> bool:
        return self.inbox.paused == self.job


def _attempt(executor: TaskExecutor, job: Job, channel: _JobChannel) -> Event:
    try:
        return Done(job.id, executor.do(job.task, channel))
    except KeyboardInterrupt:  # not the trainer's: an engine ends a worker in this way
        raise
    except BaseException as error:  # noqa: BLE001 -- any error of a trainer is one failed job, not a lost worker
        return _failed(job, error)


def _failed(job: Job, error: BaseException) -> Failed:
    """Return the failure of a job; the machine's own faults are distinguished from the work's."""
    details = traceback.format_exc()
    if (fault := environment_fault(error, _places(job.task)) or _removed(job.task, error)) is not None:
        return Failed(job.id, fault, details)
    if (short := shortage_in(error)) is not None:
        return Failed(job.id, short, details)
    if isinstance(error, ModelcatError):
        return Failed(job.id, error)
    setup = getattr(job.task, "setup", job.task)
    return Failed(job.id, WorkError(registry.blame(error, getattr(setup, "key", ""))), details)


def _places(task: Task) -> list[Path]:
    """Return the folders that a task writes to."""
    setup = getattr(task, "setup", None)
    named = [getattr(task, "folder", None), getattr(task, "path", None), getattr(setup, "cache", None)]
    return [*(place for place in named if place is not None), Path(tempfile.gettempdir())]


def _removed(task: Task, error: BaseException) -> EnvironmentFaultError | None:
    """Return the error of a training whose folder was removed meanwhile."""
    if not isinstance(task, Train) or isinstance(error, ModelcatError) or task.folder.exists():
        return None
    return EnvironmentFaultError(f"the folder {task.folder} was removed during its training. Leave it where it is")


def _redirect(log: Path) -> None:
    """Send stdout and stderr, also those of C libraries, into a file: the coordinator owns the terminal."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # None: it was closed when this process began
            stream.flush()
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)
