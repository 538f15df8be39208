"""Per-example predictions of one model on one split, and the Parquet file that holds them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.errors import DataError
from plugins.predictions_file import open_predictions, write_predictions

__all__ = ["NumberPredictions", "read", "write"]


@dataclass(frozen=True, slots=True, eq=False)
class NumberPredictions:
    """The predictions of a model for every example of a split, in the order of the split.

    Attributes:
        truths: float64, shape (rows,).
        predicted: float64, shape (rows,).
    """

    truths: np.ndarray
    predicted: np.ndarray


def write(path: Path, truths: np.ndarray, predicted: np.ndarray, places: np.ndarray | None = None) -> None:
    """Write one row an example: ``row`` (int64), ``truth`` and ``predicted`` (float64).

    Args:
        path: The file; it is written completely or not at all.
        truths: Shape (rows,).
        predicted: Shape (rows,).
        places: What ``row`` says of each, int64, shape (rows,); 0, 1, 2 ... if None.
    """
    columns = {
        "truth": truths.astype(np.float64, copy=False),
        "predicted": predicted.astype(np.float64, copy=False),
    }
    write_predictions(path, truths.size, places, columns)


def read(path: Path) -> NumberPredictions:
    """Read what `write` wrote.

    Raises:
        DataError: The file is missing, damaged, or not of this kind.
    """
    with open_predictions(path) as file:
        table = file.read(columns=["truth", "predicted"])
        truths, predicted = (table[name].to_numpy() for name in ("truth", "predicted"))
    numbers = truths.dtype == predicted.dtype == np.float64
    if not numbers or not truths.size or not np.isfinite(truths).all() or not np.isfinite(predicted).all():
        raise DataError(f"{path} does not hold predictions: its columns are no finite numbers. Evaluate again.")
    return NumberPredictions(truths, predicted)
