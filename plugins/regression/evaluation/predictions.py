"""Per-example predictions of one model on one split, and the Parquet file that holds them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.errors import DataError, clause
from catalog.files import open_regular
from plugins.storage import write_file

__all__ = ["Predictions", "read", "write"]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What a model said about every example of a split, in the order of the split.

    Attributes:
        truths: float64, shape (rows,).
        predicted: float64, shape (rows,).
    """

    truths: np.ndarray
    predicted: np.ndarray


def write(path: Path, truths: np.ndarray, predicted: np.ndarray, places: np.ndarray | None = None) -> None:
    """Write one row an example: ``row`` (int64), ``truth`` and ``predicted`` (float64).

    Args:
        path: The file; it appears whole or not at all.
        truths: Shape (rows,).
        predicted: Shape (rows,).
        places: What ``row`` says of each, int64, shape (rows,); 0, 1, 2 ... if None.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table(
        {
            "row": np.arange(truths.size, dtype=np.int64) if places is None else places,
            "truth": truths.astype(np.float64, copy=False),
            "predicted": predicted.astype(np.float64, copy=False),
        }
    )
    write_file(path, lambda temporary: parquet.write_table(table, temporary))


def read(path: Path) -> Predictions:
    """Read what `write` wrote.

    Raises:
        DataError: The file is missing, damaged, or not of this kind.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with open_regular(path) as opened, parquet.ParquetFile(opened) as file:
            table = file.read(columns=["truth", "predicted"])
        truths, predicted = (table[name].to_numpy() for name in ("truth", "predicted"))
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise DataError(f"{path} does not hold predictions: {clause(error)}. Evaluate the model again.") from error
    numbers = truths.dtype == predicted.dtype == np.float64
    if not numbers or not truths.size or not np.isfinite(truths).all() or not np.isfinite(predicted).all():
        raise DataError(f"{path} does not hold predictions: its columns are no finite numbers. Evaluate again.")
    return Predictions(truths, predicted)
