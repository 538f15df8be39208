"""Chooses the configuration that wins a study: confirmed on fresh seeds, or by the search alone; and gives reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.contract import Comparison, DataSummary, Direction
from catalog.contract.capabilities import ChanceLevel
from runner.engine.messages import Compare
from runner.store.records import ConfirmationRecord, TrialRecord
from runner.study.confirmation import GIVEN, Arm, Confirmation, evaluation_name, finalists, rivals
from runner.study.identity import ConfigIdentity
from runner.study.session import Session
from runner.study.task_calls import chance_level
from runner.study.task_loop import run_task
from runner.study.verdict import VerdictInput

__all__ = ["SearchResult", "WinnerChoice", "WinnerModel", "choose_winner", "compare", "was_evaluated"]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search.

    Attributes:
        data: What preparation found.
        identity: Decides which configurations are the same.
        exhausted: Whether it ended early because its space has no other configuration.
    """

    data: DataSummary
    identity: ConfigIdentity
    exhausted: bool


@dataclass(frozen=True, slots=True)
class WinnerModel:
    """A trained model.

    Attributes:
        folder: As the store keeps it.
        predictions: Its predictions on validation, as the store keeps the path; None if nothing was written.
        judged: The name under which the store keeps its evaluation on validation.
    """

    folder: str
    predictions: str | None
    judged: str


@dataclass(frozen=True, slots=True)
class WinnerChoice:
    """The winner, its model, the given configuration's model if that is another one, and the reasons.

    Attributes:
        arm: The winner.
        training: Name of the training whose model is kept: ``"trial/7"``, or that under which it was confirmed.
        score: The winner's value of the study's metric that was compared: a mean over fresh seeds, or a single one.
        model: The winner's.
        given_model: The given configuration's; None if that is the winner, or has no model.
        findings: The input of the verdict.
    """

    arm: Arm
    training: str
    score: float
    model: WinnerModel
    given_model: WinnerModel | None
    findings: VerdictInput


@dataclass(frozen=True, slots=True)
class _Selection:
    """The facts by which a winner is chosen.

    Attributes:
        session: The run.
        result: The result of the search.
        trials: Of the search, by number.
        baseline: Its result; None if there is none.
        chance: What guessing reaches on validation; None if the plugin does not say.
    """

    session: Session
    result: SearchResult
    trials: Sequence[TrialRecord]
    baseline: Mapping[str, Any] | None
    chance: ChanceLevel | None

    def above_chance(self, value: float) -> bool:
        """Return whether a value is better than guessing by more than luck; true if that is not known."""
        if self.chance is None:
            return True
        lead = value - self.chance.value
        return (lead if self.session.request.direction is Direction.MAXIMIZE else -lead) > self.chance.margin

    def trial(self, arm: Arm) -> TrialRecord | None:
        """Return the complete trial of an arm's configuration."""
        return next((t for t in self.trials if t.number == arm.trial and t.state == "complete"), None)

    def findings(self, arm: Arm, rival: Arm | None, **fields: Any) -> VerdictInput:
        """Return the verdict's input for a winner and the configuration with which it is compared."""
        single = {
            each.name: trial.value
            for each in (Arm(GIVEN, 0, {}), *([arm] if arm.name != GIVEN else []), *([rival] if rival else []))
            if (trial := self.trial(each)) is not None and trial.value is not None
        }
        made = sum(trial.state in {"complete", "pruned", "failed"} for trial in self.trials)
        return VerdictInput(
            metric=self.session.store.study(self.session.study).tuned,
            winner=arm.name,
            rival=rival.name if rival is not None else None,
            trials=self.session.request.spec.study.trials,
            baseline=self.baseline["key"] if self.baseline else None,
            search_scores=single,
            chance=self.chance,
            made=made if self.result.exhausted else None,
            **fields,
        )


def choose_winner(session: Session, result: SearchResult, baseline: Mapping[str, Any] | None) -> WinnerChoice:
    """Confirm the finalists of a search on fresh seeds if there are several, and choose among them."""
    request = session.request
    trials = session.store.trials(session.study)
    chance = chance_level(request.task, request.metric, result.data, "validation")
    selection = _Selection(session, result, trials, baseline, chance)
    arms = finalists(session, trials, result.identity)
    return _confirmed(selection, arms) if len(arms) > 1 else _unconfirmed(selection)


def _confirmed(selection: _Selection, arms: list[Arm]) -> WinnerChoice:
    session = selection.session
    confirmation = Confirmation(session, arms, selection.trials)
    session.listener.phase("confirmation", confirmation.trainings)
    confirmation.run()
    winner = confirmation.winner(selection.above_chance)
    if winner is None:
        if (trial := _above_chance_in_search(selection, arms)) is not None:
            fresh = {arm.name: confirmation.score(arm.name) for arm in arms if confirmation.of(arm.name)}
            return _unconfirmed(selection, trial, fresh_scores=fresh)
        winner = confirmation.best(arms)
        assert winner is not None, "a training of the confirmation succeeded"
    tuned = [arm for arm in arms if arm.name != GIVEN]
    given_runs = bool(confirmation.of(GIVEN))
    rival = winner if winner.name != GIVEN else confirmation.best(tuned)
    best = confirmation.best(arms)
    training = confirmation.with_model(confirmation.median(winner.name))
    kept = confirmation.value(training)
    findings = selection.findings(
        winner,
        rival,
        confirmed=True,
        versus_given=compare(session, confirmation.predictions(rival.name), confirmation.predictions(GIVEN))
        if rival is not None and given_runs
        else None,
        versus_baseline=_versus_baseline(session, confirmation.predictions(winner.name), selection.baseline),
        scores={arm.name: confirmation.score(arm.name) for arm in arms if confirmation.of(arm.name)},
        kept=kept,
        above_chance=selection.above_chance(kept) if selection.chance is not None else None,
        passed_over=best.name if best is not None and best.name != winner.name else None,
    )
    given_model = None
    if given_runs and winner.name != GIVEN:
        given_model = _given_model(session, confirmation)
    name = evaluation_name(training.arm, training.seed)
    return WinnerChoice(winner, name, confirmation.score(winner.name), _repeated(training), given_model, findings)


def _given_model(session: Session, confirmation: Confirmation) -> WinnerModel | None:
    """Return the given configuration's model; None if it was removed after it had been evaluated on test."""
    training = confirmation.median(GIVEN)
    if training.model_dir is None and was_evaluated(session, GIVEN, "test"):
        return None
    return _repeated(confirmation.with_model(training))


def was_evaluated(session: Session, subject: str, split: str) -> bool:
    """Return whether the store holds a model's evaluation on a split."""
    return any((found.subject, found.split) == (subject, split) for found in session.store.evaluations(session.study))


def _above_chance_in_search(selection: _Selection, arms: list[Arm]) -> TrialRecord | None:
    """Return the best trial among the finalists' that has a model and did better than guessing."""
    sign = 1 if selection.session.request.direction is Direction.MAXIMIZE else -1
    there = [
        trial
        for arm in arms
        if (trial := selection.trial(arm)) is not None
        and trial.value is not None
        and trial.model_dir is not None
        and selection.above_chance(trial.value)
    ]
    return max(there, key=lambda trial: (sign * (trial.value or 0.0), -trial.number), default=None)


def _repeated(training: ConfirmationRecord) -> WinnerModel:
    assert training.model_dir is not None, "only a training whose model is there is kept"
    return WinnerModel(training.model_dir, training.predictions, evaluation_name(training.arm, training.seed))


def _unconfirmed(
    selection: _Selection, kept: TrialRecord | None = None, *, fresh_scores: Mapping[str, float] | None = None
) -> WinnerChoice:
    """Choose by the search alone.

    Used if the spec wants no confirmation, there is nothing to confirm against, or nothing beats guessing on fresh
    seeds.
    """
    session = selection.session
    if kept is None:
        best = session.store.study(session.study).best
        assert best is not None, "a study without a complete trial has failed before"
        kept = next(trial for trial in selection.trials if trial.number == best.number)
    identity = selection.result.identity
    others = rivals(session, selection.trials, identity)
    same = identity.of({**session.given, **kept.params}) == identity.of(session.given)
    tuned = kept.number != 0 and not same
    arm = Arm(GIVEN, 0, session.given)
    if tuned:
        arm = Arm(f"trial/{kept.number}", kept.number, {**session.given, **kept.params})
    rival = arm if tuned else next(iter(others), None)
    given = selection.trial(Arm(GIVEN, 0, session.given))
    theirs = selection.trial(rival) if rival is not None else None
    first, second = (trial.predictions if trial is not None else None for trial in (theirs, given))
    assert kept.value is not None, "a complete trial has a value"
    findings = selection.findings(
        arm,
        rival,
        confirmed=False,
        versus_given=compare(session, [first], [second]) if first and second else None,
        versus_baseline=_versus_baseline(session, [kept.predictions], selection.baseline),
        scores={arm.name: kept.value},
        kept=kept.value,
        above_chance=selection.above_chance(kept.value) if selection.chance is not None else None,
        no_better_on_fresh_seeds=fresh_scores is not None,
        fresh_scores=fresh_scores or {},
    )
    assert kept.model_dir is not None, "the best trial's model is kept"
    name = f"trial/{kept.number}"
    return WinnerChoice(arm, name, kept.value, WinnerModel(kept.model_dir, kept.predictions, name), None, findings)


def _versus_baseline(
    session: Session, predictions: Sequence[str | None], baseline: Mapping[str, Any] | None
) -> Comparison | None:
    files = [path for path in predictions if path is not None]
    theirs = baseline.get("predictions") if baseline else None
    return compare(session, files, [theirs]) if files and theirs else None


def compare(session: Session, first: Sequence[str], second: Sequence[str]) -> Comparison:
    """Compare two configurations by files of their predictions, as the store keeps their paths."""
    request = session.request
    ours, theirs = (tuple(map(session.folders.absolute, files)) for files in (first, second))
    found: Comparison = run_task(
        session, Compare(request.model.key, ours, theirs, request.metric, request.spec.study.seed)
    )
    return found
