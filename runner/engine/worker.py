"""The process that trains: one device, one job at a time, alive until the coordinator's pipe closes.

A worker never touches the database. It keeps what is dear between jobs: imported libraries and prepared data.
"""

import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from catalog import registry
from catalog.contract import Decision, EpochMetrics, Plugin, Prepared, Trainer, TrialContext
from catalog.errors import ModelcatError, OutOfMemoryError, WorkError
from runner.engine.messages import (
    Answer,
    Compare,
    Done,
    Evaluate,
    Event,
    Failed,
    Job,
    Predict,
    Prepare,
    Report,
    Subject,
    Task,
    Tick,
    Train,
)

__all__ = ["serve"]

#: Seconds between two ticks that are really sent.
_TICK_SECONDS = 0.25
#: Prepared data sets kept in memory: the model's and the baseline's, with room for a tuned preparation field.
_KEPT = 4


def serve(pipe: Connection, device: str, threads: int, log: Path | None) -> None:
    """Do jobs from `pipe` until it closes; the entry point of a worker process.

    Args:
        pipe: Jobs and answers come in, events go out.
        device: As `TrialContext.device` defines it.
        threads: CPU threads to use.
        log: File that takes what libraries print; None leaves stdout and stderr alone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the coordinator decides
    if log is not None:
        _redirect(log)
    inbox = _Inbox(pipe)
    bench = _Bench(device, threads)
    while True:
        job = inbox.jobs.get()
        pipe.send(_attempt(bench, job, _Line(job.id, pipe, inbox.answers)))


class _Inbox:
    """Sorts what comes in on a thread of its own, so that a closed pipe ends a worker that is busy training."""

    def __init__(self, pipe: Connection) -> None:
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._pipe = pipe
        threading.Thread(target=self._read, daemon=True, name="inbox").start()

    def _read(self) -> None:
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(0)  # the coordinator is gone; there is nobody left to clean up for
            (self.answers if isinstance(message, Answer) else self.jobs).put(message)


@dataclass(frozen=True, slots=True)
class _Line:
    """Speaks to the coordinator about one job."""

    job: int
    pipe: Connection
    answers: "queue.SimpleQueue[Answer]"
    last: list[float] = field(default_factory=lambda: [0.0])

    def report(self, metrics: EpochMetrics) -> Decision:
        self.pipe.send(Report(self.job, metrics))
        while (answer := self.answers.get()).job != self.job:
            pass  # an answer to a job that has failed since
        return answer.decision

    def tick(self, progress: float) -> None:
        now = time.monotonic()
        if now - self.last[0] >= _TICK_SECONDS:
            self.last[0] = now
            self.pipe.send(Tick(self.job, progress))


def _attempt(bench: "_Bench", job: Job, line: _Line) -> Event:
    try:
        return Done(job.id, bench.do(job.task, line))
    except ModelcatError as error:
        return Failed(job.id, error)
    except MemoryError:
        return Failed(job.id, OutOfMemoryError("the machine's memory is used up"), traceback.format_exc())
    except Exception as error:  # noqa: BLE001 -- whatever a trainer raises is one failed job, not a lost worker
        message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return Failed(job.id, WorkError(message), traceback.format_exc())


class _Bench:
    """Does tasks, keeping trainers and prepared data for the next one."""

    def __init__(self, device: str, threads: int) -> None:
        self._device = device
        self._threads = threads
        self._trainers: dict[str, Trainer] = {}
        self._prepared: OrderedDict[tuple[str, str, str], Prepared] = OrderedDict()

    def do(self, task: Task, line: _Line) -> Any:
        """Do one task and return its result."""
        match task:
            case Prepare(subject):
                return self._prepare(subject)[1].summary
            case Train():
                return self._train(task, line.report, line.tick)
            case Evaluate(subject, model_dir, split, folder):
                prepared = self._prepare(subject)[1]
                folder.mkdir(parents=True, exist_ok=True)
                return self._trainer(registry.load(subject.key)).evaluate(
                    model_dir, prepared, split, folder=folder, device=self._device, threads=self._threads
                )
            case Compare(key, first, second, metric, seed):
                return self._trainer(registry.load(key)).compare(first, second, metric, seed)
            case Predict(key, model_dir, texts):
                predictor = self._trainer(registry.load(key)).open(model_dir, self._device, self._threads)
                return list(predictor.predict(texts))

    def _train(self, task: Train, report: Callable[[EpochMetrics], Decision], tick: Callable[[float], None]) -> Any:
        config, prepared = self._prepare(task.subject)
        task.folder.mkdir(parents=True, exist_ok=True)
        context = TrialContext(
            folder=task.folder,
            device=self._device,
            threads=self._threads,
            seed=task.seed,
            metric=task.metric,
            direction=task.direction,
            quarters=task.quarters,
            report=report,
            tick=tick,
        )
        return self._trainer(registry.load(task.subject.key)).train(config, prepared, context)

    def _prepare(self, subject: Subject) -> tuple[BaseModel, Prepared]:
        plugin = registry.load(subject.key)
        config = plugin.Config.model_validate(subject.config)
        wanted = {name: getattr(config, name) for name in sorted(plugin.preparation_fields)}
        place = (subject.key, subject.dataset.model_dump_json(), repr(wanted))
        if place not in self._prepared:
            # Bad data is told before the heavy libraries have taken their seconds to import.
            plugin.inspect(subject.dataset, config, subject.cache)
            subject.cache.mkdir(parents=True, exist_ok=True)
            self._prepared[place] = self._trainer(plugin).prepare(subject.dataset, config, subject.cache)
        self._prepared.move_to_end(place)
        while len(self._prepared) > _KEPT:
            self._prepared.popitem(last=False)
        return config, self._prepared[place]

    def _trainer(self, plugin: Plugin) -> Trainer:
        if plugin.key not in self._trainers:
            self._trainers[plugin.key] = plugin.trainer()
        return self._trainers[plugin.key]


def _redirect(log: Path) -> None:
    """Send stdout and stderr, those of C libraries too, into a file: the coordinator owns the terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)
