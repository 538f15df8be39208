"""The values of a column in a plain form: valid UTF-8, neither lists nor objects, NaN as null."""

import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.data.sources import Source
from plugins.tables.table import NESTED_ROW

__all__ = ["plain", "read_values"]

_WANTED = {"text": ", not text", "label": "; labels are strings, numbers, or true and false"}


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return categorical columns and string views as their plain values, any other column unchanged."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    return pc.cast(column, pa.large_string()) if pa.types.is_string_view(column.type) else column


def read_values(source: Source, column: str, role: str) -> pa.ChunkedArray:
    """Return a column with every kind of string, view and bytes as large_string.

    Args:
        source: The file.
        column: Its column.
        role: What it is, a field of ``dataset``: ``text``, ``label``, ``group`` or ``time``.

    Raises:
        DataError: A list or object in some row, or bytes that are not UTF-8; the message gives the first such row.
    """
    nested = (source.table.schema.field(column).metadata or {}).get(NESTED_ROW)
    if nested is not None:
        raise DataError(
            f"{source.origin}: row {int(nested):,} of column {column!r} holds a list or an object"
            f"{_WANTED.get(role, '')}.",
            field=f"dataset.{role}",
        )
    values = plain(source.table[column])
    kind = values.type
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_nan(pc.cast(values, pa.float64())), pa.scalar(None, kind), values)
    if not (_textual(kind) or _binary(kind)):
        return values
    try:
        values = values if pa.types.is_large_string(kind) else pc.cast(values, pa.large_string())
        if source.typed:  # text files are checked as a whole
            values.validate(full=True)  # a cast from string to large_string does not check the bytes
    except pa.ArrowInvalid as error:
        raise DataError(
            f"{source.origin}: column {column!r} holds bytes that are not UTF-8, first in row "
            f"{_first_undecodable(source.table[column]):,}. Save the column as UTF-8 text.",
            field=source.field,
        ) from error
    return values


def _textual(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def _first_undecodable(column: pa.ChunkedArray) -> int:
    row = 0
    for row, value in enumerate(pc.cast(plain(column), pa.large_binary()), start=1):  # noqa: B007 -- used below
        try:
            (value.as_py() or b"").decode()
        except UnicodeDecodeError:
            break
    return row
