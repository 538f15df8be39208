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
from plugins.tables.compression import COMPRESSIONS, open_seekable
from plugins.tables.table import OpenTable
from plugins.tables.wording import listed

__all__ = ["open_arrow", "open_parquet", "open_saved", "saved_splits"]

_READ_ROWS = 1 << 16
_MOST_JSON = 16 << 20
_FILE, _FEATHER_1 = b"ARROW1", b"FEA1"
"""With which Arrow files begin, and those of the first version of Feather; Arrow streams have no such mark."""


def open_parquet(path: Path, field: str) -> OpenTable:
    """Open a Parquet file.

    Raises:
        DataError: Not a Parquet file, or a damaged one.
    """
    with _parquet(path, field) as file:
        schema = file.schema_arrow

    def batches(rows: int) -> Iterator[pa.RecordBatch]:
        with _parquet(path, field) as opened:
            yield from opened.iter_batches(batch_size=rows)

    def read() -> pa.Table:
        with _parquet(path, field) as opened:
            return opened.read()

    return _open(schema, path, field, batches, read)


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
    if not isinstance(names, list) or not all(isinstance(name, str) and (folder / name).is_dir() for name in names):
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
    with _arrow(paths[0], field) as reader:
        schema = reader.schema

    def batches(rows: int) -> Iterator[pa.RecordBatch]:
        for path in paths:
            with _arrow(path, field) as opened:
                parts = (
                    (opened.get_batch(number) for number in range(opened.num_record_batches))
                    if isinstance(opened, ipc.RecordBatchFileReader)
                    else opened
                )
                for part in parts:
                    for start in range(0, part.num_rows, rows):
                        yield part.slice(start, rows)

    def read() -> pa.Table:
        try:
            return pa.Table.from_batches(batches(_READ_ROWS), schema)
        except pa.ArrowInvalid as error:
            raise DataError(f"{paths[0].parent}: its files have different columns: {error}", field=field) from error

    return _open(schema, paths[0], field, batches, read, _named_classes(features))


def _open(
    schema: pa.Schema,
    path: Path,
    field: str,
    batches: Any,
    read: Any,
    class_names: Mapping[str, tuple[str, ...]] | None = None,
) -> OpenTable:
    if len(set(schema.names)) < len(schema.names):
        raise DataError(f"{path}: several columns have one name: {listed(schema.names)}.", field=field)
    return OpenTable(
        columns=tuple(schema.names),
        typed=True,
        lines=None,
        notes=(),
        batches=batches,
        read=read,
        class_names=class_names or _published(schema),
    )


@contextmanager
def _parquet(path: Path, field: str) -> Iterator[parquet.ParquetFile]:
    try:
        packed = path.suffix.lower() in COMPRESSIONS
        opened = open_seekable(path, field) if packed else open_regular(path)
        with opened as content, parquet.ParquetFile(content) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}", field=field) from error


@contextmanager
def _arrow(path: Path, field: str) -> Iterator[Any]:
    try:
        with open_seekable(path, field) as content, pa.PythonFile(content, mode="r") as file:
            first = file.read(len(_FILE))
            file.seek(0)
            if first.startswith(_FEATHER_1):
                raise DataError(f"{path} is Feather of version 1. Save it as version 2, or as Parquet.", field=field)
            with ipc.open_file(file) if first == _FILE else ipc.open_stream(file) as opened:
                yield opened
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as an Arrow or Feather file: {error}", field=field) from error


def _json(path: Path, field: str) -> dict[str, Any]:
    try:
        found = json.loads(read_limited(path, _MOST_JSON))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read: {error}", field=field) from error
    if not isinstance(found, dict):
        raise DataError(f"{path} is damaged: it holds no JSON object.", field=field)
    return found


def _published(schema: pa.Schema) -> Mapping[str, tuple[str, ...]]:
    """Return the names of classes by column, as `datasets` stores its ClassLabel features; empty if there are none.

    The place: schema metadata, key ``huggingface``, a JSON object, ``info.features.<column>.names``.
    """
    try:
        stored = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        return _named_classes(stored["info"]["features"])
    except (ValueError, KeyError, TypeError):
        return {}  # foreign metadata under that key says nothing about classes


def _named_classes(features: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(features, dict):
        return {}
    return {
        column: tuple(str(name) for name in feature["names"])
        for column, feature in features.items()
        if isinstance(feature, dict)
        and feature.get("_type") == "ClassLabel"
        and isinstance(feature.get("names"), list)
        and feature["names"]
    }
