"""The records that the store takes and returns: frozen, and free of the database's objects.

All times are timezone-aware and in UTC, all durations in seconds, all paths relative to the study's folder. Numbers
that are not finite are read back as None, since the database holds valid JSON only.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict, get_args

from catalog.errors import StoreError, clause
from catalog.metric import LOSS, Direction, Metric, metric_from_json, unknown_metric
from runner.store.lease import Lease, Owner

__all__ = [
    "EARLY_END",
    "MODES",
    "ORIGINS",
    "STUDY_STATES",
    "TRIAL_STATES",
    "BestTrial",
    "ConfirmationRecord",
    "EpochRecord",
    "EvaluationRecord",
    "Lease",
    "Mode",
    "Origin",
    "Owner",
    "StudyChanges",
    "StudyRecord",
    "StudyState",
    "TrialCounts",
    "TrialRecord",
    "TrialState",
]

Mode = Literal["study", "train"]
StudyState = Literal["queued", "running", "stopped", "finished", "failed"]
TrialState = Literal["running", "complete", "pruned", "failed"]
Origin = Literal["given", "recipe", "search"]

MODES: tuple[str, ...] = get_args(Mode)
STUDY_STATES: tuple[str, ...] = get_args(StudyState)
TRIAL_STATES: tuple[str, ...] = get_args(TrialState)
ORIGINS: tuple[str, ...] = get_args(Origin)

EARLY_END = "early_end"
"""Name of the insight that says why a search ended before it made all its trials."""


@dataclass(frozen=True, slots=True)
class TrialCounts:
    """How many trials of a study are in each state."""

    complete: int = 0
    pruned: int = 0
    failed: int = 0
    running: int = 0


@dataclass(frozen=True, slots=True)
class BestTrial:
    """The trial whose configuration is kept; before that is decided, the complete trial with the best value so far.

    Among equal ones it is the first. `value` and `metrics` are those of its training in the search.
    """

    number: int
    value: float
    params: Mapping[str, Any]
    metrics: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """A study, with the totals of its trials.

    Attributes:
        study: Its name.
        key: Key of the model that it tunes.
        mode: ``"train"`` for one training as given, stored as a study of one trial.
        state: As its coordinator last wrote it; `effective_state` returns the state to show.
        spec: The whole spec as validated.
        base: Folder that the relative paths in `spec` start from.
        space: The search space, widened to hold the given configuration.
        data: What preparation found in the data set (`catalog.contract.DataSummary`); empty before preparation.
        direction: Which way `metric` improves: ``"maximize"`` or ``"minimize"``.
        metric: The metric that the study optimizes.
        metrics: Every metric of its task, as `catalog.metric.metric_to_json` writes it.
        planned: Trials that the study has when it is complete.
        title: Shown instead of the name, if a person gave one.
        notes: What a person wrote about it.
        created: When the study was made.
        updated: When any part of it was last written.
        seconds: Time worked so far, without interruptions.
        lease: Of the process that runs it; None if no process does.
        baseline: The baseline's result, once trained.
        verdict: The result of the confirmation, once it has run.
        test: The winner's metrics on the test split, once measured.
        winner: Which configuration won and how, once confirmed.
        model_dir: Folder of the kept model.
        versions: Versions of modelcat, Python and the libraries that made it.
        failure: ``{"kind", "message"}`` if the study as a whole failed.
        queued: When it was put into the queue that it waits in, or from which it last ran; None if it has since run
            without the queue.
        stop_requested: When a user last asked to stop it; None once it runs again.
        trials: Trials in each state.
        best: The trial of the winner; before there is one, the best trial so far.
        early_end: Why its search ended before it made all trials (`runner.study.early_end`); None if it did not.
        damage: What is wrong with its row, and what to do, if another program has damaged it. The damaged fields are
            empty then, `state` is failed, and `failure` says so.
        restarts: How often a worker has taken it up again since it was put into the queue, because the process that
            ran it had died or had met a fault of its machine.
    """

    study: str
    key: str
    mode: Mode
    state: StudyState
    spec: Mapping[str, Any]
    base: str
    space: Mapping[str, Any]
    data: Mapping[str, Any]
    direction: str
    metric: str
    planned: int
    title: str | None
    notes: str | None
    created: datetime
    updated: datetime
    seconds: float
    lease: Lease | None
    baseline: Mapping[str, Any] | None
    verdict: Mapping[str, Any] | None
    test: Mapping[str, Any] | None
    winner: Mapping[str, Any] | None
    model_dir: str | None
    versions: Mapping[str, Any]
    failure: Mapping[str, str] | None
    queued: datetime | None
    stop_requested: datetime | None
    trials: TrialCounts
    best: BestTrial | None
    damage: str | None = None
    early_end: Mapping[str, Any] | None = None
    restarts: int = 0
    metrics: Sequence[Mapping[str, Any]] = ()

    @property
    def max_restarts(self) -> int:
        """How often a worker may take it up again: the `study.max_retries` of its spec."""
        from catalog.study import Study  # Pydantic is not needed before the first paint

        settings = self.spec.get("study")
        wanted = settings.get("max_retries") if isinstance(settings, Mapping) else None
        return wanted if isinstance(wanted, int) else int(Study.model_fields["max_retries"].default)

    def metric_of(self, name: str) -> Metric:
        """Return the record of a metric, with the label that it has on the study's data."""
        if name == LOSS.name:
            return LOSS
        with suppress(ValueError, KeyError, TypeError):  # written by another version
            for stored in self.metrics:
                if stored.get("name") == name:
                    return metric_from_json(stored)
        return unknown_metric(name, Direction(self.direction) if name == self.metric else Direction.MAXIMIZE)

    @property
    def tuned(self) -> Metric:
        """The record of the metric that the study optimizes."""
        return self.metric_of(self.metric)

    @property
    def metrics_of_class(self) -> str | None:
        """The class to which some of its metrics refer; None if there is none, or if it is not known yet."""
        found = (stored.get("of") for stored in self.metrics)
        return next((of for of in found if isinstance(of, str)), None)

    def refuse_damage(self) -> None:
        """Raise an error if another program has damaged the row: such a study must not continue.

        Raises:
            StoreError: The row is damaged; the message names the field and says what to do.
        """
        if self.damage is not None:
            raise StoreError(self.damage)

    @property
    def is_fruitless(self) -> bool:
        """Whether no trial completed and none is left to make: resuming would fail again in the same way."""
        made = self.trials.pruned + self.trials.failed
        over = made >= self.planned or (made > 0 and self.early_end is not None)
        return self.state == "failed" and over and not (self.trials.complete or self.trials.running)

    @property
    def failure_clause(self) -> str:
        """Why the study failed, without a full stop, for a sentence that names it."""
        return clause((self.failure or {}).get("message") or "no trial came to its end")

    def effective_state(self, now: datetime) -> StudyState:
        """Return the state, or ``"stopped"`` if the stored state is running but the process that ran it is gone."""
        return "stopped" if self.worker_gone(now) else self.state

    def worker_gone(self, now: datetime) -> bool:
        """Return whether the stored state is running but no process runs it: it died, or its lease has expired."""
        return self.state == "running" and not (self.lease and self.lease.held_by_living(now))


class StudyChanges(TypedDict, total=False):
    """The fields of a study that change later; the others are fixed when it is made."""

    state: StudyState
    spec: Mapping[str, Any]
    space: Mapping[str, Any]
    data: Mapping[str, Any]
    metrics: Sequence[Mapping[str, Any]]
    planned: int
    title: str | None
    notes: str | None
    seconds: float
    baseline: Mapping[str, Any] | None
    verdict: Mapping[str, Any] | None
    test: Mapping[str, Any] | None
    winner: Mapping[str, Any] | None
    model_dir: str | None
    versions: Mapping[str, Any]
    failure: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One trial of a study.

    Attributes:
        number: Counts from 0 within the study, the same as Optuna's.
        state: Running, complete, pruned or failed.
        origin: The given configuration, a recipe of the model, or the search.
        params: Tuned fields and their values.
        value: The study's metric; None until known.
        metrics: On validation, of the kept epoch.
        seconds: From its start to its end, evaluation and saving included.
        failure: ``{"kind", "reason"}`` of a failed trial.
        started: When it was first handed to a worker.
        finished: When its result came back.
        notes: What happened during the trial that a reader should know.
        speed: ``training_seconds``, ``examples_per_second``, ``tokens_per_second``, and ``best_epoch``, the one kept.
        model_dir: Folder of its model, if it is kept.
        predictions: File of its predictions on validation.
        reused_from: Number of the trial whose result this one reuses, since configuration and seed are the same; None
            if it was trained itself.
    """

    number: int
    state: TrialState
    origin: Origin
    params: Mapping[str, Any]
    value: float | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    seconds: float | None = None
    failure: Mapping[str, str] | None = None
    started: datetime | None = None
    finished: datetime | None = None
    notes: tuple[str, ...] = ()
    speed: Mapping[str, float | None] = field(default_factory=dict)
    model_dir: str | None = None
    predictions: str | None = None
    reused_from: int | None = None


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One measurement during a training; see `catalog.contract.EpochMetrics`.

    Attributes:
        training: Which training of the study: ``"trial/7"``, ``"confirm/given/1"``, ``"baseline"``.
        epoch: Passes over the training split so far.
        progress: Share of the training's own schedule that is done; unique within the training.
        train_loss: Mean training loss since the last measurement.
        metrics: On validation.
        learning_rate: At that moment.
        seconds: Spent in the training loop so far.
        train_metrics: On the examples that were trained on since the last measurement.
    """

    training: str
    epoch: float
    progress: float
    train_loss: float | None
    metrics: Mapping[str, float | None]
    learning_rate: float | None
    seconds: float
    train_metrics: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConfirmationRecord:
    """One training of a finalist on a fresh seed; unique by `arm` and `seed`.

    Attributes:
        arm: ``"given"`` or the trial that it repeats: ``"trial/7"``.
        seed: The fresh seed.
        metrics: On validation, of the kept epoch.
        model_dir: Folder of its model, if it is kept.
        predictions: File of its predictions on validation.
        seconds: Spent in the training loop.
    """

    arm: str
    seed: int
    metrics: Mapping[str, float | None]
    model_dir: str | None
    predictions: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """The evaluation of a model on one split; unique by `subject` and `split`.

    Attributes:
        subject: ``"winner"``, ``"given"``, ``"baseline"`` or ``"trial/7"``.
        split: ``"validation"`` or ``"test"``.
        rows: Examples that were evaluated.
        metrics: The metrics that the task reports.
        predictions: File of the per-example predictions.
        details: The rest of a `catalog.contract.Evaluation`: intervals, speed, sizes, and what else the task found.
            `runner.store.evaluation_records` converts between the two.
    """

    subject: str
    split: str
    rows: int
    metrics: Mapping[str, float | None]
    predictions: str | None
    details: Mapping[str, Any] = field(default_factory=dict)
