"""How a study's model reads a file: with the columns and labels of the study's own data, unless others are named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from catalog.contract.capabilities import EvaluationFile, InputFile
from catalog.dataset import Format
from catalog.errors import InputError
from runner.store.records import StudyRecord

__all__ = ["StoredColumns", "given_format", "input_file", "labelled_file", "stored_columns"]


def given_format(delimiter: str | None, quote: str | None, encoding: str | None, *, no_header: bool) -> Format | None:
    """Return what the options say of a file; None if they say nothing.

    Raises:
        InputError: A value that makes no sense.
    """
    given = {"delimiter": delimiter, "quote": quote, "encoding": encoding, "header": False if no_header else None}
    given = {name: value for name, value in given.items() if value is not None}
    try:
        return Format.model_validate(given) if given else None
    except ValidationError as error:
        first = error.errors()[0]
        reason = first["msg"].removeprefix("Value error, ")
        option = first["loc"][0] if first["loc"] else "delimiter"
        raise InputError(f"--{option}: {reason[0].lower()}{reason[1:]}") from error


def input_file(record: StudyRecord, path: Path, columns: tuple[str, ...], form: Format | None) -> InputFile:
    """Return a file of texts to predict; its text is in `columns`, or where the study's data had it."""
    return InputFile(path, columns or stored_columns(record).text or None, form or _stored_format(record))


def labelled_file(
    record: StudyRecord,
    path: Path,
    text: tuple[str, ...],
    label: str | None,
    form: Format | None,
    labels_as: Literal["names", "ids"],
) -> EvaluationFile:
    """Return a labelled file; text and label are in the columns that are named, or where the study's data had them."""
    stored, dataset = stored_columns(record), record.spec.get("dataset")
    names = record.data.get("label_names")
    return EvaluationFile(
        path,
        text or stored.text or None,
        label or stored.label,
        form or _stored_format(record),
        labels_as,
        normalize_labels=isinstance(dataset, Mapping) and dataset.get("normalize_labels") is True,
        stored={str(value): str(name) for value, name in names.items()} if isinstance(names, Mapping) else {},
    )


@dataclass(frozen=True, slots=True)
class StoredColumns:
    """Columns of text and label that a study was made with; empty and None if it does not say."""

    text: tuple[str, ...]
    label: str | None


def stored_columns(record: StudyRecord) -> StoredColumns:
    """Return the columns that a study's data had; of one of the last release those that its spec names."""
    found = record.data.get("columns")
    if not isinstance(found, Mapping):
        found = record.spec.get("dataset")
    if not isinstance(found, Mapping):
        return StoredColumns((), None)
    text, label = found.get("text"), found.get("label")
    names = (text,) if isinstance(text, str) else tuple(map(str, text)) if isinstance(text, list | tuple) else ()
    return StoredColumns(names, label if isinstance(label, str) else None)


def _stored_format(record: StudyRecord) -> Format | None:
    """Return how the study's own files are written, as its spec says.

    Not their encoding: that of another file is found, and one that is wrong would not be noticed.
    """
    dataset = record.spec.get("dataset")
    found = dataset.get("format") if isinstance(dataset, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    try:
        return Format.model_validate({name: value for name, value in found.items() if name != "encoding"})
    except ValidationError:  # of another version, or edited by hand
        return None
