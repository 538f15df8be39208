"""The sentences behind predictions: kept in one file for each split, and those on which two models disagree."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from catalog.errors import DataError
from plugins.nlp.texts import well_formed
from plugins.nlp.token_classification.evaluation import predictions
from plugins.nlp.token_classification.evaluation.predictions import TagPredictions
from plugins.nlp.token_classification.schemes import TagSet
from plugins.nlp.token_classification.sentences import Sentences, entity_texts
from plugins.storage import write_file

__all__ = ["changed_answers", "write"]

_LONGEST = 600
"""Characters of an example that are shown."""


def write(path: Path, split: Sentences, known: TagSet) -> None:
    """Write one row a sentence.

    ``row`` (int64), ``text``, ``truth`` (its entities as text), ``tokens`` and ``tags`` (lists of texts).

    The file can be read as a data set. Halves of surrogate pairs are replaced by U+FFFD.

    Args:
        path: The file; it is written completely or not at all.
        split: The sentences.
        known: Their tags.
    """
    names = np.array(known.names, dtype=object)[split.tags]
    offsets = split.offsets
    table = pa.table(
        {
            "row": np.arange(len(split), dtype=np.int64),
            "text": pa.array(split.texts, pa.large_string()),
            "truth": pa.array(entity_texts(split.words, split.tags, known), pa.large_string()),
            "tokens": pa.array([[well_formed(word) for word in words] for words in split.words], pa.list_(pa.string())),
            "tags": pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(names.tolist(), pa.string())),
        }
    )
    write_file(path, lambda temporary: parquet.write_table(table, temporary))


def changed_answers(
    split: Sentences, known: TagSet, first: Path, second: Path, limit: int
) -> Sequence[Mapping[str, Any]]:
    """Return sentences in which two models find other entities, those with the most differences first.

    Args:
        split: The sentences that both were evaluated on.
        known: Their tags.
        first: Predictions of one model.
        second: Predictions of the other.
        limit: Return at most so many.

    Raises:
        DataError: A file holds no predictions, or those of other sentences.
    """
    said = [_read(path, split, known) for path in (first, second)]
    offsets = split.offsets
    differs = said[0].predicted != said[1].predicted
    counts = np.add.reduceat(differs.astype(np.int64), offsets[:-1])
    rows = np.argsort(-counts, kind="stable")[: max(limit, 0)]
    shown = rows[counts[rows] > 0].tolist()
    texts = [entity_texts(split.words, tags, known) for tags in (split.tags, *(one.predicted for one in said))]
    return [
        {
            "row": row,
            "text": well_formed(" ".join(split.words[row]))[:_LONGEST],
            "truth": texts[0][row],
            "first": texts[1][row],
            "second": texts[2][row],
            "words": int(counts[row]),
        }
        for row in shown
    ]


def _read(path: Path, split: Sentences, known: TagSet) -> TagPredictions:
    found = predictions.read(path)
    if found.known != known or not np.array_equal(found.tags, split.tags):
        raise DataError(
            f"{path} holds predictions of {found.offsets.size - 1:,} sentences, not of these {len(split):,}. Evaluate "
            "the model again."
        )
    return found
