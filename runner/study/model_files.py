"""How a study's model reads a file: in the way of the study's own data, unless a caller says otherwise."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalog.contract import Columns
from catalog.contract.capabilities import EvaluationFile, InputFile
from catalog.dataset import Format
from catalog.errors import InputError
from catalog.suggest import did_you_mean
from runner.presentation.data import columns_line
from runner.store.records import StudyRecord

__all__ = ["check_taken", "columns_of_role", "evaluation_file", "input_file"]


def input_file(record: StudyRecord, path: Path, columns: tuple[str, ...], form: Format | None) -> InputFile:
    """Return a file of inputs to predict; the task finds the input's columns if none are named."""
    return InputFile(path, columns or None, record.data, _dataset(record), form or _stored_format(record))


def evaluation_file(
    record: StudyRecord, path: Path, columns: Mapping[str, tuple[str, ...]], form: Format | None, truths: str
) -> EvaluationFile:
    """Return a file with true values; the task finds the columns of the roles that `columns` lacks.

    Raises:
        InputError: The study's data have no such role.
    """
    known = record.data.get("columns")
    if isinstance(known, Mapping):
        for role in columns:
            if role not in known:
                hint = did_you_mean(role, known)
                raise InputError(f"the data of {record.study!r} have no column of the role {role!r}; {hint}")
    dataset = _dataset(record)
    return EvaluationFile(path, columns, record.data, dataset, form or _stored_format(record), truths)


def check_taken(file: EvaluationFile, taken: Columns | None) -> None:
    """Check that each column that was named for a role has been used: none is ignored silently.

    Args:
        file: With the columns that were named.
        taken: The columns that the evaluation reports.

    Raises:
        InputError: A column was not used.
    """
    roles = {role: found for role, found in (taken or {}).items() if role != "ignored" and found}
    names = {name for found in roles.values() for name in ([found] if isinstance(found, str) else found)}
    for role, columns in file.columns.items():
        if unused := [name for name in columns if name not in names]:
            hint = f"; taken: {columns_line(roles)}" if role in roles else f"; {did_you_mean(role, roles)}"
            raise InputError(
                f"the column {unused[0]!r} is named for the role {role!r}, but nothing is read from it"
                + (hint if roles else ": the model does not say which columns it reads")
            )


def columns_of_role(record: StudyRecord, role: str) -> tuple[str, ...]:
    """Return the columns that a study's data had for a role; for studies of modelcat 0.1, those that the spec names."""
    stored = record.data.get("columns")
    found = (stored if isinstance(stored, Mapping) else _dataset(record)).get(role)
    if isinstance(found, str):
        return (found,)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()


def _dataset(record: StudyRecord) -> Mapping[str, Any]:
    found = record.spec.get("dataset")
    return found if isinstance(found, Mapping) else {}


def _stored_format(record: StudyRecord) -> Format | None:
    """Return the format of the study's own files, as its spec gives it.

    Without their encoding: that of another file is detected, and a wrong one would not be noticed.
    """
    found = _dataset(record).get("format")
    if not isinstance(found, Mapping):
        return None
    try:
        return Format.model_validate({name: value for name, value in found.items() if name != "encoding"})
    except ValidationError:  # written by another version, or edited by hand
        return None
