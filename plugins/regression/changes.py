"""Examples that two models answer differently."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from catalog.errors import DataError
from plugins.regression.evaluation import predictions

__all__ = ["furthest_apart"]


def furthest_apart(truths: np.ndarray, first: Path, second: Path, limit: int) -> Sequence[dict[str, Any]]:
    """Return examples whose predictions by two models are furthest apart: ``row``, ``truth``, ``first``, ``second``.

    Args:
        truths: Of the examples that both were evaluated on.
        first: Predictions of one model.
        second: Predictions of the other.
        limit: Return at most so many.

    Raises:
        DataError: A file holds no predictions, or those of other examples.
    """
    said = [predictions.read(path) for path in (first, second)]
    for path, one in zip((first, second), said, strict=True):
        if not np.array_equal(one.truths, truths):
            raise DataError(
                f"{path} holds predictions of other rows than these {truths.size:,}. Evaluate the model again."
            )
    apart = np.abs(said[0].predicted - said[1].predicted)
    rows = [row for row in np.argsort(-apart, kind="stable")[: max(limit, 0)].tolist() if apart[row] > 0]
    numbers = (truths, said[0].predicted, said[1].predicted)
    return [
        {"row": row, **{name: float(one[row]) for name, one in zip(("truth", "first", "second"), numbers, strict=True)}}
        for row in rows
    ]
