"""The examples behind predictions: kept in a file once a split, and those on which two models disagree."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from catalog.errors import DataError
from plugins.classification.evaluation import predictions
from plugins.classification.evaluation.predictions import Predictions
from plugins.nlp.text_classification.records import ChangedAnswer
from plugins.nlp.texts import well_formed
from plugins.nlp.texts.split import Split
from plugins.storage import write_file

__all__ = ["LONGEST_TEXT", "changed_answers", "shortened", "write"]

LONGEST_TEXT = 600
"""Characters of an example that are shown."""


def write(path: Path, split: Split) -> None:
    """Write one row an example: ``row`` and ``label`` (int64), ``text``.

    Halves of surrogate pairs, which no file in UTF-8 can hold, are replaced by U+FFFD.

    Args:
        path: The file; it appears whole or not at all.
        split: The examples.
    """
    try:
        texts = pa.array(split.texts, pa.large_string())
    except UnicodeEncodeError:
        texts = pa.array(map(well_formed, split.texts), pa.large_string())
    rows = np.arange(len(texts), dtype=np.int64)
    table = pa.table({"row": rows, "label": split.labels.astype(np.int64, copy=False), "text": texts})
    write_file(path, lambda temporary: parquet.write_table(table, temporary))


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
            text=well_formed(shortened(split.texts[row])),
            truth=names[split.labels[row]],
            first=names[chosen[0][row]],
            second=names[chosen[1][row]],
            first_confidence=float(sure[0][row]),
            second_confidence=float(sure[1][row]),
        )
        for row in rows
    )


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return `text` in at most `longest` characters, cut between words where there are any, with an ellipsis."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    if not text[longest - 1].isspace():
        head = cut.rsplit(maxsplit=1)[0] if len(cut.split(maxsplit=1)) > 1 else cut
        cut = head if len(head) > longest // 2 else cut  # a word of hundreds of letters is cut inside
    return cut.rstrip() + "…"


def _read(path: Path, split: Split, names: Sequence[str]) -> Predictions:
    found = predictions.read(path)
    if found.probabilities.shape[1] != len(names) or not np.array_equal(found.labels, split.labels):
        raise DataError(
            f"{path} holds predictions of {found.labels.size:,} rows and {found.probabilities.shape[1]:,} classes, "
            f"not of these {len(split.labels):,} examples of {len(names):,} classes. Evaluate the model again."
        )
    return found
