"""The examples behind predictions, kept in one file for each split."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from plugins.nlp.texts import well_formed
from plugins.nlp.texts.split import TextSplit
from plugins.storage import write_file

__all__ = ["LONGEST_TEXT", "is_like_examples", "shortened", "shown", "with_texts", "write"]

LONGEST_TEXT = 600
"""Characters of an example that are shown."""


def write(path: Path, split: TextSplit, classes: Sequence[str] = ()) -> None:
    """Write one row an example: ``row`` (int64), ``label`` (class id or number) and ``text``.

    Halves of surrogate pairs, which no file in UTF-8 can hold, are replaced by U+FFFD.

    Args:
        path: The file; it is written completely or not at all.
        split: The examples.
        classes: Names of the classes in the order of their ids; the file holds them as `datasets` stores them.
    """
    try:
        texts = pa.array(split.texts, pa.large_string())
    except UnicodeEncodeError:
        texts = pa.array(map(well_formed, split.texts), pa.large_string())
    rows = np.arange(len(texts), dtype=np.int64)
    table = pa.table({"row": rows, "label": split.labels, "text": texts})
    if classes:
        features = {"label": {"names": list(map(well_formed, classes)), "_type": "ClassLabel"}}
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    write_file(path, lambda temporary: parquet.write_table(table, temporary))


def is_like_examples(columns: Sequence[str]) -> bool:
    """Return whether a file has the columns of one that `write` makes."""
    return [*columns] == ["row", "label", "text"]


def with_texts(found: Iterable[Mapping[str, Any]], split: TextSplit) -> list[Mapping[str, Any]]:
    """Return examples of a split, each found by its ``row``, with their ``text``."""
    return [{"row": one["row"], "text": shown(split.texts[one["row"]]), **one} for one in found]


def shown(text: str) -> str:
    """Return an example as it is shown: shortened, and well-formed."""
    return well_formed(shortened(text))


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return `text` in at most `longest` characters, cut between words if there are any, with an ellipsis."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    if not text[longest - 1].isspace():
        head = cut.rsplit(maxsplit=1)[0] if len(cut.split(maxsplit=1)) > 1 else cut
        cut = head if len(head) > longest // 2 else cut  # a word of hundreds of letters is cut inside
    return cut.rstrip() + "…"
