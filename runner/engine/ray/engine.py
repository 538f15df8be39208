"""Workers as actors of a Ray cluster, one for each GPU or share of cores; nodes may come and go."""

import itertools
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from catalog.contract import Decision
from catalog.errors import (
    HungWorkerError,
    InputError,
    LostWorkerError,
    OutOfMemoryError,
    StoppedError,
    UnreachableError,
)
from runner.engine import interruption
from runner.engine.hang_detection import HangDetector, HangLimits
from runner.engine.local import usable_cores, worker_environment
from runner.engine.messages import Done, Event, Failed, Job, Pause, ReportReply, Task
from runner.engine.ray.capacity import Node, Share, shares
from runner.engine.ray.cluster import Cluster, pinned
from runner.engine.ray.connection import connect, disconnect, imported, parcel
from runner.engine.ray.shared_folder import SharedFolderCheck

__all__ = ["RayEngine"]

#: Seconds that the nodes have to answer before the first job.
_PROBE_SECONDS = 60.0
#: Seconds without any worker after which a run of a study ends; the study can be resumed.
_PATIENCE = 600.0
#: How much longer than its timeout a wait may take; if it takes longer, this process was stopped or suspended.
_SLACK_SECONDS = 1.0
#: Actors of a node that may end before they have begun; after that the node gets no more.
_MOST_FAILED_STARTS = 2
#: Where libraries look for models and data, and how large data may be; no secrets: Ray shows these to every user who
#: can see the cluster.
_PASSED_ON = (
    "HF_HOME", "HF_HUB_CACHE", "HF_DATASETS_CACHE", "HF_HUB_OFFLINE", "HF_ENDPOINT", "MODELCAT_READ_LIMITS",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class _Worker:
    """An actor; `call` is the call that it has not answered yet, `job` the job that it runs."""

    node: Node
    actor: Any
    call: Any
    ready: bool = False
    job: int | None = None
    detector: HangDetector | None = None


@dataclass(slots=True)
class RayEngine:
    """Runs jobs on actors of a Ray cluster; use it as a context manager.

    Actors belong to this process: they end with it, however it ends.

    Attributes:
        address: As `runner.engine.ray.connection.connect` takes it.
        workers: How many; None for as many as the cluster has devices for, now and later.
        shared: Folder that all nodes see under the same path; jobs write below it.
        files: Of the data and the model; all nodes must see them.
        tell: Takes a line about a node that has other versions, or cannot be used.
        hang_limits: When a worker counts as hung.
    """

    address: str
    workers: int | None
    shared: Path
    files: Iterable[Path] = ()
    tell: Callable[[str], None] = lambda _: None
    hang_limits: HangLimits = field(default_factory=HangLimits)
    _ray: Any = None
    _meeting: SharedFolderCheck | None = None
    _cluster: Any = None
    _crew: list[_Worker] = field(default_factory=list)
    _ended: list[Event] = field(default_factory=list)
    _waiting: deque[Job] = field(default_factory=deque)
    _failed_starts: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _served: float = 0.0

    def __enter__(self) -> Self:
        self._ray = imported()
        self._meeting = SharedFolderCheck(self.shared, self.files)
        try:
            self._meeting.open()  # a folder that cannot be written is an error before a cluster is started
            with parcel() as modules:
                connect(self._ray, self.address, modules, max(usable_cores(), self.workers or 1))
            self._cluster = Cluster(self._ray, self._meeting)
            self._probe()
            self._tell_news()
            self._grow()
        except BaseException:
            self.close()
            raise
        self._served = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def idle(self) -> int:
        """How many jobs can be submitted: at least one may wait for the first worker to start."""
        free = sum(worker.ready and worker.job is None for worker in self._crew)
        return free or (0 if self.busy else 1)

    @property
    def busy(self) -> int:
        """How many jobs are running, or wait for a worker that is starting."""
        return sum(worker.job is not None for worker in self._crew) + len(self._waiting) + len(self._ended)

    def submit(self, task: Task) -> int:
        """Give `task` to an idle worker and return the number that its events will carry.

        Raises:
            IndexError: No worker is idle.
        """
        if not self.idle:
            raise IndexError("no worker is idle")
        self._waiting.append(Job(next(self._numbers), task))
        number = self._waiting[-1].id
        self._hand_out()
        return number

    def answer(self, job: int, decision: Decision) -> None:
        """Answer a report of `job`."""
        self._tell(job, ReportReply(job, decision))

    def pause(self, job: int) -> None:
        """Ask the training of `job` to write a checkpoint and end; `events` reports its end."""
        if waiting := [one for one in self._waiting if one.id == job]:
            self._waiting.remove(waiting[0])
            self._ended.append(Failed(job, StoppedError("it had not begun")))
        self._tell(job, Pause(job))

    def events(self, timeout: float) -> list[Event]:
        """Wait up to `timeout` seconds for events; workers and nodes that are gone or hang are replaced.

        A worker that has run out of memory is replaced too: its memory is freed when its process ends.

        Raises:
            KeyboardInterrupt: An interrupt was held back: here nothing is half done.
            LostWorkerError: The cluster is gone, or has had no room for a worker for long.
        """
        interruption.check()
        if self._cluster.look():
            self._grow()
        happened, self._ended = self._ended, []
        began = time.monotonic()
        answered = self._answered(0.0 if happened else timeout)
        waited = min(time.monotonic() - began, timeout + _SLACK_SECONDS)
        for worker in self._crew:
            if worker.detector is not None:
                worker.detector.waited(waited)
        for ref in answered:
            if ref in self._cluster.asked:
                self._cluster.hear(ref)
                self._grow()
            else:
                happened.extend(self._hear(next(worker for worker in self._crew if worker.call == ref)))
        for worker in [worker for worker in self._crew if worker.detector is not None and worker.detector.is_overdue]:
            happened.extend(self._give_up(worker))
        self._hand_out()
        self._tell_news()
        self._check_served()
        return happened

    def close(self) -> None:
        """End all workers and leave the cluster. Safe to call twice."""
        if self._ray is None:
            return
        for worker in self._crew:
            self._end(worker)
        self._crew = []
        if self._meeting is not None:
            self._meeting.close()
        disconnect(self._ray)
        self._ray = None

    def _tell(self, job: int, message: ReportReply | Pause) -> None:
        for worker in self._crew:
            if worker.job == job:
                worker.actor.send.remote(message)

    def _probe(self) -> None:
        """Probe all nodes before the first job; a node that is unfit now is an error of the set-up."""
        deadline = time.monotonic() + _PROBE_SECONDS
        self._cluster.look()
        while self._cluster.asked and time.monotonic() < deadline:
            interruption.check()
            for ref in self._answered(1.0):
                self._cluster.hear(ref)
            if self._cluster.unfit:
                raise InputError(next(iter(self._cluster.unfit.values())))
        silent = [node.name for node in self._cluster.asked.values()]
        if silent and not self._cluster.fit:
            raise UnreachableError(f"no node of the Ray cluster answers within {_PROBE_SECONDS:.0f} s: {silent}")

    def _answered(self, timeout: float) -> list[Any]:
        """Wait until a call is answered, and return all answered ones."""
        calls = [*self._cluster.asked, *(worker.call for worker in self._crew)]
        if not calls:
            time.sleep(min(timeout, 0.5))
            return []
        first, rest = self._ray.wait(calls, num_returns=1, timeout=timeout)
        if not first or not rest:
            return list(first)
        return [*first, *self._ray.wait(rest, num_returns=len(rest), timeout=0)[0]]

    def _hear(self, worker: _Worker) -> list[Event]:
        """Take the events of a worker, or its death, and continue to listen."""
        try:
            told: list[Event] = self._ray.get(worker.call) if worker.ready else []
            if not worker.ready:
                self._ray.get(worker.call)
                worker.ready = True
        except Exception as error:  # noqa: BLE001 -- Ray raises errors of its own for each way in which an actor ends
            return self._lost(worker, error)
        worker.call = worker.actor.events.remote()
        for event in told:
            if isinstance(event, Done | Failed):
                worker.job = worker.detector = None
                if isinstance(event, Failed) and isinstance(event.error, OutOfMemoryError):
                    self._drop(worker)
            elif worker.detector is not None:
                worker.detector.heard(event)
        return told

    def _give_up(self, worker: _Worker) -> list[Event]:
        assert worker.job is not None
        assert worker.detector is not None
        quiet = worker.detector.quiet
        self._drop(worker)
        where = f"the worker on node {worker.node.name}"
        return [Failed(worker.job, HungWorkerError(f"{where} gave no sign of progress for {quiet:.0f} s"))]

    def _lost(self, worker: _Worker, error: Exception) -> list[Event]:
        said = str(error).strip()
        if not worker.ready:
            self._failed_starts[worker.node.id] += 1
            if self._failed_starts[worker.node.id] > _MOST_FAILED_STARTS:
                self._cluster.reject(worker.node, f"cannot start workers: {said.rpartition(chr(10))[2]}")
        self._drop(worker)
        return [] if worker.job is None else [Failed(worker.job, _fate(worker.node, said), said[-4000:])]

    def _drop(self, worker: _Worker) -> None:
        """End a worker, and start another in its place if there is room."""
        self._crew.remove(worker)
        self._end(worker)
        self._grow()

    def _end(self, worker: _Worker) -> None:
        with suppress(Exception):  # the actor has ended already, or the cluster has
            self._ray.kill(worker.actor, no_restart=True)

    def _hand_out(self) -> None:
        """Give waiting jobs to workers that are ready."""
        for worker in self._crew:
            if not self._waiting:
                return
            if worker.ready and worker.job is None:
                job = self._waiting.popleft()
                worker.job, worker.detector = job.id, HangDetector(job.task, self.hang_limits)
                worker.actor.send.remote(job)

    def _grow(self) -> None:
        """Start the workers that are missing, on nodes that have room for them."""
        there = Counter(worker.node.id for worker in self._crew)
        for id_, share in shares(list(self._cluster.fit.values()), self.workers).items():
            for _ in range(share.workers - there[id_]):
                if self.workers is None or len(self._crew) < self.workers:
                    self._crew.append(self._start(self._cluster.fit[id_], share))

    def _start(self, node: Node, share: Share) -> _Worker:
        from runner.engine.ray.actor import RayWorker

        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment: dict[str, Any] = {"env_vars": worker_environment(share.threads) | passed_on}
        made = self._ray.remote(RayWorker).options(
            num_cpus=0 if share.gpus else share.threads,
            num_gpus=share.gpus,
            max_restarts=0,
            max_task_retries=0,
            max_concurrency=2,  # one call waits for events, the other passes messages in
            scheduling_strategy=pinned(self._ray, node.id),
            runtime_env=environment,
        )
        actor = made.remote(share.threads)
        return _Worker(node, actor, actor.begin.remote())

    def _tell_news(self) -> None:
        while self._cluster.news:
            self.tell(self._cluster.news.pop(0))

    def _check_served(self) -> None:
        now = time.monotonic()
        if not self._waiting or any(worker.ready for worker in self._crew):
            self._served = now
            return
        if not self._crew and not self._cluster.asked and self._cluster.unfit and not self._cluster.fit:
            raise LostWorkerError(f"no node of the cluster can be used: {next(reversed(self._cluster.unfit.values()))}")
        if now - self._served > _PATIENCE:
            raise LostWorkerError(
                f"the Ray cluster has had no room for a worker for {_PATIENCE / 60:.0f} minutes; `ray status` tells "
                "who uses it, and what its nodes have"
            )


def _fate(node: Node, said: str) -> LostWorkerError | OutOfMemoryError:
    """Return in one line how an actor ended, from Ray's message of many lines."""
    lowered = said.lower()
    if "node has died" in lowered or "node failed" in lowered:
        return LostWorkerError(f"node {node.name} is gone, and its worker with it")
    if "low on memory" in lowered:
        return OutOfMemoryError(f"Ray ended the worker on node {node.name}, which was running out of memory")
    where = f"the worker on node {node.name}"
    return LostWorkerError(f"{where} is gone: its process or its node ended; it may have run out of memory")
