"""Examples on which two models disagree."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.errors import DataError
from plugins.classification.evaluation import predictions
from plugins.classification.evaluation.predictions import Predictions
from plugins.nlp.text_classification.records import ChangedAnswer
from plugins.nlp.texts.examples import shown
from plugins.nlp.texts.split import Split

__all__ = ["changed_answers"]


def changed_answers(
    split: Split, names: Sequence[str], first: Path, second: Path, limit: int
) -> tuple[ChangedAnswer, ...]:
    """Return examples that two models label differently, those first where both are surest of it.

    Args:
        split: The examples that both were judged on.
        names: Class names in the order of their ids.
        first: Predictions of one model.
        second: Predictions of the other.
        limit: Return at most so many.

    Raises:
        DataError: A file holds no predictions, or those of other examples.
    """
    said = [_read(path, split, names) for path in (first, second)]
    chosen = [one.probabilities.argmax(axis=1) for one in said]
    sure = [one.probabilities.max(axis=1) for one in said]
    differ = np.flatnonzero(chosen[0] != chosen[1])
    together = sure[0][differ].astype(np.float64) + sure[1][differ]
    rows = differ[np.argsort(-together, kind="stable")][: max(limit, 0)].tolist()
    return tuple(
        ChangedAnswer(
            row=row,
            text=shown(split.texts[row]),
            truth=names[split.labels[row]],
            first=names[chosen[0][row]],
            second=names[chosen[1][row]],
            first_confidence=float(sure[0][row]),
            second_confidence=float(sure[1][row]),
        )
        for row in rows
    )


def _read(path: Path, split: Split, names: Sequence[str]) -> Predictions:
    found = predictions.read(path)
    if found.probabilities.shape[1] != len(names) or not np.array_equal(found.labels, split.labels):
        raise DataError(
            f"{path} holds predictions of {found.labels.size:,} rows and {found.probabilities.shape[1]:,} classes, "
            f"not of these {len(split.labels):,} examples of {len(names):,} classes. Evaluate the model again."
        )
    return found
