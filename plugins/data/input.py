"""A file of inputs to predict, read as the files of a data set are."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from catalog.contract.capabilities import InputFile
from catalog.dataset import Format
from plugins.tables.compression import too_large
from plugins.tables.files import find_path, open_file
from plugins.tables.limits import most_kept_columns
from plugins.tables.table import NESTED_ROW, OpenTable

__all__ = ["nested_columns", "open_rows"]


def open_rows(file: InputFile, named: Sequence[str] = ()) -> tuple[Path, OpenTable]:
    """Return the path of a file, and what was found when it was opened.

    Args:
        file: The file and how it is read.
        named: Columns that are known by name: a first line that holds them all is the header.

    Raises:
        DataError: It cannot be read, or has more columns than can be kept next to predictions.
    """
    path = find_path(str(file.path), "file")
    opened = open_file(path, "file", file.format or Format(), predicting=True, named=named)
    if len(opened.columns) > (limit := most_kept_columns()):
        what = f"it has {len(opened.columns):,} columns, more than the {limit:,} that can be kept next to predictions"
        raise too_large(path, "file", what, len(opened.columns), limit)
    return path, opened


def nested_columns(first: pa.RecordBatch | None) -> tuple[str, ...]:
    """Return the columns of the first rows that hold lists or objects."""
    fields = [] if first is None else list(first.schema)
    return tuple(field.name for field in fields if NESTED_ROW in (field.metadata or {}))
