"""The end of a study: confirm the winner, calibrate it, use the test split once, keep one model, store the results."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalog.contract import Evaluation
from catalog.contract.capabilities import Rescales
from catalog.errors import (
    EnvironmentFaultError,
    ModelcatError,
    StoppedError,
    StoreError,
    StudyConflictError,
    UnreachableError,
)
from runner.engine.messages import Calibrate, Evaluate, Rescale
from runner.store.evaluation_records import evaluation_of
from runner.study.confirmation import GIVEN, evaluation_name
from runner.study.insights import gather_insights
from runner.study.session import Session, finite
from runner.study.task_loop import run_task
from runner.study.verdict import verdict_of
from runner.study.winner import SearchResult, WinnerChoice, WinnerModel, choose_winner, was_evaluated

__all__ = ["close_study"]


def close_study(session: Session, result: SearchResult) -> None:
    """Confirm, calibrate, test, keep and compare; write the results into the study's row, then gather insights."""
    record = session.store.study(session.study)
    if record.winner is None:  # else an earlier run, which died, has done this already
        choice = choose_winner(session, result, record.baseline)
        findings = replace(choice.findings, early_end=record.early_end)
        test, baseline = _test(session, choice, record.baseline)
        session.update()  # renews the lease: only its holder may move files, and remove them below
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


def _test(
    session: Session, choice: WinnerChoice, baseline: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Use the test split, once, for the winner, the given configuration and the baseline."""
    session.listener.phase("test", 0)
    temperature = _calibrate(session, choice.model, _current_folder(session, choice.model.folder))
    test = _evaluate(session, "winner", _current_folder(session, choice.model.folder))
    _note_calibration(session, choice.model, temperature)
    if choice.arm.name == GIVEN and was_evaluated(
        session, GIVEN, "test"
    ):  # another configuration won before the study got more trials
        session.store.clear_training(session.study, session.lease, GIVEN, measurements=False)
    if choice.given_model is not None and not was_evaluated(session, GIVEN, "test"):
        _calibrate(session, choice.given_model, session.folders.absolute(choice.given_model.folder))
        _evaluate(session, "given", session.folders.absolute(choice.given_model.folder))
    if baseline is None or not baseline.get("model_dir"):
        return test, dict(baseline) if baseline else None
    theirs = WinnerModel(baseline["model_dir"], baseline.get("predictions"), "baseline")
    folder = session.folders.absolute(theirs.folder)
    try:
        _calibrate(session, theirs, folder, baseline["key"])
        return test, {**baseline, "test": _evaluate(session, "baseline", folder, key=baseline["key"])}
    except (StoppedError, StoreError, StudyConflictError, UnreachableError, EnvironmentFaultError):
        raise  # a request to stop, or the lease, the database or the disk is lost
    except ModelcatError as error:
        session.listener.failed("baseline", error, "")
        return test, {**baseline, "failure": {"kind": error.kind, "reason": error.message}}


def _failure(baseline: Mapping[str, Any] | None) -> str | None:
    """Return why the baseline has no result, or not a complete one."""
    failure = baseline.get("failure") if baseline else None
    return None if failure is None else str(failure["reason"])


def _calibrate(session: Session, model: WinnerModel, folder: Path, key: str | None = None) -> float | None:
    """Apply a temperature to a model; None if its plugin does not, or if its predictions were not written."""
    if model.predictions is None:
        return None
    temperature: float | None = run_task(
        session, Calibrate(key or session.request.model.key, folder, session.folders.absolute(model.predictions))
    )
    return temperature


def _note_calibration(session: Session, model: WinnerModel, temperature: float | None) -> None:
    """Store the winner's evaluation on validation, and what its temperature changed, on validation and on test.

    The record of validation stays that of the training, before the temperature was fitted on these same rows: it
    agrees with its file of predictions, and can be compared with the trials'.
    """
    records = {(record.subject, record.split): record for record in session.store.evaluations(session.study)}
    trained = records.get((model.judged, "validation"))
    if trained is not None:
        session.store.put_evaluation(session.study, session.lease, replace(trained, subject="winner"))
    if temperature is None or model.predictions is None or not isinstance(session.request.task, Rescales):
        return
    validation = session.folders.absolute(model.predictions)
    test = session.folders.absolute(records["winner", "test"].predictions or "")
    before, after = (_rescaled(session, validation, "validation", factor) for factor in (1.0, temperature))
    uncalibrated = _rescaled(session, test, "test", 1 / temperature)
    judged = evaluation_of(records["winner", "test"])
    task = session.request.task
    names = task.rescaled_metrics if isinstance(task, Rescales) else ()

    def measured(evaluation: Evaluation) -> dict[str, float]:
        """Return the metrics that a temperature can change; the others are the same before and after."""
        return {name: evaluation.metrics[name] for name in names if name in evaluation.metrics}

    content = {
        "temperature": temperature,
        "rows": before.rows,
        "validation": {"before": measured(before), "after": measured(after)},
        "test": {"before": measured(uncalibrated), "after": measured(judged)},
        "uncalibrated": dict(uncalibrated.details),
    }
    session.store.put_insight(session.study, session.lease, "calibration", content)


def _rescaled(session: Session, predictions: Path, split: str, temperature: float) -> Evaluation:
    evaluation: Evaluation = run_task(session, Rescale(session.request.model.key, predictions, split, temperature))
    return evaluation


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
    """Return where the winner's model is: an earlier run, which died after it kept the model, has moved it already."""
    path = session.folders.absolute(model)
    return path if path.exists() else session.folders.model


def _remove_models(session: Session) -> None:
    """Remove all models but the winner's; predictions and records stay."""
    store, study, lease = session.store, session.study, session.lease
    record = store.study(study)
    confirmations = store.confirmations(study)
    # The kept model is still recorded as its training's own, so that a later extension may keep it again.
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
