"""How a study's model reads a file: with the columns and labels of the study's own data, unless others are named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from catalog.capabilities import InputFile, LabelledFile
from catalog.dataset import Format
from catalog.errors import InputError
from runner.store.records import StudyRecord

__all__ = ["given_format", "input_file", "labelled_file"]


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
    return InputFile(path, columns or _stored(record).text or None, form)


def labelled_file(
    record: StudyRecord,
    path: Path,
    text: tuple[str, ...],
    label: str | None,
    form: Format | None,
    labels_as: Literal["names", "ids"],
) -> LabelledFile:
    """Return a labelled file; text and label are in the columns that are named, or where the study's data had them."""
    stored, dataset = _stored(record), record.spec.get("dataset")
    names = record.data.get("label_names")
    return LabelledFile(
        path,
        text or stored.text or None,
        label or stored.label,
        form,
        labels_as,
        normalize_labels=isinstance(dataset, Mapping) and dataset.get("normalize_labels") is True,
        stored={str(value): str(name) for value, name in names.items()} if isinstance(names, Mapping) else {},
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    text: tuple[str, ...]
    label: str | None


def _stored(record: StudyRecord) -> _Columns:
    """Return the columns that a study's data had; studies of the last release do not say."""
    found = record.data.get("columns")
    if not isinstance(found, Mapping):
        return _Columns((), None)
    text, label = found.get("text"), found.get("label")
    names = tuple(map(str, text)) if isinstance(text, list | tuple) else ()
    return _Columns(names, label if isinstance(label, str) else None)
