"""The confirmation: finalists and the given configuration are trained again on fresh seeds, with the same splits.

The best of many trials is partly the luckiest; trainings on other seeds distinguish luck from a better configuration
(arXiv 2106.09204 shows how often tuning loses to the recipe otherwise).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean
from typing import Any

from catalog.contract import Decision, Direction, TrialResult
from catalog.errors import DivergedError, WorkError
from runner.engine.messages import Done, Event, Failed, Report, Task
from runner.store.records import ConfirmationRecord, TrialRecord
from runner.study.identity import ConfigIdentity
from runner.study.sampling import derived_seed
from runner.study.session import Session, finite
from runner.study.task_loop import Retried, run_tasks

__all__ = ["GIVEN", "Arm", "Confirmation", "evaluation_name", "finalists", "rivals"]

GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Arm:
    """A configuration in the confirmation: ``"given"`` or ``"trial/7"``."""

    name: str
    trial: int
    config: Mapping[str, Any]


def rivals(session: Session, trials: Sequence[TrialRecord], identity: ConfigIdentity) -> list[Arm]:
    """Return the complete trials whose configuration differs from the given one, best first, none twice."""
    sign = -1 if session.request.direction is Direction.MAXIMIZE else 1
    ranked = sorted(
        (trial for trial in trials if trial.state == "complete" and trial.value is not None),
        key=lambda trial: (sign * (trial.value or 0.0), trial.reused_from is not None, trial.number),
    )
    found: dict[str, Arm] = {identity.of(session.given): Arm(GIVEN, 0, session.given)}
    for trial in ranked:
        config = session.given if trial.origin == "given" else {**session.given, **trial.params}
        found.setdefault(identity.of(config), Arm(f"trial/{trial.number}", trial.number, config))
    return list(found.values())[1:]


def finalists(session: Session, trials: Sequence[TrialRecord], identity: ConfigIdentity) -> list[Arm]:
    """Return the given configuration, then the best few different ones, best first.

    Rivals that were confirmed before the study got more trials are included, since their confirmations count.
    """
    others = rivals(session, trials, identity)
    known = {record.arm for record in session.store.confirmations(session.study)}
    top = session.request.spec.study.confirm.top
    return [Arm(GIVEN, 0, session.given), *others[:top], *(arm for arm in others[top:] if arm.name in known)]


def evaluation_name(arm: str, seed: int) -> str:
    """Return the name under which the store keeps the evaluation of a confirmation training."""
    return f"confirm/{arm}/{seed}"


class Confirmation:
    """Trains every arm on every fresh seed; trainings that the store holds already are not repeated.

    Args:
        session: The run.
        arms: The given configuration and its rivals.
        trials: The trials of the search: one of them may have been trained on the same seed.
    """

    def __init__(self, session: Session, arms: list[Arm], trials: Sequence[TrialRecord]) -> None:
        self._session = session
        self.arms = {arm.name: arm for arm in arms}
        settings = session.request.spec.study
        self.seeds = [derived_seed(settings.seed, "confirm", index) for index in range(settings.confirm.seeds)]
        known = [
            *session.store.confirmations(session.study),
            *(_of_search(arm, trials, session.seed) for arm in arms if session.seed in self.seeds),
        ]
        self._records = {
            (record.arm, record.seed): record
            for record in known
            if record is not None
            and record.arm in self.arms
            and record.seed in self.seeds
            and record.predictions is not None
        }
        # Seeds outside, arms inside: an interrupted confirmation has compared its arms evenly.
        self._pending = [place for place in product(self.seeds, self.arms) if place[::-1] not in self._records]
        self._running: dict[str, tuple[str, int]] = {}

    @property
    def trainings(self) -> int:
        """Number of trainings that are still to be made."""
        return len(self._pending)

    def run(self) -> None:
        """Make the remaining trainings."""
        self._pending.reverse()
        run_tasks(self._session, self._next_task, self._on_event)

    def with_model(self, record: ConfirmationRecord) -> ConfirmationRecord:
        """Return a training whose model exists: a model that was removed when the study was closed is trained again.

        Raises:
            WorkError: The training fails this time.
        """
        if record.model_dir is not None:
            return record
        note = f"{record.arm} is trained again on seed {record.seed}: its model was not kept"
        self._session.after_commit(self._session.listener.note, note)
        self._pending = [(record.seed, record.arm)]
        self.run()
        found = self._records[record.arm, record.seed]
        if found.model_dir is None:
            raise WorkError(f"{record.arm} cannot be trained again on seed {record.seed}; the study's log says why")
        return found

    def of(self, arm: str) -> list[ConfirmationRecord]:
        """Return the trainings of an arm, worst first."""
        sign = 1 if self._session.request.direction is Direction.MAXIMIZE else -1
        records = [record for (name, _), record in self._records.items() if name == arm]
        return sorted(records, key=lambda record: sign * self.value(record))

    def score(self, arm: str) -> float:
        """Return an arm's mean over seeds of the study's metric on validation."""
        return fmean(self.value(record) for record in self.of(arm))

    def best(self, arms: Sequence[Arm]) -> Arm | None:
        """Return the arm with the best mean, the first among equal ones; None if no arm was trained."""
        best: Arm | None = None
        for arm in arms:
            if self.of(arm.name) and (
                best is None or self._session.is_better(self.score(arm.name), self.score(best.name))
            ):
                best = arm
        return best

    def winner(self, above_chance: Callable[[float], bool]) -> Arm | None:
        """Return the arm with the best mean among those that do better than guessing; the first among equal ones.

        The training whose model would be kept decides whether an arm does. None if no arm does better.

        Raises:
            WorkError: No training of the confirmation succeeded.
        """
        if not self._records:
            raise WorkError("every training of the confirmation failed; the trials' failures tell why")
        trained = [arm for arm in self.arms.values() if self.of(arm.name)]
        return self.best([arm for arm in trained if above_chance(self.value(self.median(arm.name)))])

    def median(self, arm: str) -> ConfirmationRecord:
        """Return the training of an arm with the median score; the lower of two."""
        records = self.of(arm)
        return records[(len(records) - 1) // 2]

    def predictions(self, arm: str) -> list[str]:
        """Return the files of an arm's predictions on validation, as the store keeps them."""
        return [record.predictions for record in self.of(arm) if record.predictions is not None]

    def value(self, record: ConfirmationRecord) -> float:
        """Return the study's metric of a training on validation."""
        value = record.metrics[self._session.request.metric]
        assert value is not None, "a training without a finite value is never recorded"
        return value

    def _next_task(self) -> tuple[str, Task] | None:
        if not self._pending:
            return None
        seed, arm = self._pending.pop()
        name = f"confirm/{arm}/{self.seeds.index(seed) + 1}"
        self._running[name] = (arm, seed)
        self._session.after_commit(self._session.listener.started, name, None)
        return name, self._session.training(name, self._session.setup(self.arms[arm].config), seed)

    def _on_event(self, name: str, event: Event | Retried) -> None:
        match event:
            case Report():
                self._session.answer(event, Decision.GO_ON)
            case Done(_, result):
                self._finish(name, result)
            case Failed():
                self._session.after_commit(self._session.folders.settle, name)
                self._session.after_commit(self._session.listener.ended, name, None, None)

    def _finish(self, name: str, result: TrialResult) -> None:
        arm, seed = self._running.pop(name)
        metrics = finite(result.metrics)
        value = metrics.get(self._session.request.metric)
        folders = self._session.folders
        if value is None or result.model_dir is None or result.predictions is None:
            error = DivergedError(f"validation {self._session.request.metric} is not a finite number")
            self._session.after_commit(self._session.listener.failed, name, error, "")
        else:
            record = ConfirmationRecord(
                arm=arm,
                seed=seed,
                metrics=metrics,
                model_dir=folders.relative(result.model_dir),
                predictions=folders.relative(result.predictions),
                seconds=result.seconds,
            )
            self._session.put_evaluation(evaluation_name(arm, seed), result.evaluation)
            self._session.store.put_confirmation(self._session.study, self._session.lease, record)
            self._records[arm, seed] = record
        self._session.update()  # stores the time worked, as after each trial
        self._session.after_commit(folders.settle, name)
        self._session.after_commit(self._session.listener.ended, name, None, value)


def _of_search(arm: Arm, trials: Sequence[TrialRecord], seed: int) -> ConfirmationRecord | None:
    """Return the complete training of the search that has one of the fresh seeds; None if there is none."""
    trial = next((trial for trial in trials if trial.number == arm.trial), None)
    if trial is None or trial.state != "complete":
        return None
    seconds = trial.speed.get("training_seconds") or 0.0
    return ConfirmationRecord(arm.name, seed, trial.metrics, trial.model_dir, trial.predictions, seconds)
