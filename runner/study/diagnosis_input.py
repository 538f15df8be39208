"""Reads a study's records from the store as the input of a task's rules of diagnosis."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from catalog.contract import Comparison, EpochMetrics, Evaluation, Model
from catalog.contract.data import data_from_json
from catalog.contract.diagnosis import DiagnosisInput, DiagnosisTrial
from runner.store.evaluation_records import evaluation_of
from runner.store.records import EpochRecord, StudyRecord, TrialRecord
from runner.store.store import Store

__all__ = ["diagnosis_input_of"]

_COMPARISON = TypeAdapter(Comparison)
_TRIAL = "trial/"


def diagnosis_input_of(store: Store, study: str, model: Model, folder: Path = Path()) -> DiagnosisInput:
    """Gather the records of a study; what an older record lacks is left out.

    Args:
        store: Open for reading.
        study: Its name.
        model: The study's own, which knows the defaults of fields that `model_config` leaves out.
        folder: The study's, to which its paths are relative.

    Raises:
        UnknownStudyError: There is no such study.
    """
    record = store.study(study)
    judged = {(found.subject, found.split): evaluation_of(found, folder) for found in store.evaluations(study)}
    histories = _histories(store.epochs(study))
    verdict = record.verdict or {}
    return DiagnosisInput(
        data=data_from_json(record.data),
        Config=model.Config,
        metric=record.metric,
        space=record.space,
        trials=[_trial(trial, record, model, histories, judged) for trial in store.trials(study)],
        best=_best(record),
        evaluations={place: found for place, found in judged.items() if not place[0].startswith(_TRIAL)},
        versus_given=_comparison(verdict.get("versus_given")),
        versus_baseline=_comparison(verdict.get("versus_baseline")),
        calibration=_calibration(store.insights(study).get("calibration")),
    )


def _best(record: StudyRecord) -> int | None:
    winner = (record.winner or {}).get("trial")
    if winner is not None:
        return int(winner)
    return None if record.best is None else record.best.number


def _trial(
    trial: TrialRecord,
    record: StudyRecord,
    model: Model,
    histories: Mapping[str, Sequence[EpochMetrics]],
    judged: Mapping[tuple[str, str], Evaluation],
) -> DiagnosisTrial:
    name = f"{_TRIAL}{trial.number}"
    return DiagnosisTrial(
        number=trial.number,
        state=trial.state,
        config=_config(trial, record, model),
        value=trial.value,
        failure=trial.failure["kind"] if trial.failure else None,
        notes=trial.notes,
        history=tuple(histories.get(name, ())),
        evaluation=judged.get((name, "validation")),
    )


def _config(trial: TrialRecord, record: StudyRecord, model: Model) -> dict[str, Any]:
    """Return the whole configuration of a trial; the given one's is exactly the spec's (a count stays a count)."""
    written = dict(record.spec.get("model_config", {}))
    config = written if trial.origin == "given" else {**written, **trial.params}
    try:
        return model.Config.model_validate(config).model_dump(mode="json")
    except ValidationError:  # written for an older model: rules skip the fields that they do not find
        return config


def _histories(epochs: Sequence[EpochRecord]) -> dict[str, list[EpochMetrics]]:
    """Return the measurements of each training, without those that lack a finite loss."""
    histories: dict[str, list[EpochMetrics]] = defaultdict(list)
    for epoch in epochs:
        if epoch.train_loss is not None:
            measured = EpochMetrics(
                epoch=epoch.epoch,
                progress=epoch.progress,
                train_loss=epoch.train_loss,
                metrics=_known(epoch.metrics),
                learning_rate=epoch.learning_rate,
                seconds=epoch.seconds,
                train_metrics=_known(epoch.train_metrics),
            )
            histories[epoch.training].append(measured)
    return histories


def _known(metrics: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if value is not None}


def _comparison(stored: Mapping[str, Any] | None) -> Comparison | None:
    if stored is None:
        return None
    comparison: Comparison = _COMPARISON.validate_python(_fields(Comparison, stored))
    return comparison


def _fields(kind: type, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored fields of a dataclass; another version may have stored more."""
    return {field.name: stored[field.name] for field in fields(kind) if field.name in stored}


def _calibration(stored: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the temperature and what it changed on test; None if none was fitted."""
    if not stored or "temperature" not in stored or not stored.get("test"):
        return None
    return {"temperature": stored["temperature"], **stored["test"]}
