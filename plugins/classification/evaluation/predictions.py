"""Per-example predictions of one model on one split, and the Parquet file that holds them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from catalog.errors import DataError
from plugins.predictions_file import open_predictions, write_predictions

__all__ = ["ClassPredictions", "read", "write"]

_POSITIVE = b"modelcat_positive"
"""Key of the positive class's id in the metadata of the file; files of modelcat 0.1 have none and mean class 1."""


@dataclass(frozen=True, eq=False)
class ClassPredictions:
    """The predictions of a model for every example of a split, in the order of the split.

    Attributes:
        labels: True class ids, int64, shape (rows,).
        probabilities: float32 as a file holds them, shape (rows, classes).
        positive: Of two classes the id of the one that metrics of a single class are of.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    positive: int = 1

    @cached_property
    def predicted(self) -> np.ndarray:
        """The most probable class of each row, the first of equal ones; ids, shape (rows,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """Return ``matrix[i][j]``: rows of class i that were predicted as class j."""
        classes = self.probabilities.shape[1]
        cells = np.bincount(self.labels * classes + self.predicted, minlength=classes * classes)
        return tuple(tuple(row) for row in cells.reshape(classes, classes).tolist())


def write(
    path: Path,
    labels: np.ndarray,
    probabilities: np.ndarray,
    places: np.ndarray | None = None,
    positive: int = 1,
) -> None:
    """Write one row an example: ``row``, ``label``, ``predicted`` (int64) and ``probabilities`` (a list of float32).

    The positive class is in the metadata of the schema, so that a comparison of files knows which F1 to compare.

    Args:
        path: The file; it is written completely or not at all.
        labels: True class ids, shape (rows,).
        probabilities: Shape (rows, classes).
        places: What ``row`` says of each, int64, shape (rows,); 0, 1, 2 ... where None.
        positive: Id of the positive class.
    """
    import pyarrow as pa

    rows, classes = probabilities.shape
    flat = pa.array(np.ascontiguousarray(probabilities, dtype=np.float32).reshape(-1))
    columns = {
        "label": labels.astype(np.int64, copy=False),
        "predicted": probabilities.argmax(axis=1).astype(np.int64, copy=False),
        "probabilities": pa.FixedSizeListArray.from_arrays(flat, classes),
    }
    write_predictions(path, rows, places, columns, {_POSITIVE: str(positive).encode()})


def read(path: Path) -> ClassPredictions:
    """Read what `write` wrote.

    Raises:
        DataError: The file is missing, damaged, or not of this kind.
    """
    with open_predictions(path) as file:
        table = file.read(columns=["label", "probabilities"])
        positive = int((file.schema_arrow.metadata or {}).get(_POSITIVE, b"1"))
        labels = table["label"].to_numpy()
        lists = table["probabilities"].combine_chunks()
        probabilities = lists.flatten().to_numpy().reshape(labels.size, -1)
    fits = labels.dtype == np.int64 and labels.size and labels.min() >= 0 and labels.max() < probabilities.shape[1]
    if not fits or not 0 <= positive < probabilities.shape[1] or not np.isfinite(probabilities).all():
        raise DataError(f"{path} does not hold predictions: labels and probabilities do not fit. Evaluate again.")
    return ClassPredictions(labels, probabilities.astype(np.float32, copy=False), positive)
