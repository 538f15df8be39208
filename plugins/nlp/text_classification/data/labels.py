"""The label column as stored: strings, whole numbers or truth values, told apart from what cannot name a class."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.nlp.text_classification.data.columns import plain
from plugins.nlp.text_classification.data.records import Source
from plugins.nlp.text_classification.data.wording import shortened

__all__ = ["RawLabels", "read_labels"]

_INTEGER = re.compile(r"[+-]?\d{1,18}(\.0*)?")
_UNLABELLED = "-1"
"""What published test splits hold where their labels are kept secret."""


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
        DataError: Lists, objects, dates or fractions, which name no class.
    """
    values = plain(source.table[column])
    kind = values.type
    if not (pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind) or _textual(kind)):
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


def _textual(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


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
