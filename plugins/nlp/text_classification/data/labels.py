"""The label column as stored: strings, whole numbers or truth values, told apart from what cannot name a class."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.nlp.text_classification.data.records import Source
from plugins.nlp.text_classification.data.values import read_values
from plugins.nlp.text_classification.data.wording import shortened

__all__ = ["RawLabels", "missing_notes", "read_labels"]

_INTEGER = re.compile(r"[+-]?\d{1,18}(\.0*)?")
_UNLABELLED = "-1"
"""What published test splits hold where their labels are kept secret."""


_MISSING = ("NA", "<NA>", "nan", "NaN", "null", "NULL", "None")
"""Strings that R, pandas and databases leave where a value was missing; as strings they may also be meant."""


@dataclass(frozen=True, slots=True, eq=False)
class RawLabels:
    """The label column of one split.

    Attributes:
        values: The distinct values, spelled as strings, in no particular order.
        whole: Whether all of them are whole numbers.
        codes: For each row the index of its value, -1 where the row has none; int64, shape (rows,).
    """

    values: tuple[str, ...]
    whole: bool
    codes: np.ndarray


def read_labels(source: Source, column: str) -> RawLabels:
    """Read the label column.

    Strings lose surrounding whitespace and keep their case; null, NaN and the empty string mean that the row has no
    label, and so does -1 among published class ids. Whole floats (1.0) count as whole numbers, and so do strings
    where all of them spell one.

    Raises:
        DataError: Lists, objects, dates, fractions, which name no class, or bytes that are not UTF-8.
    """
    values = read_values(source, column, "label")
    kind = values.type
    if not (
        pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_large_string(kind)
    ):
        if not pa.types.is_null(kind):
            raise DataError(
                f"{source.origin}: column {column!r} holds {kind}; labels are strings, whole numbers, or "
                "true and false.",
                field="dataset.label",
            )
        values = pc.cast(values, pa.string())
    encoded = pa.chunked_array([pc.dictionary_encode(values.combine_chunks())])
    dictionary, indices = encoded.chunk(0).dictionary, encoded.chunk(0).indices
    spelled = [_spelling(value, source, column) for value in dictionary.to_pylist()]
    if whole := all(value is None or _INTEGER.fullmatch(value) for value in spelled):
        spelled = [None if value is None else str(int(value.partition(".")[0])) for value in spelled]
    if column in source.class_names and whole:
        spelled = [None if value == _UNLABELLED else value for value in spelled]
    distinct = tuple(dict.fromkeys(value for value in spelled if value is not None))
    index = {value: code for code, value in enumerate(distinct)}
    codes = np.array([-1 if value is None else index[value] for value in spelled] + [-1], dtype=np.int64)
    return RawLabels(distinct, whole, codes[pc.fill_null(indices, len(spelled)).to_numpy()])


def missing_notes(raw: RawLabels, kept: np.ndarray, column: str, split: str, meant: Sequence[str]) -> list[str]:
    """Tell labels that look like a missing one, unless they are among the names that are `meant`."""
    counts = np.bincount(raw.codes[kept & (raw.codes >= 0)], minlength=len(raw.values))
    return [
        f"{count:,} {split} rows have {value!r} in column {column!r}, as other programs write a missing label; "
        "it counts as a class. Remove these rows if it is none, or name it in dataset.labels."
        for value, count in zip(raw.values, counts.tolist(), strict=True)
        if count and value in _MISSING and value not in meant
    ]


def _spelling(value: bool | float | str | None, source: Source, column: str) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case str():
            return value.strip() or None
        case float() if value != value:  # noqa: PLR0124 -- NaN, which pandas writes for a missing label
            return None
        case float() if not value.is_integer():
            raise DataError(
                f"{source.origin}: column {column!r} holds {shortened(value)}, a fraction; labels are classes "
                "(strings, whole numbers or true and false). Name the label column if it is another.",
                field="dataset.label",
            )
    return str(int(value))
