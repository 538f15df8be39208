"""The end of a study: confirm the winner, calibrate it, use the test split once, keep one model, say what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from catalog.capabilities import ChanceLevel, KnowsChance
from catalog.contract import DataSummary, Direction
from catalog.errors import (
    EnvironmentFaultError,
    ModelcatError,
    StoppedError,
    StoreError,
    StudyConflictError,
    UnreachableError,
)
from catalog.results import Comparison, Evaluation
from runner.engine.messages import Calibrate, Compare, Evaluate, Rescale
from runner.store.judgements import evaluation_of
from runner.store.records import ConfirmationRecord, TrialRecord
from runner.study.confirmation import GIVEN, Arm, Confirmation, evaluation_name, finalists, rivals
from runner.study.identity import ConfigIdentity
from runner.study.insights import gather_insights
from runner.study.session import Session, finite
from runner.study.task_loop import run_task
from runner.study.verdict import Findings, verdict_of

__all__ = ["SearchResult", "close_study"]

_CALIBRATED = ("ece", "log_loss", "brier_score")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the closing of a study is given by its search.

    Attributes:
        data: What preparation found.
        identity: Says which configurations are the same.
        exhausted: Whether it ended early because its space has no other configuration.
    """

    data: DataSummary
    identity: ConfigIdentity
    exhausted: bool


@dataclass(frozen=True, slots=True)
class _Model:
    """A trained model.

    Attributes:
        folder: As the store keeps it.
        predictions: What it said on validation, as the store keeps it; None where nothing was written.
        judged: The name under which the store keeps how it was judged on validation.
    """

    folder: str
    predictions: str | None
    judged: str


@dataclass(frozen=True, slots=True)
class _Choice:
    """The winner, its model, the given configuration's where that is another one, and what speaks for it.

    Attributes:
        arm: The winner.
        training: Name of the training whose model is kept: ``"trial/7"``, or that under which it was confirmed.
        score: The winner's value of the study's metric that was compared: a mean over fresh seeds, or a single one.
        model: The winner's.
        given_model: The given configuration's; None where that is the winner, or has no model.
        findings: For the verdict.
    """

    arm: Arm
    training: str
    score: float
    model: _Model
    given_model: _Model | None
    findings: Findings


@dataclass(frozen=True, slots=True)
class _Closing:
    """What is known when a search has result.

    Attributes:
        session: The run.
        trials: Of the search, by number.
        identity: Says which configurations are the same.
        baseline: Its result; None where there is none.
        chance: What guessing reaches on validation; None where the plugin does not say.
        exhausted: Whether the search space had no further configuration.
    """

    session: Session
    trials: Sequence[TrialRecord]
    identity: ConfigIdentity
    baseline: Mapping[str, Any] | None
    chance: ChanceLevel | None
    exhausted: bool

    def above_chance(self, value: float) -> bool:
        """Return whether a value is better than guessing by more than luck; true if that is not known."""
        if self.chance is None:
            return True
        lead = value - self.chance.value
        return (lead if self.session.request.direction is Direction.MAXIMIZE else -lead) > self.chance.margin

    def trial(self, arm: Arm) -> TrialRecord | None:
        """Return the complete trial of an arm's configuration."""
        return next((t for t in self.trials if t.number == arm.trial and t.state == "complete"), None)

    def findings(self, arm: Arm, rival: Arm | None, **fields: Any) -> Findings:
        """Return what the verdict says of a winner and the configuration that it is held against."""
        single = {
            each.name: trial.value
            for each in (Arm(GIVEN, 0, {}), *([arm] if arm.name != GIVEN else []), *([rival] if rival else []))
            if (trial := self.trial(each)) is not None and trial.value is not None
        }
        made = sum(trial.state in {"complete", "pruned", "failed"} for trial in self.trials)
        return Findings(
            metric=self.session.request.metric,
            winner=arm.name,
            rival=rival.name if rival is not None else None,
            trials=self.session.request.spec.study.trials,
            baseline=self.baseline["key"] if self.baseline else None,
            search_scores=single,
            scope=self.session.class_scope,
            chance=self.chance,
            made=made if self.exhausted else None,
            **fields,
        )


def close_study(session: Session, result: SearchResult) -> None:
    """Confirm, calibrate, test, keep and judge; write it all into the study's row, then look closer."""
    record = session.store.study(session.study)
    if record.winner is None:  # else a run that died has come so far already
        trials, baseline = session.store.trials(session.study), record.baseline
        chance = _chance_level(session, result.data)
        closing = _Closing(session, trials, result.identity, baseline, chance, result.exhausted)
        arms = finalists(session, trials, result.identity)
        choice = _confirmed(closing, arms) if len(arms) > 1 else _unconfirmed(closing)
        findings = replace(choice.findings, early_end=record.early_end)
        test, baseline = _test(session, choice, baseline)
        session.update()  # files are moved, and removed below, by whoever holds the lease
        model = session.folders.keep(choice.model.folder)
        session.update(
            verdict=verdict_of(replace(findings, baseline_failure=_failure(baseline))),
            test=test,
            baseline=baseline,
            winner={
                "arm": choice.arm.name,
                "trial": choice.arm.trial,
                "model_config": dict(choice.arm.config),
                "training": choice.training,
                "score": choice.score,
            },
            model_dir=session.folders.relative(model),
        )
    gather_insights(session)
    _remove_models(session)


def _chance_level(session: Session, data: DataSummary) -> ChanceLevel | None:
    plugin = session.request.plugin
    return plugin.chance_level(session.request.metric, data, "validation") if isinstance(plugin, KnowsChance) else None


def _confirmed(closing: _Closing, arms: list[Arm]) -> _Choice:
    session = closing.session
    confirmation = Confirmation(session, arms, closing.trials)
    session.listener.phase("confirmation", confirmation.trainings)
    confirmation.run()
    winner = confirmation.winner(closing.above_chance)
    if winner is None:
        if (trial := _above_chance_in_search(closing, arms)) is not None:
            fresh = {arm.name: confirmation.score(arm.name) for arm in arms if confirmation.of(arm.name)}
            return _unconfirmed(closing, trial, fresh_scores=fresh)
        winner = confirmation.best(arms)
        assert winner is not None, "a training of the confirmation succeeded"
    tuned = [arm for arm in arms if arm.name != GIVEN]
    given_runs = bool(confirmation.of(GIVEN))
    rival = winner if winner.name != GIVEN else confirmation.best(tuned)
    best = confirmation.best(arms)
    training = confirmation.with_model(confirmation.median(winner.name))
    kept = confirmation.value(training)
    findings = closing.findings(
        winner,
        rival,
        confirmed=True,
        versus_given=_compare(session, confirmation.predictions(rival.name), confirmation.predictions(GIVEN))
        if rival is not None and given_runs
        else None,
        versus_baseline=_versus_baseline(session, confirmation.predictions(winner.name), closing.baseline),
        scores={arm.name: confirmation.score(arm.name) for arm in arms if confirmation.of(arm.name)},
        kept=kept,
        above_chance=closing.above_chance(kept) if closing.chance is not None else None,
        passed_over=best.name if best is not None and best.name != winner.name else None,
    )
    given_model = None
    if given_runs and winner.name != GIVEN:
        given_model = _given_model(session, confirmation)
    name = evaluation_name(training.arm, training.seed)
    return _Choice(winner, name, confirmation.score(winner.name), _repeated(training), given_model, findings)


def _given_model(session: Session, confirmation: Confirmation) -> _Model | None:
    """Return the given configuration's model; None if it was removed after it had been judged on test already."""
    training = confirmation.median(GIVEN)
    if training.model_dir is None and _is_judged(session, GIVEN, "test"):
        return None
    return _repeated(confirmation.with_model(training))


def _is_judged(session: Session, subject: str, split: str) -> bool:
    return any((found.subject, found.split) == (subject, split) for found in session.store.evaluations(session.study))


def _above_chance_in_search(closing: _Closing, arms: list[Arm]) -> TrialRecord | None:
    """Return the best trial among the finalists' whose model is there and that did better than guessing."""
    sign = 1 if closing.session.request.direction is Direction.MAXIMIZE else -1
    there = [
        trial
        for arm in arms
        if (trial := closing.trial(arm)) is not None
        and trial.value is not None
        and trial.model_dir is not None
        and closing.above_chance(trial.value)
    ]
    return max(there, key=lambda trial: (sign * (trial.value or 0.0), -trial.number), default=None)


def _repeated(training: ConfirmationRecord) -> _Model:
    assert training.model_dir is not None, "only a training whose model is there is kept"
    return _Model(training.model_dir, training.predictions, evaluation_name(training.arm, training.seed))


def _unconfirmed(
    closing: _Closing, kept: TrialRecord | None = None, *, fresh_scores: Mapping[str, float] | None = None
) -> _Choice:
    """Choose by the search alone.

    The spec wants no confirmation, there is nothing to confirm against, or on fresh seeds nothing beats guessing.
    """
    session = closing.session
    if kept is None:
        best = session.store.study(session.study).best
        assert best is not None, "a study without a complete trial has failed before"
        kept = next(trial for trial in closing.trials if trial.number == best.number)
    others = rivals(session, closing.trials, closing.identity)
    same = closing.identity.of({**session.given, **kept.params}) == closing.identity.of(session.given)
    tuned = kept.number != 0 and not same
    arm = Arm(GIVEN, 0, session.given)
    if tuned:
        arm = Arm(f"trial/{kept.number}", kept.number, {**session.given, **kept.params})
    rival = arm if tuned else next(iter(others), None)
    given = closing.trial(Arm(GIVEN, 0, session.given))
    theirs = closing.trial(rival) if rival is not None else None
    first, second = (trial.predictions if trial is not None else None for trial in (theirs, given))
    assert kept.value is not None, "a complete trial has a value"
    findings = closing.findings(
        arm,
        rival,
        confirmed=False,
        versus_given=_compare(session, [first], [second]) if first and second else None,
        versus_baseline=_versus_baseline(session, [kept.predictions], closing.baseline),
        scores={arm.name: kept.value},
        kept=kept.value,
        above_chance=closing.above_chance(kept.value) if closing.chance is not None else None,
        no_better_on_fresh_seeds=fresh_scores is not None,
        fresh_scores=fresh_scores or {},
    )
    assert kept.model_dir is not None, "the best trial's model is kept"
    name = f"trial/{kept.number}"
    return _Choice(arm, name, kept.value, _Model(kept.model_dir, kept.predictions, name), None, findings)


def _versus_baseline(
    session: Session, predictions: Sequence[str | None], baseline: Mapping[str, Any] | None
) -> Comparison | None:
    files = [path for path in predictions if path is not None]
    theirs = baseline.get("predictions") if baseline else None
    return _compare(session, files, [theirs]) if files and theirs else None


def _compare(session: Session, first: list[str], second: list[str]) -> Comparison:
    request, absolute = session.request, session.folders.absolute
    comparison: Comparison = run_task(
        session,
        Compare(
            request.plugin.key,
            tuple(map(absolute, first)),
            tuple(map(absolute, second)),
            request.metric,
            request.spec.study.seed,
        ),
    )
    return comparison


def _test(
    session: Session, choice: _Choice, baseline: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Use the test split, once, for the winner, the given configuration and the baseline."""
    session.listener.phase("test", 0)
    temperature = _calibrate(session, choice.model, _current_folder(session, choice.model.folder))
    test = _evaluate(session, "winner", _current_folder(session, choice.model.folder))
    _note_calibration(session, choice.model, temperature)
    if choice.arm.name == GIVEN and _is_judged(session, GIVEN, "test"):  # it was none before the study got more trials
        session.store.clear_training(session.study, session.lease, GIVEN, measurements=False)
    if choice.given_model is not None and not _is_judged(session, GIVEN, "test"):
        _calibrate(session, choice.given_model, session.folders.absolute(choice.given_model.folder))
        _evaluate(session, "given", session.folders.absolute(choice.given_model.folder))
    if baseline is None or not baseline.get("model_dir"):
        return test, dict(baseline) if baseline else None
    theirs = _Model(baseline["model_dir"], baseline.get("predictions"), "baseline")
    folder = session.folders.absolute(theirs.folder)
    try:
        _calibrate(session, theirs, folder, baseline["key"])
        return test, {**baseline, "test": _evaluate(session, "baseline", folder, key=baseline["key"])}
    except (StoppedError, StoreError, StudyConflictError, UnreachableError, EnvironmentFaultError):
        raise  # to be stopped, or the lease, the database or the disk is lost
    except ModelcatError as error:
        session.listener.failed("baseline", error, "")
        return test, {**baseline, "failure": {"kind": error.kind, "reason": error.message}}


def _failure(baseline: Mapping[str, Any] | None) -> str | None:
    """Return why the baseline has no result, or not all of it."""
    failure = baseline.get("failure") if baseline else None
    return None if failure is None else str(failure["reason"])


def _calibrate(session: Session, model: _Model, folder: Path, key: str | None = None) -> float | None:
    """Fold a temperature into a model; None where its plugin does not, or nobody wrote down what it said."""
    if model.predictions is None:
        return None
    temperature: float | None = run_task(
        session, Calibrate(key or session.request.plugin.key, folder, session.folders.absolute(model.predictions))
    )
    return temperature


def _note_calibration(session: Session, model: _Model, temperature: float | None) -> None:
    """Keep how the winner was judged on validation, and what its temperature changed, there and on test.

    The record of validation stays that of the training, before the temperature was fitted on these very rows: it
    agrees with its file of predictions, and can be compared with the trials'.
    """
    records = {(record.subject, record.split): record for record in session.store.evaluations(session.study)}
    trained = records.get((model.judged, "validation"))
    if trained is not None:
        session.store.put_evaluation(session.study, session.lease, replace(trained, subject="winner"))
    if temperature is None or model.predictions is None:
        return
    validation = session.folders.absolute(model.predictions)
    test = session.folders.absolute(records["winner", "test"].predictions or "")
    before, after = (_rescaled(session, validation, "validation", factor) for factor in (1.0, temperature))
    uncalibrated = _rescaled(session, test, "test", 1 / temperature)
    judged = evaluation_of(records["winner", "test"])
    content = {
        "temperature": temperature,
        "rows": before.rows,
        "validation": {"before": _calibration_metrics(before), "after": _calibration_metrics(after)},
        "test": {"before": _calibration_metrics(uncalibrated), "after": _calibration_metrics(judged)},
        "confidence_before": [asdict(each) for each in uncalibrated.confidence],
    }
    session.store.put_insight(session.study, session.lease, "calibration", content)


def _rescaled(session: Session, predictions: Path, split: str, temperature: float) -> Evaluation:
    evaluation: Evaluation = run_task(session, Rescale(session.request.plugin.key, predictions, split, temperature))
    return evaluation


def _calibration_metrics(evaluation: Evaluation) -> dict[str, float]:
    """Return what a temperature can change; the rest is the same before and after."""
    return {name: evaluation.metrics[name] for name in _CALIBRATED if name in evaluation.metrics}


def _evaluate(session: Session, subject: str, model: Path, key: str | None = None) -> dict[str, Any]:
    folder = session.folders.root / "test"
    result: Evaluation = run_task(
        session,
        Evaluate(
            setup=session.setup({} if key else None, key),
            model_dir=model,
            split="test",
            folder=folder / subject,
        ),
    )
    session.put_evaluation(subject, result)
    return {**finite(result.metrics), "n": result.rows}


def _current_folder(session: Session, model: str) -> Path:
    """Return where the winner's model is: a run that died after keeping it has moved it already."""
    path = session.folders.absolute(model)
    return path if path.exists() else session.folders.model


def _remove_models(session: Session) -> None:
    """Remove the models of everything but the winner; predictions and records stay."""
    store, study, lease = session.store, session.study, session.lease
    record = store.study(study)
    confirmations = store.confirmations(study)
    # The kept model is still its training's own, which a later extension may keep again.
    winner = record.winner or {}
    kept = winner.get("training") or (None if confirmations else f"trial/{winner.get('trial')}")
    for confirmation in confirmations:
        model = record.model_dir if evaluation_name(confirmation.arm, confirmation.seed) == kept else None
        if confirmation.model_dir != model:
            store.put_confirmation(study, lease, replace(confirmation, model_dir=model))
    for trial in store.trials(study):
        model = record.model_dir if f"trial/{trial.number}" == kept else None
        if trial.model_dir != model:
            store.put_trial(study, lease, replace(trial, model_dir=model))
    baseline = (record.baseline or {}).get("model_dir")
    session.update()
    session.folders.sweep({baseline} if baseline else set())
