"""How large the rows of Parquet and Arrow files become, measured before they are decoded.

Some hundred bytes can stand for terabytes: a dictionary's entry that every row refers to, a run of a billion nulls,
views of one string, a page or a buffer that is compressed a thousand times.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plugins.tables.compression import too_large
from plugins.tables.limits import in_units, most_unpacked

__all__ = ["Decoded", "check_footer", "check_sound", "check_unpacked", "may_repeat", "plain_schema", "text_columns"]

_OFFSET = 4
"""The least bytes that an empty string, or a null, takes when it is decoded."""
_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 8, "FLOAT": 4, "DOUBLE": 8}
_PIECE = 1 << 26
"""Bytes that are decoded at a time."""


def check_unpacked(size: int, path: Path, field: str) -> None:
    """Check that a file does not become too large.

    Args:
        size: What it becomes, in bytes, as far as that is known.
        path: The file.
        field: The spec field that names it.

    Raises:
        DataError: It does.
    """
    packed = path.stat().st_size
    if size > (limit := most_unpacked(packed)):
        what = f"its {in_units(packed)} become {in_units(size)} or more when they are read, over {in_units(limit)}"
        raise too_large(path, field, what, size, limit)


def check_footer(metadata: Any, path: Path, field: str) -> None:
    """Check that what a Parquet file says about its columns is not too large.

    Raises:
        DataError: It is.
    """
    columns = [metadata.schema.column(place) for place in range(metadata.num_columns)]
    widths = [_WIDTHS.get(column.physical_type, max(_OFFSET, column.length)) for column in columns]
    total = 0
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for place, width in enumerate(widths):
            chunk = group.column(place)
            total += max(chunk.total_uncompressed_size, max(chunk.num_values, group.num_rows) * width, 0)
    check_unpacked(total, path, field)


def text_columns(schema: pa.Schema, columns: Sequence[str] | None) -> list[str]:
    """Return the columns of strings among some, or among all."""
    return [each.name for each in schema if _is_text(each.type) and (columns is None or each.name in columns)]


def may_repeat(file: Any, columns: Sequence[str], path: Path) -> bool:
    """Return whether entries of dictionaries may be repeated until a Parquet file becomes too large.

    The first row of a group comes with the dictionary of its column; no value that refers to it is longer than its
    longest entry. If all rows were read this way, it would take twice the time and several times the memory.

    Args:
        file: Opened so that `columns` are read as they are stored.
        columns: Columns of strings.
        path: The file.
    """
    limit, most = most_unpacked(path.stat().st_size), 0
    for group in range(file.num_row_groups):
        first = next(file.iter_batches(batch_size=1, row_groups=[group], columns=list(columns)), None)
        for column in () if first is None else first.columns:
            if pa.types.is_dictionary(column.type) and len(column.dictionary):
                longest = pc.max(pc.binary_length(_bytes_of(column.dictionary))).as_py() or 0
                most += longest * file.metadata.row_group(group).num_rows
    return most > limit


class Decoded:
    """The rows of a file, with a count of how large they become."""

    def __init__(self, path: Path, field: str) -> None:
        self._path, self._field = path, field
        self._size = 0

    def parts(self, batch: pa.RecordBatch, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a batch with the types of `schema`, fewer at a time if they are large.

        Raises:
            DataError: The file has become too large.
        """
        sizes = [_size(column) for column in batch.columns]
        self._size += sum(sizes)
        check_unpacked(self._size, self._path, self._field)
        pieces = max(1, min(batch.num_rows, -(-sum(sizes) // _PIECE)))
        rows = max(1, -(-batch.num_rows // pieces))
        for start in range(0, batch.num_rows, rows):
            part = batch.slice(start, rows)
            columns = [
                _cast(column, schema.field(name).type) for name, column in zip(part.schema.names, part, strict=True)
            ]
            fields = [schema.field(name) for name in part.schema.names]
            yield pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields))


def check_sound(batch: pa.RecordBatch) -> None:
    """Check that everything that a batch refers to lies within it; the function does not check strings for UTF-8.

    Raises:
        pyarrow.ArrowInvalid: Something does not.
    """
    for column in batch.columns:
        _check_array(column)


def _check_array(array: pa.Array) -> None:
    if pa.types.is_dictionary(array.type):
        _check_array(array.indices)
        _check_array(array.dictionary)
        pa.DictionaryArray.from_arrays(array.indices, array.dictionary)  # checks the indices
    elif (plain := _BYTES.get(array.type)) is not None:
        array.view(plain).validate(full=True)
    else:
        array.validate(full=True)


_BYTES = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary(), pa.string_view(): pa.binary_view()}


def _size(array: pa.Array) -> int:
    """Return how many bytes the plain values of a column take."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        if not _is_text(kind.value_type):
            return int(array.indices.nbytes + len(array) * 8)
        lengths = pc.binary_length(_bytes_of(array.dictionary)).take(array.indices)
        return _OFFSET * len(array) + int(pc.sum(lengths).as_py() or 0)
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        return _OFFSET * len(array) + int(pc.sum(_lengths_of_views(array)).as_py() or 0)
    return max(int(array.nbytes), _OFFSET * len(array) if pa.types.is_null(kind) or _encodes_runs(kind) else 0)


def _lengths_of_views(array: pa.Array) -> pa.Array:
    """Return the lengths of strings that are stored as views: 16 bytes each, of which four are the length."""
    if not len(array):
        return pa.array([], pa.int64())
    views = np.frombuffer(array.buffers()[1], dtype=np.int32).reshape(-1, 4)
    lengths = views[array.offset : array.offset + len(array), 0].astype(np.int64)
    return pa.array(lengths, mask=array.is_null().to_numpy(zero_copy_only=False))


def _bytes_of(array: pa.Array) -> pa.Array:
    plain = _BYTES.get(array.type)
    return array if plain is None else array.view(plain)


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return array.cast(kind)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """Return the types that the rows of a file are given: views, which few functions take, become plain strings."""
    kinds = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    return pa.schema([each.with_type(kinds.get(each.type, each.type)) for each in schema], schema.metadata)


def _is_text(kind: pa.DataType) -> bool:
    return any(
        matches(kind)
        for matches in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_binary_view,
        )
    )


def _encodes_runs(kind: pa.DataType) -> bool:
    return bool(pa.types.is_run_end_encoded(kind))
