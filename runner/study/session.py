"""The state that all parts of a running study share: its request, its lease, its workers and what they write."""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from catalog.contract import CHECKPOINT_SECONDS, Decision, Direction, EpochMetrics, Evaluation
from catalog.contract.capabilities import CompletesEvaluations
from catalog.errors import PluginError, StoppedError, WorkError
from catalog.spec import Request
from runner.engine.engine import Engine
from runner.engine.interruption import check
from runner.engine.messages import Report, Train, TrainingSetup
from runner.store.evaluation_records import record_of
from runner.store.records import EpochRecord, Lease
from runner.store.store import Store
from runner.study.folders import StudyFolders
from runner.study.progress import Listener
from runner.study.task_calls import task_faults

__all__ = ["LEASE_TTL", "Session", "finite", "setup_of"]

#: How long a coordinator on another host counts as alive after its last heartbeat.
LEASE_TTL = timedelta(seconds=120)
#: Between two checks of whether the study was asked to stop.
_STOP_SECONDS = 1.0


@dataclass(slots=True)
class Session:
    """One run of a study, from the moment it takes the lease until it releases it.

    `prepared` is true once data and model are known to be good; `from_queue`, if a worker has taken it from the queue.
    """

    study: str
    request: Request
    store: Store
    lease: Lease
    engine: Engine
    folders: StudyFolders
    listener: Listener
    cache: Path
    seconds_before: float
    prepared: bool = False
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    from_queue: bool = False
    _started: float = field(default_factory=time.monotonic)
    _renewed: float = field(default_factory=time.monotonic)
    _checked_stop: float = field(default_factory=time.monotonic)
    _deferred: list[Callable[[], None]] | None = None
    _data: Mapping[str, Any] | None = None
    _attempts: Counter[str] = field(default_factory=Counter)

    @property
    def seconds(self) -> float:
        """Work time of the study so far, earlier runs included."""
        return self.seconds_before + time.monotonic() - self._started

    def update(self, **fields: Any) -> None:
        """Write fields of the study's row, together with the work time."""
        self.store.update_study(self.study, self.lease, seconds=self.seconds, **fields)

    def setup(self, config: Mapping[str, Any] | None = None, key: str | None = None) -> TrainingSetup:
        """Return what a worker prepares; see `setup_of`."""
        return setup_of(self.request, self.cache, config, key)

    @property
    def given(self) -> dict[str, Any]:
        """The spec's `model_config`, as it was written."""
        return given_config(self.request)

    @property
    def seed(self) -> int:
        """The seed of the spec's `model_config`, with which every trial of the search trains."""
        return int(getattr(self.request.config, "seed", 0))

    def training(self, name: str, setup: TrainingSetup, seed: int, *, quarters: bool = False) -> Train:
        """Return the task of one training, from the beginning or from the checkpoint of an earlier try of `name`.

        To try again after a worker has died, call it again and submit what it returns. Each try gets a folder of its
        own: a worker that is only unreachable may still write into that of its own try, whose checkpoints are resumed
        from.
        """
        self._attempts[name] += 1
        attempt = self._attempts[name]
        earlier = self.folders.earlier(name, attempt)
        self.store.clear_training(self.study, self.lease, name, measurements=not earlier)
        return Train(
            setup=setup,
            folder=self.folders.training(name, attempt),
            seed=seed,
            metric=self.request.metric,
            direction=self.request.direction,
            quarters=quarters,
            earlier=earlier,
            checkpoint_seconds=self.checkpoint_seconds,
        )

    def is_better(self, value: float, than: float) -> bool:
        """Return whether one value of the study's metric is better than another."""
        return value > than if self.request.direction is Direction.MAXIMIZE else value < than

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside the block in one transaction, then make the calls that wait for it."""
        deferred: list[Callable[[], None]] = []
        self._deferred = deferred
        try:
            with self.store.together(self.study, self.lease):
                yield
        finally:
            self._deferred = None
        for call in deferred:
            call()

    def after_commit(self, call: Callable[..., None], *arguments: Any) -> None:
        """Call something as soon as the earlier writes are committed."""
        if self._deferred is None:
            call(*arguments)
        else:
            self._deferred.append(partial(call, *arguments))

    def answer(self, report: Report, decision: Decision) -> None:
        """Answer a report as soon as it is committed."""
        self.after_commit(self.engine.answer, report.job, decision)

    def put_measurement(self, training: str, metrics: EpochMetrics) -> None:
        """Store a measurement."""
        record = EpochRecord(
            training=training,
            epoch=metrics.epoch,
            progress=metrics.progress,
            train_loss=metrics.train_loss,
            metrics=finite(metrics.metrics),
            learning_rate=metrics.learning_rate,
            seconds=metrics.seconds,
            train_metrics=finite(metrics.train_metrics),
        )
        self.store.put_epoch(self.study, self.lease, record)

    def put_evaluation(self, subject: str, evaluation: Evaluation | None) -> None:
        """Store an evaluation, if there is one, with the names that the data give.

        Raises:
            PluginError: It was measured by other means than the data ask for.
        """
        if evaluation is None:
            return
        found = replace(evaluation, metrics=finite(evaluation.metrics))
        task = self.request.task
        if isinstance(task, CompletesEvaluations):
            if self._data is None:
                self._data = self.store.study(self.study).data
            try:
                with task_faults(task.key):
                    found = task.completed(found, self._data)
            except PluginError as error:
                raise PluginError(f"{subject}: {error.message}") from error
        record = record_of(subject, found, self.folders.relative(evaluation.predictions))
        self.store.put_evaluation(self.study, self.lease, record)

    def heartbeat(self) -> None:
        """Renew the lease well before another process may take it; a held-back interrupt is raised here.

        Raises:
            StoppedError: The study was asked to stop.
            KeyboardInterrupt: An interrupt was held back.
        """
        check()
        now = time.monotonic()
        if now - self._checked_stop > _STOP_SECONDS:
            self._checked_stop = now
            if self._is_to_stop():
                raise StoppedError(f"study {self.study!r} was asked to stop; modelcat resume {self.study} goes on")
        if now - self._renewed > LEASE_TTL.total_seconds() / 6:
            self._renewed = now
            self.lease = self.store.renew(self.study, self.lease, LEASE_TTL)
            self.update()

    def _is_to_stop(self) -> bool:
        try:
            return self.store.stop_requested(self.study)
        except WorkError:  # the database may be unreadable only for a moment: the next write shows whether it is
            return False


def given_config(request: Request) -> dict[str, Any]:
    """Return the spec's `model_config`, as it was written."""
    return request.config.model_dump(mode="json", exclude_unset=True)


def setup_of(
    request: Request, cache: Path, config: Mapping[str, Any] | None = None, key: str | None = None
) -> TrainingSetup:
    """Return what a worker prepares; the spec's own model and given configuration by default."""
    config = given_config(request) if config is None else config
    return TrainingSetup(key or request.model.key, config, request.dataset, cache)


def finite(metrics: Mapping[str, float]) -> dict[str, float]:
    """Leave out the values that JSON cannot hold."""
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}
