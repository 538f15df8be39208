"""Converts a plugin's evaluation of a model to the record that the store keeps, and back."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from catalog.contract import Evaluation
from runner.store.files import path_inside
from runner.store.records import EvaluationRecord

__all__ = ["evaluation_in", "evaluation_of", "record_of"]

_EVALUATION = TypeAdapter(Evaluation)
_OWN = frozenset({"subject", "details"})
_FLAT = frozenset(field.name for field in fields(EvaluationRecord)) - _OWN


def record_of(subject: str, evaluation: Evaluation, predictions: str | None) -> EvaluationRecord:
    """Return the record of an evaluation; `predictions` is its file, relative to the study's folder."""
    found = asdict(evaluation)
    return EvaluationRecord(
        subject=subject,
        **{name: found[name] for name in _FLAT - {"predictions"}},
        predictions=predictions,
        details={
            **evaluation.details,
            **{name: value for name, value in found.items() if name not in _FLAT | {"details"}},
        },
    )


def evaluation_of(record: EvaluationRecord, folder: Path | None = None) -> Evaluation:
    """Return the evaluation that a record describes; fields that an older record lacks are left out.

    Args:
        record: From the store.
        folder: The study's, to which the record's paths are relative; None to leave its files out.

    Raises:
        InputError: A path of the record leads out of `folder`.
    """
    flat: dict[str, Any] = {name: getattr(record, name) for name in _FLAT}
    flat["metrics"] = {name: value for name, value in record.metrics.items() if value is not None}
    flat["predictions"] = path_inside(folder, record.predictions) if folder and record.predictions else folder or Path()
    known = {field.name for field in fields(Evaluation)}
    general = {name: value for name, value in record.details.items() if name in known}
    details = {name: value for name, value in record.details.items() if name not in known}
    evaluation: Evaluation = _EVALUATION.validate_python({"seconds": 0.0, **general, **flat, "details": details})
    return evaluation


def evaluation_in(records: Sequence[EvaluationRecord], subject: str, split: str) -> Evaluation | None:
    """Return the evaluation of a model on a split, or None if there is none."""
    for record in records:
        if (record.subject, record.split) == (subject, split):
            return evaluation_of(record)
    return None
