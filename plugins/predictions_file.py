"""The Parquet file that holds a model's predictions on a split, one row an example."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.errors import DataError, clause
from catalog.files import open_regular
from plugins.storage import write_file

if TYPE_CHECKING:
    from pyarrow import parquet

__all__ = ["open_predictions", "write_predictions"]


def write_predictions(
    path: Path,
    rows: int,
    places: np.ndarray | None,
    columns: Mapping[str, Any],
    metadata: Mapping[bytes, bytes] | None = None,
) -> None:
    """Write columns after ``row``; the file is written completely or not at all.

    Args:
        path: The file.
        rows: How many examples there are.
        places: What ``row`` says of each, int64, shape (rows,); 0, 1, 2 ... if None.
        columns: Arrays by their names, each of as many rows.
        metadata: Of the schema.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({"row": np.arange(rows, dtype=np.int64) if places is None else places, **columns})
    table = table.replace_schema_metadata(metadata)
    write_file(path, lambda temporary: parquet.write_table(table, temporary))


@contextmanager
def open_predictions(path: Path, content: str = "predictions") -> Iterator["parquet.ParquetFile"]:
    """Open what `write_predictions` wrote; errors that the caller raises while reading count as errors of the file.

    Args:
        path: The file.
        content: What it should hold, in words.

    Raises:
        DataError: The file is missing, damaged, or not of this kind.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with open_regular(path) as opened, parquet.ParquetFile(opened) as file:
            yield file
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{path} does not hold {content}: {clause(error)}. Evaluate the model again.") from error
