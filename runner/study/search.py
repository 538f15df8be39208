"""The search: asks Optuna for trials, hands them out, prunes those without promise, records the results."""

import math
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import optuna
from optuna.samplers import BaseSampler
from optuna.trial import Trial
from optuna.trial import TrialState as OptunaState

from catalog.contract import Decision, Direction, Outcome, TrialResult
from catalog.errors import DivergedError, ModelcatError
from catalog.space import Scalar, SearchSpace
from runner.engine.messages import Done, Event, Failed, Report, Task
from runner.presentation.english import english
from runner.store.records import EARLY_END, Origin, TrialRecord, TrialState
from runner.study.consistency import check_trials, optuna_state, seconds_of
from runner.study.distinct import DistinctSampler, new_params
from runner.study.early_end import CUT_NOTE, early_end_clause, space_end, time_limit_end
from runner.study.identity import ConfigIdentity
from runner.study.sampling import derived_seed, pruner_of, quarter_of, sampler_for
from runner.study.search_failure import search_failure
from runner.study.session import Session, finite
from runner.study.space import distributions, suggest
from runner.study.task_loop import Retried, run_tasks

__all__ = ["Search", "restart_time_limit"]

_FINISHED = ("complete", "pruned", "failed")
#: For trials with the same training, the trial whose result the others reuse: older studies may have such trials.
_ORDER = (*_FINISHED, "running")
#: Key in Optuna's study for the seconds of its time limit that are used up.
_SPENT = "modelcat:search_seconds"


@dataclass(slots=True)
class _TrialProgress:
    """The state of a running trial, with its earlier tries.

    Attributes:
        measured: The shares of its schedule at which it was measured.
        reported: The highest step for which Optuna has received a value.
        seconds: Time of the earlier tries, as far as it was measured.
        began: When this run handed it out, on the monotonic clock.
    """

    measured: list[float] = field(default_factory=list)
    reported: int = 0
    seconds: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """Seconds so far; the time in which no worker had the trial is left out."""
        return self.seconds + time.monotonic() - self.began

    def measured_before(self, progress: float) -> float:
        """Return the share of the schedule at its last measurement before `progress`, in any try."""
        return max((done for done in self.measured if done < progress), default=0.0)


def restart_time_limit(session: Session) -> None:
    """Restart the time limit of a finished study that gets more trials.

    Call it before anything else records that the study gets them: a run after an interruption in between does so again.
    """
    _optuna_study(session).set_user_attr(_SPENT, 0.0)


def _optuna_study(session: Session) -> optuna.Study:
    """Open Optuna's study, or make it."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # modelcat's own narration says what matters
    return optuna.create_study(
        study_name=session.study,
        storage=session.store.optuna_storage(session.study, session.lease),
        direction=session.request.direction.value,
        pruner=pruner_of(session.request.spec.study.pruner),
        load_if_exists=True,
    )


class Search:
    """One study's search; the only writer of its Optuna trials.

    Args:
        session: The run that it belongs to.
        space: The search space, wide enough to hold the given configuration.
        initial: Parameters of the first trials: the given configuration's, then the recipes'.
        identity: Decides which configurations are the same: none is trained twice.

    Attributes:
        exhausted: Whether it ended early because every configuration has been trained.
    """

    def __init__(
        self, session: Session, space: SearchSpace, initial: list[dict[str, Scalar]], identity: ConfigIdentity
    ) -> None:
        self._session = session
        self._settings = session.request.spec.study
        self._identity = identity
        self._space = space
        self._distributions = distributions(space)
        self._initial = self._distinct(initial)
        self._records = {record.number: record for record in session.store.trials(session.study)}
        self._study = self._open()
        self._trials: dict[str, Trial] = {}
        # By configuration, the trial that trains it; trials that reuse its result while it still runs wait for it.
        self._known: dict[str, int] = {}
        for record in sorted(self._records.values(), key=lambda one: (_ORDER.index(one.state), one.number)):
            if record.reused_from is None:
                self._known.setdefault(self._identity_of(record), record.number)
        self._waiting: dict[int, list[TrialRecord]] = {}
        self.exhausted = False
        self._progress: dict[str, _TrialProgress] = {}
        self._cut: set[str] = set()
        self._unfinished = self._reconcile()
        limit = self._settings.timeout_seconds
        self._spent_before = seconds_of(self._session.study, self._study.user_attrs.get(_SPENT, 0.0))
        self._began = time.monotonic()
        self._deadline = None if limit is None else self._began + limit - self._spent_before

    @property
    def planned(self) -> int:
        """Trials in all."""
        return self._settings.trials

    @property
    def left(self) -> int:
        """Number of trials that are still to be finished."""
        return self.planned - sum(record.state in _FINISHED for record in self._records.values())

    def run(self) -> None:
        """Make the remaining trials; if it ends before all are made, the reason is stored.

        Raises:
            WorkError: No trial completed; the message has the first reason.
        """
        run_tasks(self._session, self._next_task, self._on_event)
        self._note_early_end()
        made = sorted(self._records.values(), key=lambda record: record.number)
        if not any(record.state == "complete" for record in made):
            raise search_failure(self._session.study, made, exhausted=self.exhausted)

    def _note_early_end(self) -> None:
        """Store why the search ended early, and report it; remove an earlier run's reason if the search continued."""
        session, limit = self._session, self._settings.timeout_seconds
        found: dict[str, Any] = {}
        if self.exhausted:
            found = space_end(self.planned - self.left, self.planned)
        elif limit is not None and (self.left or self._cut):
            found = time_limit_end(self.planned - self.left, self.planned, limit)
        if found or session.store.study(session.study).early_end is not None:
            session.store.put_insight(session.study, session.lease, EARLY_END, found)
        if not self.exhausted and (clause := early_end_clause(found)) is not None:  # exhaustion was reported before
            session.listener.note(english(clause))

    def _open(self) -> optuna.Study:
        study = _optuna_study(self._session)
        known = study.get_trials(deepcopy=False)
        check_trials(self._session.study, known, self._records, self._distributions)
        for params in self._initial[len(known) :]:  # continues after a run that died between two of these
            study.enqueue_trial(dict(params))
        return study

    def _reconcile(self) -> deque[int]:
        """Make Optuna agree with our rows after a run that died; return the trials to resume.

        Our row is written first: if it says finished, that is reported to Optuna now. A trial that is running in both
        died with its coordinator; it resumes under its number, from its last checkpoint if it has one.
        """
        unfinished: deque[int] = deque()
        for frozen in self._study.get_trials(deepcopy=False, states=(OptunaState.RUNNING,)):
            record = self._records.get(frozen.number)
            if record is not None and record.state in _FINISHED:
                self._tell(record)
            else:
                unfinished.append(frozen.number)
        return unfinished

    def _next_task(self) -> tuple[str, Task] | None:
        """Return the next training; trials that repeat a configuration are handled on the way."""
        while (asked := self._ask()) is not None:
            if (found := self._begin(*asked)) is not None:
                return found
        return None

    def _ask(self) -> tuple[Trial, _TrialProgress] | None:
        """Return a trial to resume, or a new one; None if there are enough, or no further configuration."""
        if self._unfinished:
            return self._reopen(self._unfinished.popleft())
        number = len(self._records)
        if number >= self.planned or self._is_late():
            return None
        spare = None
        if number >= len(self._initial):
            spare = new_params(self._space, self._is_new, derived_seed(self._settings.seed, "spare", number))
            if spare is None and not self._are_waiting():
                self._exhaust(number)
                return None
        self._study.sampler = self._sampler(number, spare)
        return self._study.ask(self._distributions), _TrialProgress()

    def _are_waiting(self) -> bool:
        """Return whether Optuna holds waiting trials of an earlier run."""
        return bool(self._study.get_trials(deepcopy=False, states=(OptunaState.WAITING,)))

    def _exhaust(self, made: int) -> None:
        self.exhausted = True
        note = f"the search ends after {made} of {self.planned} trials: the search space has no other configuration"
        self._session.after_commit(self._session.listener.note, note)

    def _begin(self, trial: Trial, progress: _TrialProgress) -> tuple[str, Task] | None:
        """Record that a trial runs and return its training; None if it reuses the result of another trial."""
        name = f"trial/{trial.number}"
        record = TrialRecord(
            number=trial.number,
            state="running",
            origin=known.origin if (known := self._records.get(trial.number)) else self._origin(trial.number),
            params=dict(trial.params),
            started=known.started if known else datetime.now(UTC),
            notes=known.notes if known else (),
        )
        self._put(record)
        original = self._known.setdefault(self._identity_of(record), record.number)
        if original != record.number:
            self._repeat(record, self._records[original])
            return None
        self._trials[name] = trial
        self._session.after_commit(self._session.listener.started, name, record)
        setup = self._session.setup(self._config(record))
        task = self._session.training(name, setup, self._session.seed, quarters=self._settings.pruner != "none")
        self._progress[name] = progress
        return name, task

    def _repeat(self, record: TrialRecord, original: TrialRecord) -> None:
        """Give a trial the result of the one that trains the same configuration with the same seed."""
        if original.state not in _FINISHED:
            self._waiting.setdefault(original.number, []).append(record)
            return
        repeat = replace(
            original,
            number=record.number,
            origin=record.origin,
            params=record.params,
            seconds=0.0,
            started=record.started,
            finished=datetime.now(UTC),
            notes=(*record.notes, f"the same configuration and seed as trial {original.number}: its result is reused"),
            speed={},
            model_dir=None,
            reused_from=original.number,
        )
        self._put(repeat)
        self._tell(repeat)
        store, names = self._session.store, (f"trial/{original.number}", f"trial/{repeat.number}")
        for judged in store.evaluations(self._session.study):
            if judged.subject == names[0]:
                store.put_evaluation(self._session.study, self._session.lease, replace(judged, subject=names[1]))
        self._session.after_commit(self._session.listener.ended, names[1], repeat, repeat.value)

    def _reopen(self, number: int) -> tuple[Trial, "_TrialProgress"]:
        """Open a trial that died, with its state; parameters that it did not get before it died are suggested now."""
        self._study.sampler = self._sampler(number, None)
        stored = self._study.get_trials(deepcopy=False)[number]
        trial = Trial(self._study, stored._trial_id)  # noqa: SLF001 -- Optuna has no other way to open a trial again
        for name, distribution in self._distributions.items():
            suggest(trial, name, distribution)
        epochs = self._session.store.epochs(self._session.study, f"trial/{number}")
        return trial, _TrialProgress(
            measured=[epoch.progress for epoch in epochs],
            reported=max(stored.intermediate_values, default=0),
            seconds=max((epoch.seconds for epoch in epochs), default=0.0),
        )

    def _sampler(self, number: int, spare: dict[str, Scalar] | None) -> BaseSampler:
        sampler = sampler_for(self._settings.sampler, self._settings.seed, number)
        return DistinctSampler(sampler, self._distributions, self._is_new, spare)

    def _is_new(self, params: Mapping[str, Any]) -> bool:
        return self._identity.of({**self._session.given, **params}) not in self._known

    def _identity_of(self, record: TrialRecord) -> str:
        return self._identity.of(self._config(record))

    def _distinct(self, initial: list[dict[str, Scalar]]) -> list[dict[str, Scalar]]:
        """Return the parameters of the first trials without those that repeat a configuration."""
        first, *others = initial
        seen = {self._identity.of(self._session.given)}
        kept = [first]
        for params in others:
            if (known := self._identity.of({**self._session.given, **params})) not in seen:
                seen.add(known)
                kept.append(params)
        return kept

    def _origin(self, number: int) -> Origin:
        return "given" if number == 0 else "recipe" if number < len(self._initial) else "search"

    def _config(self, record: TrialRecord) -> dict[str, Any]:
        """Return a trial's configuration; trial 0 is exactly the given one: a warm-up count stays a count."""
        given = self._session.given
        return given if record.origin == "given" else {**given, **record.params}

    def _is_late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline and bool(self._records)

    def _on_event(self, name: str, event: Event | Retried) -> None:
        match event:
            case Report():
                self._session.answer(event, self._decide(name, event))
            case Retried(error, attempt):
                record = self._record_of(name)
                note = f"tried again ({attempt}): {error.kind}: {error.message}"
                self._put(replace(record, notes=(*record.notes, note)))
            case Done(_, result):
                self._finish(name, result)
            case Failed(_, error):
                self._fail(name, error)

    def _decide(self, name: str, event: Report) -> Decision:
        trial, record, progress = self._trials[name], self._record_of(name), self._progress[name]
        value = event.metrics.metrics.get(self._session.request.metric, math.nan)
        done = event.metrics.progress
        step = quarter_of(done, progress.measured_before(done))
        progress.measured.append(done)
        if step is not None and step > progress.reported and math.isfinite(value):
            progress.reported = step
            trial.report(value, step)
        if record.number == 0 or done >= 1:
            return Decision.GO_ON
        if self._is_late():
            self._cut.add(name)
            return Decision.PRUNE
        newest = step is not None and step >= progress.reported  # else it was decided before the interruption
        hopeless = newest and record.origin == "search" and trial.should_prune()
        return Decision.PRUNE if hopeless else Decision.GO_ON

    def _finish(self, name: str, result: TrialResult) -> None:
        value = result.metrics.get(self._session.request.metric, math.nan)
        metrics = finite(result.metrics)
        if result.outcome is Outcome.PRUNED:
            self._close(name, "pruned", metrics=metrics, result=result)
        elif self._session.request.metric not in metrics:
            reason = f"validation {self._session.request.metric} is {value}, not a finite number"
            error = DivergedError(reason)
            self._session.after_commit(self._session.listener.failed, name, error, "")
            self._fail(name, error)
        else:
            self._close(name, "complete", value=value, metrics=metrics, result=result)
            self._drop_losers()

    def _fail(self, name: str, error: ModelcatError) -> None:
        self._close(name, "failed", failure={"kind": error.kind, "reason": error.message})

    def _close(self, name: str, state: TrialState, *, result: TrialResult | None = None, **fields: Any) -> None:
        record = self._record_of(name)
        folders = self._session.folders
        finished = datetime.now(UTC)
        if result is not None:
            cut = [CUT_NOTE] if name in self._cut and state == "pruned" else []
            fields |= {
                "notes": (*record.notes, *result.notes, *cut),
                "speed": _speed_of(result),
                "model_dir": folders.relative(result.model_dir) if result.model_dir else None,
                "predictions": folders.relative(result.predictions) if result.predictions else None,
            }
            self._session.put_evaluation(name, result.evaluation)
        closed = replace(record, state=state, finished=finished, seconds=self._progress[name].spent, **fields)
        self._put(closed)
        self._session.update()  # stores the time worked, from which other processes compute how much is left
        self._tell(closed)
        if self._deadline is not None:
            self._study.set_user_attr(_SPENT, self._spent_before + time.monotonic() - self._began)
        del self._trials[name], self._progress[name]
        self._session.after_commit(self._session.folders.settle, name)
        self._session.after_commit(self._session.listener.ended, name, closed, closed.value)
        for repeat in self._waiting.pop(closed.number, []):
            self._repeat(repeat, closed)

    def _tell(self, record: TrialRecord) -> None:
        state = optuna_state(record)
        self._study.tell(record.number, record.value if state is OptunaState.COMPLETE else None, state=state)

    def _put(self, record: TrialRecord) -> None:
        self._session.store.put_trial(self._session.study, self._session.lease, record)
        self._records[record.number] = record

    def _record_of(self, name: str) -> TrialRecord:
        return self._records[int(name.partition("/")[2])]

    def _drop_losers(self) -> None:
        """Keep two models on disk: the best so far, which a stopped study uses, and the given configuration's.

        The latter is the one to keep if every training on fresh seeds ends at chance level.
        """
        complete = [r for r in self._records.values() if r.value is not None and r.reused_from is None]
        sign = 1 if self._session.request.direction is Direction.MAXIMIZE else -1
        best = max(complete, key=lambda record: (sign * (record.value or 0.0), -record.number))
        for record in complete:
            if record.number not in {0, best.number} and record.model_dir is not None:
                self._session.after_commit(self._session.folders.drop, record.model_dir)
                self._put(replace(record, model_dir=None))


def _speed_of(result: TrialResult) -> dict[str, float | None]:
    """Return how fast a training was, and which epoch it kept, as the store keeps them."""
    return {
        "training_seconds": result.seconds,
        "examples_per_second": result.examples_per_second,
        "tokens_per_second": result.tokens_per_second,
        "best_epoch": result.best_epoch,
    }
