"""Columns without the tricks of their storage."""

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["plain"]


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return categorical columns and string views as their plain values, any other column as it is."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    return pc.cast(column, pa.large_string()) if pa.types.is_string_view(column.type) else column
