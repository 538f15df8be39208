"""The end of a study: confirm the winner, use the test split once, keep one model, say what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from catalog.contract import Comparison, Direction, Evaluation
from runner.engine.messages import Compare, Evaluate
from runner.store.records import EvaluationRecord, TrialRecord
from runner.study.confirmation import GIVEN, Arm, Confirmation, finalists
from runner.study.session import Session, finite
from runner.study.verdict import Findings, verdict_of

__all__ = ["close_study"]


@dataclass(frozen=True, slots=True)
class _Choice:
    """The winner, where its model lies, and what speaks for it; paths are as the store keeps them."""

    arm: Arm
    model: str
    given_model: str | None
    findings: Findings


def close_study(session: Session) -> None:
    """Confirm, test, keep and judge; write it all into the study's row."""
    trials = session.store.trials(session.study)
    baseline = session.store.study(session.study).baseline
    arms = finalists(session, trials)
    choice = _confirmed(session, arms, baseline) if len(arms) > 1 else _unconfirmed(session, trials, baseline)
    test, baseline = _test(session, choice, baseline)
    session.update(
        verdict=verdict_of(choice.findings),
        test=test,
        baseline=baseline,
        winner={"arm": choice.arm.name, "trial": choice.arm.trial, "model_config": dict(choice.arm.config)},
    )
    model = session.folders.keep(choice.model)
    session.update(model_dir=session.folders.relative(model))
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
        versus_given=confirmation.compare(rival, GIVEN) if rival is not None and given_runs else None,
        versus_baseline=_versus_baseline(
            session, [record.predictions for record in confirmation.of(winner.name)], baseline
        ),
        baseline=baseline["key"] if baseline else None,
        scores={arm.name: confirmation.score(arm.name) for arm in arms if confirmation.of(arm.name)},
    )
    model = confirmation.median(winner.name).model_dir
    assert model is not None, "a confirmation's models are kept until the study is closed"
    given_model = confirmation.median(GIVEN).model_dir if given_runs and winner.name != GIVEN else None
    return _Choice(winner, model, given_model, findings)


def _best(session: Session, confirmation: Confirmation, names: list[str]) -> str | None:
    sign = 1 if session.request.direction is Direction.MAXIMIZE else -1
    return max(names, key=lambda name: sign * confirmation.score(name), default=None)


def _unconfirmed(session: Session, trials: list[TrialRecord], baseline: Mapping[str, Any] | None) -> _Choice:
    """Choose by the search alone: the spec wants no confirmation, or there is nothing to confirm against."""
    best = session.store.study(session.study).best
    assert best is not None, "a study without a complete trial has failed before"
    by_number = {trial.number: trial for trial in trials}
    trial, given = by_number[best.number], by_number[0]
    tuned = best.number != 0
    arm = (
        Arm(f"trial/{best.number}", best.number, {**session.given, **best.params})
        if tuned
        else Arm(GIVEN, 0, session.given)
    )
    versus = None
    if tuned and trial.predictions and given.predictions:
        versus = _compare(session, [trial.predictions], [given.predictions])
    findings = Findings(
        metric=session.request.metric,
        winner=arm.name,
        confirmed=False,
        rival=arm.name if tuned else None,
        versus_given=versus,
        versus_baseline=_versus_baseline(session, [trial.predictions], baseline),
        baseline=baseline["key"] if baseline else None,
        scores={arm.name: best.value},
    )
    assert trial.model_dir is not None, "the best trial's model is kept"
    return _Choice(arm, trial.model_dir, None, findings)


def _versus_baseline(
    session: Session, predictions: list[str | None], baseline: Mapping[str, Any] | None
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
    test = _evaluate(session, "winner", choice.model)
    if choice.given_model is not None:
        _evaluate(session, "given", choice.given_model)
    if baseline is None or not baseline.get("model_dir"):
        return test, dict(baseline) if baseline else None
    theirs = _evaluate(session, "baseline", baseline["model_dir"], key=baseline["key"])
    return test, {**baseline, "test": theirs}


def _evaluate(session: Session, subject: str, model: str, key: str | None = None) -> dict[str, Any]:
    folder = session.folders.root / "test"
    result: Evaluation = session.do(
        Evaluate(
            subject=session.subject({} if key else None, key),
            model_dir=_existing(session, model),
            split="test",
            folder=folder / subject,
        )
    )
    metrics = finite(result.metrics)
    record = EvaluationRecord(
        subject=subject,
        split=result.split,
        rows=result.rows,
        metrics=metrics,
        confusion=result.confusion,
        predictions=session.folders.relative(result.predictions),
    )
    session.store.put_evaluation(session.study, session.lease, record)
    return {**metrics, "n": result.rows}


def _existing(session: Session, model: str) -> Path:
    """Return where a model is: a run that died after keeping it has moved it already."""
    path = session.folders.absolute(model)
    return path if path.exists() else session.folders.model


def _forget_models(session: Session) -> None:
    """Remove the models of everything but the winner; predictions and records stay."""
    store, study, lease = session.store, session.study, session.lease
    for confirmation in store.confirmations(study):
        store.put_confirmation(study, lease, replace(confirmation, model_dir=None))
    for trial in store.trials(study):
        if trial.model_dir is not None:
            store.put_trial(study, lease, replace(trial, model_dir=None))
    kept = store.study(study).baseline or {}
    session.folders.sweep({kept["model_dir"]} if kept.get("model_dir") else set())
