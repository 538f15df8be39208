"""The end of a study: confirm the winner, calibrate it, use the test split once, keep one model, say what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from catalog.contract import Direction
from catalog.errors import ModelcatError, StoppedError, StoreError, StudyConflictError, UnreachableError
from catalog.results import Comparison, Evaluation
from runner.engine.messages import Calibrate, Compare, Evaluate, Rescale
from runner.store.judgements import evaluation_of
from runner.store.records import ConfirmationRecord, TrialRecord
from runner.study.confirmation import GIVEN, Arm, Confirmation, confirmed, finalists
from runner.study.insights import gather_insights
from runner.study.session import Session, finite
from runner.study.verdict import Findings, verdict_of

__all__ = ["close_study"]

_CALIBRATED = ("ece", "log_loss", "brier_score")


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
    """The winner, its model, the given configuration's where that is another one, and what speaks for it."""

    arm: Arm
    model: _Model
    given_model: _Model | None
    findings: Findings


def close_study(session: Session) -> None:
    """Confirm, calibrate, test, keep and judge; write it all into the study's row, then look closer."""
    record = session.store.study(session.study)
    if record.winner is None:  # else a run that died has come so far already
        trials, baseline = session.store.trials(session.study), record.baseline
        arms = finalists(session, trials)
        choice = _confirmed(session, arms, baseline) if len(arms) > 1 else _unconfirmed(session, trials, baseline)
        findings = replace(choice.findings, early_end=record.early_end)
        test, baseline = _test(session, choice, baseline)
        session.update()  # files are moved, and removed below, by whoever holds the lease
        model = session.folders.keep(choice.model.folder)
        session.update(
            verdict=verdict_of(replace(findings, baseline_failure=_failure(baseline))),
            test=test,
            baseline=baseline,
            winner={"arm": choice.arm.name, "trial": choice.arm.trial, "model_config": dict(choice.arm.config)},
            model_dir=session.folders.relative(model),
        )
    gather_insights(session)
    _forget_models(session)


def _confirmed(session: Session, arms: list[Arm], baseline: Mapping[str, Any] | None) -> _Choice:
    confirmation = Confirmation(session, arms)
    session.listener.phase("confirmation", confirmation.trainings)
    confirmation.run()
    winner = confirmation.winner()
    tuned = [arm.name for arm in arms if arm.name != GIVEN and confirmation.of(arm.name)]
    given_runs = bool(confirmation.of(GIVEN))
    rival = winner.name if winner.name != GIVEN else _best(session, confirmation, tuned)
    findings = Findings(
        metric=session.request.metric,
        winner=winner.name,
        confirmed=True,
        rival=rival,
        versus_given=_compare(session, confirmation.predictions(rival), confirmation.predictions(GIVEN))
        if rival is not None and given_runs
        else None,
        versus_baseline=_versus_baseline(session, confirmation.predictions(winner.name), baseline),
        trials=session.request.spec.study.trials,
        baseline=baseline["key"] if baseline else None,
        scores={arm.name: confirmation.score(arm.name) for arm in arms if confirmation.of(arm.name)},
        scope=session.class_scope,
    )
    given_model = _repeated(confirmation.median(GIVEN)) if given_runs and winner.name != GIVEN else None
    return _Choice(winner, _repeated(confirmation.median(winner.name)), given_model, findings)


def _repeated(training: ConfirmationRecord) -> _Model:
    assert training.model_dir is not None, "a confirmation's models are kept until the study is closed"
    return _Model(training.model_dir, training.predictions, confirmed(training.arm, training.seed))


def _best(session: Session, confirmation: Confirmation, names: list[str]) -> str | None:
    sign = 1 if session.request.direction is Direction.MAXIMIZE else -1
    return max(names, key=lambda name: sign * confirmation.score(name), default=None)


def _unconfirmed(session: Session, trials: list[TrialRecord], baseline: Mapping[str, Any] | None) -> _Choice:
    """Choose by the search alone: the spec wants no confirmation, or there is nothing to confirm against."""
    best = session.store.study(session.study).best
    assert best is not None, "a study without a complete trial has failed before"
    sign = 1 if session.request.direction is Direction.MAXIMIZE else -1
    judged = {trial.number: trial for trial in trials if trial.value is not None}
    others = [trial for number, trial in judged.items() if number != 0]
    rival = max(others, key=lambda trial: (sign * (trial.value or 0.0), -trial.number), default=None)
    trial, given = judged[best.number], judged.get(0)
    tuned = best.number != 0
    name = f"trial/{best.number}" if tuned else GIVEN
    arm = Arm(name, best.number, {**session.given, **best.params} if tuned else session.given)
    theirs, ours = (trial.predictions if trial is not None else None for trial in (rival, given))
    findings = Findings(
        metric=session.request.metric,
        winner=arm.name,
        confirmed=False,
        rival=f"trial/{rival.number}" if rival is not None else None,
        versus_given=_compare(session, [theirs], [ours]) if theirs and ours else None,
        versus_baseline=_versus_baseline(session, [trial.predictions], baseline),
        trials=session.request.spec.study.trials,
        baseline=baseline["key"] if baseline else None,
        scores={arm.name: best.value},
        scope=session.class_scope,
    )
    assert trial.model_dir is not None, "the best trial's model is kept"
    return _Choice(arm, _Model(trial.model_dir, trial.predictions, f"trial/{trial.number}"), None, findings)


def _versus_baseline(
    session: Session, predictions: Sequence[str | None], baseline: Mapping[str, Any] | None
) -> Comparison | None:
    files = [path for path in predictions if path is not None]
    theirs = baseline.get("predictions") if baseline else None
    return _compare(session, files, [theirs]) if files and theirs else None


def _compare(session: Session, first: list[str], second: list[str]) -> Comparison:
    request, absolute = session.request, session.folders.absolute
    comparison: Comparison = session.do(
        Compare(
            request.plugin.key,
            tuple(map(absolute, first)),
            tuple(map(absolute, second)),
            request.metric,
            request.spec.study.seed,
        )
    )
    return comparison


def _test(
    session: Session, choice: _Choice, baseline: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Use the test split, once, for the winner, the given configuration and the baseline."""
    session.listener.phase("test", 0)
    temperature = _calibrate(session, choice.model, _existing(session, choice.model.folder))
    test = _evaluate(session, "winner", _existing(session, choice.model.folder))
    _note_calibration(session, choice.model, temperature)
    if choice.given_model is not None:
        _calibrate(session, choice.given_model, session.folders.absolute(choice.given_model.folder))
        _evaluate(session, "given", session.folders.absolute(choice.given_model.folder))
    if baseline is None or not baseline.get("model_dir"):
        return test, dict(baseline) if baseline else None
    theirs = _Model(baseline["model_dir"], baseline.get("predictions"), "baseline")
    folder = session.folders.absolute(theirs.folder)
    try:
        _calibrate(session, theirs, folder, baseline["key"])
        return test, {**baseline, "test": _evaluate(session, "baseline", folder, key=baseline["key"])}
    except (StoppedError, StoreError, StudyConflictError, UnreachableError):
        raise  # to be stopped, or the lease or the database is lost
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
    temperature: float | None = session.do(
        Calibrate(key or session.request.plugin.key, folder, session.folders.absolute(model.predictions))
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
        "validation": {"before": _honesty(before), "after": _honesty(after)},
        "test": {"before": _honesty(uncalibrated), "after": _honesty(judged)},
        "confidence_before": [asdict(each) for each in uncalibrated.confidence],
    }
    session.store.put_insight(session.study, session.lease, "calibration", content)


def _rescaled(session: Session, predictions: Path, split: str, temperature: float) -> Evaluation:
    evaluation: Evaluation = session.do(Rescale(session.request.plugin.key, predictions, split, temperature))
    return evaluation


def _honesty(evaluation: Evaluation) -> dict[str, float]:
    """Return what a temperature can change; the rest is the same before and after."""
    return {name: evaluation.metrics[name] for name in _CALIBRATED if name in evaluation.metrics}


def _evaluate(session: Session, subject: str, model: Path, key: str | None = None) -> dict[str, Any]:
    folder = session.folders.root / "test"
    result: Evaluation = session.do(
        Evaluate(
            subject=session.subject({} if key else None, key),
            model_dir=model,
            split="test",
            folder=folder / subject,
        )
    )
    session.judged(subject, result)
    return {**finite(result.metrics), "n": result.rows}


def _existing(session: Session, model: str) -> Path:
    """Return where the winner's model is: a run that died after keeping it has moved it already."""
    path = session.folders.absolute(model)
    return path if path.exists() else session.folders.model


def _forget_models(session: Session) -> None:
    """Remove the models of everything but the winner; predictions and records stay."""
    store, study, lease = session.store, session.study, session.lease
    record = store.study(study)
    confirmations = store.confirmations(study)
    for confirmation in confirmations:
        if confirmation.model_dir is not None:
            store.put_confirmation(study, lease, replace(confirmation, model_dir=None))
    # Without a confirmation the kept model is the best trial's own, which a later extension may keep again.
    kept = (record.winner or {}).get("trial") if not confirmations else None
    for trial in store.trials(study):
        model = record.model_dir if trial.number == kept else None
        if trial.model_dir != model:
            store.put_trial(study, lease, replace(trial, model_dir=model))
    baseline = (record.baseline or {}).get("model_dir")
    session.update()
    session.folders.sweep({baseline} if baseline else set())
