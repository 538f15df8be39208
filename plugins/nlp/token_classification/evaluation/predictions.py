"""The tags that a model gave to the sentences of a split, and the Parquet file that holds them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catalog.errors import DataError
from plugins.nlp.token_classification.evaluation.counts import count
from plugins.nlp.token_classification.schemes import SCHEMES, TagSet
from plugins.nlp.token_classification.sentences import entity_texts
from plugins.predictions_file import open_predictions, write_predictions

__all__ = ["TagPredictions", "read", "write"]

_TAGS = b"modelcat_tags"
"""Key of the names of the tags and their scheme in the metadata of the file."""


@dataclass(frozen=True, slots=True, eq=False)
class TagPredictions:
    """The predictions of a model for the words of a split, in their order.

    Attributes:
        known: The tags.
        offsets: Where sentences begin, and the end of the last one; int64, shape (sentences + 1,).
        tags: True ids, int64, shape (words,).
        predicted: Predicted ids, int64, shape (words,).
        confidence: Probability of the predicted tag, float32, shape (words,); None if the model gives none.
        likelihood: Probability of the true tag, likewise.
    """

    known: TagSet
    offsets: np.ndarray
    tags: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray | None = None
    likelihood: np.ndarray | None = None


def write(
    path: Path, said: TagPredictions, places: np.ndarray | None = None, words: Sequence[Sequence[str]] = ()
) -> None:
    """Write one row a sentence.

    ``row`` (int64); ``tags`` and ``predicted`` (lists of int32, ids whose names are in the metadata of the schema);
    ``confidence`` and ``likelihood`` (lists of float32) if there are any; how many ``entities`` there are, how many of
    them were ``missed``, and how many predicted ones are ``spurious`` (int32); and the predicted entities as text,
    ``answer``, if words are given.

    Args:
        path: The file; it is written completely or not at all.
        said: What to write.
        places: What ``row`` says of each, int64, shape (sentences,); 0, 1, 2 ... if None.
        words: Of each sentence.
    """
    import pyarrow as pa

    offsets = pa.array(said.offsets.astype(np.int32))
    columns: dict[str, Any] = {}
    for name, values in (("tags", said.tags), ("predicted", said.predicted)):
        columns[name] = pa.ListArray.from_arrays(offsets, pa.array(values.astype(np.int32)))
    for name, shares in (("confidence", said.confidence), ("likelihood", said.likelihood)):
        if shares is not None:
            columns[name] = pa.ListArray.from_arrays(offsets, pa.array(shares.astype(np.float32)))
    counts = count(said)
    columns["entities"] = counts.true.sum(axis=1).astype(np.int32)
    columns["missed"] = (counts.true - counts.matched).sum(axis=1).astype(np.int32)
    columns["spurious"] = (counts.predicted - counts.matched).sum(axis=1).astype(np.int32)
    if words:
        columns["answer"] = pa.array(entity_texts(words, said.predicted, said.known), pa.large_string())
    held = json.dumps({"scheme": said.known.scheme, "names": said.known.names})
    write_predictions(path, said.offsets.size - 1, places, columns, {_TAGS: held.encode()})


def read(path: Path) -> TagPredictions:
    """Read what `write` wrote.

    Raises:
        DataError: The file is missing, damaged, or not of this kind.
    """
    with open_predictions(path, "predicted tags") as file:
        held = json.loads((file.schema_arrow.metadata or {})[_TAGS])
        there = [name for name in ("confidence", "likelihood") if name in file.schema_arrow.names]
        table = file.read(columns=["tags", "predicted", *there])
        known = TagSet(str(held["scheme"]), tuple(map(str, held["names"])))
        lists = {name: table[name].combine_chunks() for name in table.column_names}
        lengths = {name: np.diff(each.offsets.to_numpy()) for name, each in lists.items()}
        flat = {name: each.flatten().to_numpy() for name, each in lists.items()}
        offsets = np.concatenate([[0], np.cumsum(lengths["tags"])]).astype(np.int64)
    ids = [flat["tags"], flat["predicted"]]
    if (
        not ids[0].size
        or any(not np.array_equal(each, lengths["tags"]) for each in lengths.values())
        or any(each.min() < 0 or each.max() >= len(known.names) for each in ids)
        or known.scheme not in {*SCHEMES, "plain"}
    ):
        raise DataError(f"{path} does not hold predicted tags: its columns do not fit. Evaluate the model again.")
    tags, predicted = (each.astype(np.int64) for each in ids)
    return TagPredictions(known, offsets, tags, predicted, flat.get("confidence"), flat.get("likelihood"))
