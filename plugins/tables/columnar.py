"""Parquet, Arrow and Feather files, and folders saved by the `datasets` library, with the class names they carry."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import ipc, parquet

from catalog.errors import DataError
from catalog.files import open_regular, read_limited
from plugins.tables.arrow_messages import Messages, read_messages
from plugins.tables.compression import COMPRESSIONS, open_seekable, too_large
from plugins.tables.decoding import (
    Decoded,
    check_footer,
    check_sound,
    check_unpacked,
    may_repeat,
    plain_schema,
    text_columns,
)
from plugins.tables.limits import in_units, longest_row, most_columns
from plugins.tables.table import Batches, OpenTable, rows_at, sampled_rows
from plugins.tables.wording import listed

__all__ = ["open_arrow", "open_parquet", "open_saved", "saved_splits"]

_READ_ROWS = 1 << 16
_FILE, _FEATHER_1 = b"ARROW1", b"FEA1"
"""The first bytes of Arrow files, and of the first version of Feather; Arrow streams have no such mark."""


def open_parquet(path: Path, field: str) -> OpenTable:
    """Open a Parquet file.

    Raises:
        DataError: Not a Parquet file, a damaged one, or one that becomes far larger than its size.
    """
    with _parquet(path, field) as file:
        schema = plain_schema(file.schema_arrow)
        rows = file.metadata.num_rows
        _check_columns(schema, path, field)
        check_footer(file.metadata, path, field)

    def batches(size: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        decoded = Decoded(path, field)
        with _parquet(path, field, repeating(text_columns(schema, columns))) as opened:
            for part in opened.iter_batches(batch_size=min(size, _READ_ROWS), columns=columns):
                yield from decoded.parts(part if columns is None else part.select(list(columns)), schema)

    def repeating(names: Sequence[str]) -> Sequence[str]:
        """Return the columns that have to be read as they are stored: they may become too large."""
        if not names:
            return ()
        with _parquet(path, field, names) as opened:
            return names if may_repeat(opened, names, path) else ()

    return _open(schema, rows, path, field, batches)


def open_arrow(path: Path, field: str) -> OpenTable:
    """Open an Arrow or Feather (version 2) file, or an Arrow stream.

    Raises:
        DataError: Neither, or damaged.
    """
    return _open_parts([path], field, {})


def saved_splits(folder: Path, field: str) -> Mapping[str, Path] | None:
    """Return the folder of each split of a folder saved by `datasets`; None if it is no such folder.

    A folder that holds one split is that of ``train``.

    Raises:
        DataError: Its list of splits is damaged.
    """
    if (folder / "state.json").is_file():
        return {"train": folder}
    listing = folder / "dataset_dict.json"
    if not listing.is_file():
        return None
    names = _json(listing, field).get("splits")
    if not isinstance(names, list) or not all(
        isinstance(name, str) and Path(name).name == name != ".." and (folder / name).is_dir() for name in names
    ):
        raise DataError(f"{listing} is damaged: it does not list the folders next to it.", field=field)
    return {name: folder / name for name in names}


def open_saved(folder: Path, field: str) -> OpenTable:
    """Open a split saved by `datasets`.

    Raises:
        DataError: It is damaged, or refers to rows by a list of indices.
    """
    state = _json(folder / "state.json", field)
    files = state.get("_data_files")
    found = [each.get("filename") if isinstance(each, dict) else None for each in files or ()]
    names = [name for name in found if isinstance(name, str) and Path(name).name == name]
    if not names or len(names) < len(found):
        raise DataError(f"{folder / 'state.json'} is damaged: it names no data files.", field=field)
    if state.get("_indices_data_files"):
        raise DataError(
            f"{folder} was saved with a list of indices. Call flatten_indices() before save_to_disk().", field=field
        )
    info = _json(folder / "dataset_info.json", field) if (folder / "dataset_info.json").is_file() else {}
    return _open_parts([folder / name for name in names], field, info.get("features") or {})


def _open_parts(paths: Sequence[Path], field: str, features: Any) -> OpenTable:
    schema, total = None, 0
    for path in paths:
        with _arrow(path, field) as (reader, found):
            schema = plain_schema(reader.schema) if schema is None else schema
            total += found.rows
    _check_columns(schema, paths[0], field)

    def batches(size: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        for path in paths:
            decoded = Decoded(path, field)
            with _arrow(path, field, columns) as (opened, _):
                for part in opened:
                    check_sound(part)
                    rows = part if columns is None else part.select(list(columns))
                    for start in range(0, part.num_rows, min(size, _READ_ROWS)):
                        yield from decoded.parts(rows.slice(start, min(size, _READ_ROWS)), schema)

    return _open(schema, total, paths[0], field, batches, _named_classes(features))


def _check_columns(schema: pa.Schema, path: Path, field: str) -> None:
    if len(set(schema.names)) < len(schema.names):
        raise DataError(f"{path}: several columns have one name: {listed(schema.names)}.", field=field)
    if len(schema) > (limit := most_columns()):
        raise too_large(path, field, f"it has {len(schema):,} columns, more than {limit:,}", len(schema), limit)


def _open(
    schema: pa.Schema,
    rows: int,
    path: Path,
    field: str,
    batches: Batches,
    class_names: Mapping[str, tuple[str, ...]] | None = None,
) -> OpenTable:
    def chosen(columns: Sequence[str]) -> pa.Schema:
        return pa.schema([schema.field(name) for name in columns])

    def counted(size: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        found = 0
        for batch in batches(size, columns):
            found += batch.num_rows
            yield batch
        if found != rows:
            raise DataError(f"{path} is damaged: it holds {found:,} rows and says {rows:,}.", field=field)

    def read(columns: Sequence[str] | None = None) -> pa.Table:
        return pa.Table.from_batches(counted(_READ_ROWS, columns), schema if columns is None else chosen(columns))

    def sample(columns: Sequence[str]) -> pa.Table:
        return rows_at(batches(_READ_ROWS, columns), sampled_rows(rows, len(columns)), chosen(columns))

    return OpenTable(
        columns=tuple(schema.names),
        typed=True,
        lines=None,
        notes=(),
        batches=counted,
        read=read,
        sample=sample,
        class_names=class_names or _published(schema),
    )


@contextmanager
def _parquet(path: Path, field: str, dictionaries: Sequence[str] = ()) -> Iterator[parquet.ParquetFile]:
    """Open a file; columns in `dictionaries` are read as they are stored."""
    options = {"read_dictionary": list(dictionaries)}
    try:
        packed = path.suffix.lower() in COMPRESSIONS
        opened = open_seekable(path, field) if packed else open_regular(path)
        with opened as content, parquet.ParquetFile(content, **options) as file:
            yield file
    except (pa.ArrowException, OSError, ValueError) as error:  # ValueError: names that are not UTF-8
        raise DataError(f"{path} cannot be read as Parquet: {error}", field=field) from error


@contextmanager
def _arrow(path: Path, field: str, columns: Sequence[str] | None = None) -> Iterator[tuple[Any, Messages]]:
    """Open the stream that an Arrow file is or holds; also return what its messages say."""
    try:
        with open_seekable(path, field) as content:
            first = content.read(len(_FILE))
            if first.startswith(_FEATHER_1):
                raise DataError(f"{path} is Feather of version 1. Save it as version 2, or as Parquet.", field=field)
            start = 8 if first == _FILE else 0
            found = read_messages(content, start)
            check_unpacked(found.unpacked, path, field)
            with pa.PythonFile(content, mode="r") as file:
                if start:
                    _check_file(file, found)
                file.seek(start)
                with ipc.open_stream(file, options=_options(file, start, columns)) as opened:
                    yield opened, found
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as an Arrow or Feather file: {error}", field=field) from error


def _check_file(file: pa.PythonFile, found: Messages) -> None:
    """Check that the footer of a file lists the batches before it."""
    file.seek(0)
    if not found.ended or ipc.open_file(file).num_record_batches != found.batches:
        raise pa.ArrowInvalid("its footer does not fit its content")


def _options(file: pa.PythonFile, start: int, columns: Sequence[str] | None) -> ipc.IpcReadOptions:
    """Return options by which only some columns are unpacked."""
    if columns is None:
        return ipc.IpcReadOptions()
    names = ipc.open_stream(file).schema.names
    file.seek(start)
    return ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns])


def _json(path: Path, field: str) -> dict[str, Any]:
    try:
        if (size := path.stat().st_size) > (limit := longest_row()):
            raise too_large(path, field, f"it is longer than {in_units(limit)}", size, limit)
        found = json.loads(read_limited(path, limit))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read: {error}", field=field) from error
    if not isinstance(found, dict):
        raise DataError(f"{path} is damaged: it holds no JSON object.", field=field)
    return found


def _published(schema: pa.Schema) -> Mapping[str, tuple[str, ...]]:
    """Return the names of classes by column, as `datasets` stores its ClassLabel features; empty if there are none.

    They are in the schema metadata, key ``huggingface``, a JSON object, ``info.features.<column>.names``; of a column
    of lists ``info.features.<column>.feature.names``.
    """
    try:
        stored = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        return _named_classes(stored["info"]["features"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}  # other metadata under that key says nothing about classes


def _named_classes(features: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(features, dict):
        return {}
    inner = {
        column: feature.get("feature", feature) if isinstance(feature, dict) else None
        for column, feature in features.items()
    }
    return {
        column: tuple(str(name) for name in feature["names"])
        for column, feature in inner.items()
        if isinstance(feature, dict)
        and feature.get("_type") == "ClassLabel"
        and isinstance(feature.get("names"), list)
        and feature["names"]
    }
