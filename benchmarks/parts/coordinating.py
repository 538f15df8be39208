"""Makes trials that cost nothing, by our coordinator or a plain loop of Optuna: only record keeping is left."""

import math
import time
from collections import deque
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import optuna

from catalog.contract import DataSummary, Decision, EpochMetrics, Evaluation, Outcome, TrialResult
from catalog.spec import Request, resolve
from parts.machine import memory_peak
from runner.engine.messages import Done, Event, Report, Train
from runner.store.records import Owner
from runner.store.store import Store
from runner.study.folders import StudyFolders
from runner.study.identity import ConfigIdentity
from runner.study.log import StudyLog
from runner.study.preparation import widened
from runner.study.search import Search
from runner.study.session import LEASE_TTL, Session
from runner.study.space import distributions, to_json
from runner.study.stored_study import data_fields, facts_of

__all__ = ["CONTESTANTS", "coordinate"]

CONTESTANTS = ("modelcat", "optuna")
REPORTS = (25, 50, 75)
"""Steps at which each trial is measured before its end, in per cent of it."""
DATA = DataSummary("none", "none", {"train": 80, "validation": 10, "test": 10}, details={"labels": ["no", "yes"]})


class InstantEngine:
    """Stands for worker processes that answer at once: each of their events is available on request."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._tasks: dict[int, tuple[Train, int]] = {}
        self._ready: deque[int] = deque()
        self._last = 0

    @property
    def idle(self) -> int:
        """How many workers wait for a job."""
        return self._workers - len(self._tasks)

    @property
    def busy(self) -> int:
        """How many workers do a job."""
        return len(self._tasks)

    def submit(self, task: Train) -> int:
        """Begin a trial."""
        self._last += 1
        self._tasks[self._last] = (task, 0)
        self._ready.append(self._last)
        return self._last

    def answer(self, job: int, _decision: Decision) -> None:
        """Let a trial continue."""
        self._ready.append(job)

    def events(self, timeout: float) -> list[Event]:
        """Return the event of every worker that is not waiting: a report, or its result."""
        del timeout
        jobs, self._ready = self._ready, deque()
        return [self._advance(job) for job in jobs]

    def _advance(self, job: int) -> Event:
        task, reported = self._tasks[job]
        metrics = {"accuracy": worth(task.setup.config), "loss": 1.0}
        if reported < len(REPORTS):
            self._tasks[job] = (task, reported + 1)
            share = REPORTS[reported] / 100
            return Report(job, EpochMetrics(share, share, 1.0, metrics, 0.1, share))
        del self._tasks[job]
        predictions = task.folder / "validation.parquet"
        judged = Evaluation("validation", 10, metrics, predictions, 0.1, details={"confusion": [[5, 0], [0, 5]]})
        model = task.folder / "model"
        return Done(
            job, TrialResult(Outcome.COMPLETE, metrics, (), 1.0, model, predictions, 1.0, 1.0, None, (), judged)
        )


def worth(params: Mapping[str, Any]) -> float:
    """Return what stands for a configuration's accuracy."""
    return 1 - 0.01 * (math.log10(params.get("C", 1.0)) - 0.5) ** 2


def coordinate(*, contestant: str, trials: int, workers: int, sampler: str) -> dict[str, float]:
    """Make trials that are measured three times and take no time.

    Returns:
        Trials a second, CPU seconds a trial, and the largest resident size of this process in bytes.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    names = {"category": "nlp", "subcategory": "text-classification", "model": "linear"}
    study = {"name": "bench", "trials": trials, "sampler": sampler, "pruner": "none"}
    with TemporaryDirectory() as folder:
        request = resolve({**names, "model_config": {}, "study": study}, Path(folder))
        run = _modelcat if contestant == "modelcat" else _optuna
        seconds, work = run(request, Path(folder), workers)
    return {"trials_per_second": trials / seconds, "cpu_per_trial": work / trials, "peak": memory_peak()}


def _modelcat(request: Request, folder: Path, workers: int) -> tuple[float, float]:
    space, given = widened(request, DATA), request.model.tunable(request.config, DATA)
    first = {name: given[name] for name in space if name in given}
    with Store.open(f"sqlite:///{folder / 'studies.db'}", create=True) as store:
        store.create_study(
            "bench", **{**facts_of(request, "study"), **data_fields(request, DATA)}, space=to_json(space)
        )
        lease = store.begin("bench", Owner.this_process(), LEASE_TTL)
        log = StudyLog(folder / "bench", lambda _: None)
        log.begin()
        session = Session(
            study="bench",
            request=request,
            store=store,
            lease=lease,
            engine=InstantEngine(workers),  # type: ignore[arg-type]  # it has the used part of an engine
            folders=StudyFolders(folder / "bench", lease.epoch),
            listener=log,
            cache=folder,
            seconds_before=0.0,
        )
        with closing(log):
            began, worked = time.perf_counter(), time.process_time()
            Search(session, space, [first], ConfigIdentity(request.model, DATA)).run()
            taken = time.perf_counter() - began, time.process_time() - worked
        made = store.study("bench").trials.complete
    if made != request.spec.study.trials:
        raise SystemExit(f"modelcat made {made} trials of {request.spec.study.trials}.")
    return taken


def _optuna(request: Request, folder: Path, _workers: int) -> tuple[float, float]:
    settings, asked = request.spec.study, distributions(widened(request, DATA))
    samplers = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}
    study = optuna.create_study(
        storage=f"sqlite:///{folder / 'optuna.db'}",
        direction="maximize",
        sampler=samplers[settings.sampler](seed=settings.seed),
        pruner=optuna.pruners.NopPruner(),
    )
    began, worked = time.perf_counter(), time.process_time()
    for _ in range(settings.trials):
        trial = study.ask(asked)
        value = worth(trial.params)
        for step in REPORTS:
            trial.report(value, step)
            trial.should_prune()
        study.tell(trial, value)
    return time.perf_counter() - began, time.process_time() - worked
