"""Examples that two models answer differently."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from catalog.errors import DataError
from plugins.classification.evaluation import predictions

__all__ = ["labelled_differently"]


def labelled_differently(
    labels: np.ndarray, names: Sequence[str], first: Path, second: Path, limit: int
) -> list[dict[str, Any]]:
    """Return examples that two models assign to different classes, first those of which both are surest.

    Each has ``row``, ``truth``, ``first``, ``second``, ``first_confidence`` and ``second_confidence``.

    Args:
        labels: Class ids of the examples that both were evaluated on.
        names: Class names in the order of their ids.
        first: Predictions of one model.
        second: Predictions of the other.
        limit: Return at most so many.

    Raises:
        DataError: A file holds no predictions, or those of other examples.
    """
    said = [predictions.read(path) for path in (first, second)]
    for path, one in zip((first, second), said, strict=True):
        if one.probabilities.shape[1] != len(names) or not np.array_equal(one.labels, labels):
            raise DataError(
                f"{path} holds predictions of {one.labels.size:,} rows and {one.probabilities.shape[1]:,} classes, "
                f"not of these {labels.size:,} examples of {len(names):,} classes. Evaluate the model again."
            )
    sure = [one.probabilities.max(axis=1).astype(np.float64) for one in said]
    differ = np.flatnonzero(said[0].predicted != said[1].predicted)
    rows = differ[np.argsort(-(sure[0] + sure[1])[differ], kind="stable")][: max(limit, 0)].tolist()
    return [
        {
            "row": row,
            "truth": names[labels[row]],
            "first": names[said[0].predicted[row]],
            "second": names[said[1].predicted[row]],
            "first_confidence": float(sure[0][row]),
            "second_confidence": float(sure[1][row]),
        }
        for row in rows
    ]
