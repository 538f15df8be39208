"""Cells as Arrow columns: as text, as the names of categories, and cells that a user types."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plugins.data.numbers import is_text, trimmed
from plugins.tabular.dates import as_moment

__all__ = ["as_column", "spelled"]


def spelled(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return cells as the names of categories: text trimmed, 1.0 as ``1``, truth values as ``true`` and ``false``."""
    if is_text(values.type):
        return trimmed(values)
    if pa.types.is_boolean(values.type) or pa.types.is_null(values.type):
        return pa.chunked_array([pc.cast(values.combine_chunks(), pa.large_string())])
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        numbers = [None if one is None or one != one else one for one in values.to_pylist()]  # noqa: PLR0124 -- NaN
        texts = [None if one is None else str(int(one)) if float(one).is_integer() else repr(one) for one in numbers]
        return pa.chunked_array([pa.array(texts, pa.large_string())])
    return pa.chunked_array([pa.array(map(_as_text, values.to_pylist()), pa.large_string())])


def as_column(values: Sequence[Any], decimal: str | None = None) -> pa.ChunkedArray:
    """Return cells of whatever kinds as one column: numbers, truth values and dates if all are, else text.

    Args:
        values: Of the cells.
        decimal: The decimal mark with which a number next to texts is written, that of the texts; None if it is
            written as Python does.
    """
    plain = [None if isinstance(one, float) and one != one else one for one in values]  # noqa: PLR0124 -- NaN
    kinds = {_kind_of(one) for one in plain if one is not None}
    if len(kinds) == 1 and (kind := kinds.pop()) is not pa.large_string():
        converted: list[Any] = [
            None if one is None else as_moment(one) if pa.types.is_timestamp(kind) else one for one in plain
        ]
        if kind == pa.float64():
            converted = [None if one is None else float(one) for one in converted]
        return pa.chunked_array([pa.array(converted, kind)])
    return pa.chunked_array([pa.array([_as_text(one, decimal) for one in plain], pa.large_string())])


def _kind_of(value: Any) -> pa.DataType:
    match value:
        case bool() | np.bool_():
            return pa.bool_()
        case int() | float() | np.number():
            return pa.float64()
        case date():  # a datetime is one
            return pa.timestamp("us")
    return pa.large_string()


def _as_text(value: Any, decimal: str | None = None) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case float() | np.floating() if decimal is not None:
            return np.format_float_positional(value, trim="-").replace(".", decimal)
        case date():
            return value.isoformat()
    return str(value).encode(errors="replace").decode()
