"""Workers as processes of this machine."""

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

from catalog.contract import Decision
from catalog.errors import EnvironmentFaultError, HungWorkerError, LostWorkerError, OutOfMemoryError, WorkError
from catalog.shortages import shortage_said
from runner.engine import interruption
from runner.engine.hang_detection import HangDetector, HangLimits
from runner.engine.messages import Done, Event, Failed, Job, Pause, ReportReply, Task
from runner.engine.processes import lift_memory_limit, oom_kills, start_spawned, start_tracker
from runner.engine.worker import serve

__all__ = ["LocalEngine", "usable_cores", "worker_environment"]

#: Seconds that a worker gets to end by itself once its pipe is closed.
_GRACE_SECONDS = 2.0
#: How much longer than its timeout a wait may take; if it takes longer, this process was stopped or suspended.
_SLACK_SECONDS = 1.0
#: Seconds that the system gets to have room for a new process, which it may lack right after one has died of that; well
#: below the time for which a study's lease holds.
_START_SECONDS = 30.0
#: Workers that may die in a row, without having received a job, before the engine starts no more.
_MOST_IDLE_DEATHS = 3
#: Signals that end a process if the disk cannot serve its mapped file (mmap), or if its file grows too large.
_DISK_SIGNALS = {-signal.SIGBUS, -signal.SIGXFSZ}
#: The environment is changed for a moment while a process starts, and several threads may use engines.
_STARTING = threading.Lock()


def usable_cores() -> int:
    """Return the CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class _Worker:
    index: int
    process: BaseProcess
    pipe: Connection
    log: Path
    kills: int
    job: int | None = None
    detector: HangDetector | None = None


@dataclass(slots=True)
class LocalEngine:
    """Runs jobs in `workers` long-lived processes; use it as a context manager.

    Attributes:
        workers: How many processes; the CPU's cores are divided among them.
        debug: Leave the workers' stdout and stderr visible.
        hang_limits: When a worker counts as hung.
    """

    workers: int = 1
    debug: bool = False
    hang_limits: HangLimits = field(default_factory=HangLimits)
    _crew: list[_Worker] = field(default_factory=list)
    _next: int = 0
    _idle_deaths: int = 0
    _logs: Path | None = None

    def __enter__(self) -> Self:
        self._logs = Path(tempfile.mkdtemp(prefix="modelcat-"))
        try:
            for index in range(self.workers):
                self._crew.append(self._start(index))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def idle(self) -> int:
        """How many workers wait for a job."""
        return sum(worker.job is None for worker in self._crew)

    @property
    def busy(self) -> int:
        """How many workers are running a job."""
        return len(self._crew) - self.idle

    def submit(self, task: Task) -> int:
        """Give `task` to an idle worker and return the number that its events will carry.

        Raises:
            IndexError: No worker is idle.
        """
        worker = [worker for worker in self._crew if worker.job is None][0]  # noqa: RUF015 -- raises the IndexError
        self._next += 1
        worker.job, worker.detector = self._next, HangDetector(task, self.hang_limits)
        with suppress(OSError):  # it died while idle: `events` will report it, for this job
            worker.pipe.send(Job(self._next, task))
        return self._next

    def answer(self, job: int, decision: Decision) -> None:
        """Answer a report of `job`."""
        self._tell(job, ReportReply(job, decision))

    def pause(self, job: int) -> None:
        """Ask the training of `job` to write a checkpoint and end; `events` reports its end."""
        self._tell(job, Pause(job))

    def events(self, timeout: float) -> list[Event]:
        """Wait up to `timeout` seconds for events; workers that died or hang are replaced.

        A worker that has run out of memory is replaced too: its memory is freed when its process ends.

        Raises:
            KeyboardInterrupt: An interrupt was held back: here nothing is half done.
            LostWorkerError: No worker can be started any more.
        """
        interruption.check()
        happened: list[Event] = []
        waiting = {worker.pipe: worker for worker in self._crew}
        began = time.monotonic()
        ready = wait(list(waiting), timeout)
        waited = min(time.monotonic() - began, timeout + _SLACK_SECONDS)
        for worker in waiting.values():
            if worker.detector is not None:
                worker.detector.waited(waited)
        for pipe in ready:
            worker = waiting[pipe]  # type: ignore[index]  # wait returns what it was given
            try:
                event: Event = worker.pipe.recv()
            except (EOFError, OSError):
                happened.extend(self._replace(worker))
                continue
            happened.append(event)
            if isinstance(event, Done | Failed):
                worker.job = worker.detector = None
                self._idle_deaths = 0
                if isinstance(event, Failed) and isinstance(event.error, OutOfMemoryError):
                    self._end(worker)
                    self._start_instead_of(worker)
            elif worker.detector is not None:
                worker.detector.heard(event)
        for worker in list(self._crew):
            if worker.detector is not None and worker.detector.is_overdue:
                happened.extend(self._give_up(worker, worker.detector))
        return happened

    def close(self) -> None:
        """End all workers; those that do not end by themselves are killed. Safe to call twice."""
        for worker in self._crew:
            worker.pipe.close()
        deadline = time.monotonic() + (0.0 if interruption.is_urgent() else _GRACE_SECONDS)
        for worker in self._crew:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                self._end(worker)
        self._crew = []
        if self._logs is not None:
            shutil.rmtree(self._logs, ignore_errors=True)

    def _start_instead_of(self, worker: _Worker) -> None:
        self._crew.remove(worker)  # first: if the wait for another one is interrupted, the list has no ended worker
        self._crew.append(self._start(worker.index))

    def _start(self, index: int) -> _Worker:
        """Start a worker as soon as the system has room for a process."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return self._start_now(index)
            except OSError as error:
                if time.monotonic() > deadline:
                    raise LostWorkerError(
                        f"no worker process could be started for {_START_SECONDS:.0f} s ({error.strerror or error}): "
                        "close other programs, or raise the limit on processes and open files (ulimit -a), and go on "
                        "with `modelcat resume`"
                    ) from error
            interruption.check()
            time.sleep(_START_SECONDS / 60)

    def _start_now(self, index: int) -> _Worker:
        assert self._logs is not None, "use the engine as a context manager"
        threads, kills = max(1, usable_cores() // self.workers), oom_kills()
        log = self._logs / f"worker-{index}-{self._next}.log"
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=serve,
            args=(theirs, f"auto:{index}", threads, None if self.debug else log, _coordinator()),
            name=f"modelcat-worker-{index}",
            daemon=False,  # a trainer may start processes of its own; `close` ends the workers
        )
        start_tracker()
        # Ctrl+C reaches the whole group, and a worker that is still importing would print a traceback: it starts with
        # the signal blocked. In this process the signal waits meanwhile, and is delivered right after.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with _STARTING, _environment(worker_environment(threads)):
                start_spawned(process)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        assert process.pid is not None, "it has started"
        lift_memory_limit(process.pid)
        theirs.close()  # ours must be the only other end, or a dead worker would never be noticed
        return _Worker(index, process, ours, log, kills)

    def _tell(self, job: int, message: ReportReply | Pause) -> None:
        for worker in self._crew:
            if worker.job == job:
                with suppress(OSError):  # it died meanwhile: `events` will report it
                    worker.pipe.send(message)

    def _end(self, worker: _Worker) -> None:
        """End a worker that may not end by itself."""
        worker.pipe.close()
        worker.process.kill()
        worker.process.join(_GRACE_SECONDS)  # longer if it waits for a disk that does not answer: it ends some day

    def _give_up(self, worker: _Worker, detector: HangDetector) -> Iterable[Failed]:
        """End a worker that hangs, and start another."""
        assert worker.job is not None, "a worker without a job is not watched"
        self._end(worker)
        self._start_instead_of(worker)
        message = f"the worker process gave no sign of progress for {detector.quiet:.0f} s and was ended"
        return [Failed(worker.job, HungWorkerError(message), _printed(worker))]

    def _replace(self, worker: _Worker) -> Iterable[Failed]:
        worker.process.join(_GRACE_SECONDS)
        if worker.process.is_alive():  # it has only closed its pipe
            self._end(worker)
        code = worker.process.exitcode
        worker.pipe.close()
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        hint = "; the system may have run out of memory" if code == -signal.SIGKILL else ""
        details = _printed(worker)
        if worker.job is None:
            self._idle_deaths += 1
            if self._idle_deaths > _MOST_IDLE_DEATHS:
                last = details.strip().rpartition("\n")[2]
                raise LostWorkerError(f"worker processes end before they get work: the last {how}. {last}".strip())
        self._start_instead_of(worker)
        if worker.job is None:
            return []
        if code == -signal.SIGKILL and oom_kills() > worker.kills:
            error: WorkError = OutOfMemoryError("the system ran out of memory and killed the worker process")
        elif code in _DISK_SIGNALS:
            error = EnvironmentFaultError(
                f"the worker process {how}: the disk that holds a file in use is full or cannot be read, or shared "
                "memory is used up. See that there is free space (df), /dev/shm included"
            )
        else:
            short = shortage_said(details)
            if isinstance(short, OutOfMemoryError):
                error = short
            else:
                error = LostWorkerError(f"the worker process {how}{f': {short.message}' if short else hint}")
        return [Failed(worker.job, error, details)]


def _coordinator() -> int | None:
    """Return the pid with which a worker ends; on Linux that is its starting thread, which must not end before."""
    return os.getpid() if threading.current_thread() is threading.main_thread() else None


def _printed(worker: _Worker) -> str:
    """Return the end of a worker's output."""
    return worker.log.read_text(errors="replace")[-4000:] if worker.log.exists() else ""


_REPEATABLE = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
"""cuBLAS reads this when it starts, which may be before a training that must be reproducible. It is torch's own choice
for GPUs since Hopper; on earlier ones it costs 24 MB."""

_KEPT_MEMORY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(1 << 33),
    "MALLOC_TOP_PAD_": str(1 << 26),
}
"""For glibc: no separate mapping for a large block, sizes in bytes; other C libraries ignore it."""


def worker_environment(threads: int) -> dict[str, str]:
    """Return the variables that libraries read when they are imported; the user's values go first, except for threads.

    Threads that sleep while they wait for each other cost microseconds; threads that spin slow down all other work:
    next to two busy processes on two cores, a training of bert-tiny took 97 s spinning and 19 s sleeping. glibc's
    malloc keeps the large blocks that every step frees and requests again: otherwise the kernel zeroes their pages each
    time.
    """
    chosen = {"OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "true", **_REPEATABLE, **_KEPT_MEMORY}
    return {"OMP_NUM_THREADS": str(threads)} | {name: os.environ.get(name, value) for name, value in chosen.items()}


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for processes that start inside the block: libraries read them when they are imported."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
