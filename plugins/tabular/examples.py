"""The rows behind predictions: kept in one file for each split, and shown."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from plugins.storage import write_file
from plugins.tabular.frame import FeatureFrame, TableSplit

__all__ = ["is_like_examples", "row_of", "stored_name", "with_inputs", "write_examples"]


def write_examples(path: Path, split: TableSplit, truth: str, classes: Sequence[str] = ()) -> None:
    """Write one row an example: ``row`` and the truth, then the features.

    A feature with one of these two names gets the suffix `` (feature)``.

    Args:
        path: The file; it is written completely or not at all.
        split: The examples.
        truth: Name of the column of the truth: class ids or numbers.
        classes: Names of the classes in the order of their ids; the file holds them as `datasets` stores them.
    """
    columns: dict[str, Any] = {"row": np.arange(split.truths.size, dtype=np.int64), truth: split.truths}
    for name in split.frame.columns:
        columns[stored_name(name, truth)] = _stored(split.frame, name)
    table = pa.table(columns)
    if classes:
        features = {truth: {"names": list(classes), "_type": "ClassLabel"}}
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    write_file(path, lambda temporary: parquet.write_table(table, temporary))


def stored_name(feature: str, truth: str) -> str:
    """Return the name of a feature's column in a file of examples."""
    return f"{feature} (feature)" if feature in {"row", truth} else feature


def is_like_examples(columns: Sequence[str], truth: str, features: Collection[str]) -> bool:
    """Return whether a file has the columns of one that `write_examples` makes.

    Args:
        columns: Of the file.
        truth: Name of the column of the truth in such a file: ``label`` or ``target``.
        features: Of the model.
    """
    return [*columns] == ["row", truth, *(stored_name(name, truth) for name in features)]


def row_of(frame: FeatureFrame, row: int) -> dict[str, Any]:
    """Return one row as JSON."""
    return {name: frame.cell(name, row) for name in frame.columns}


def with_inputs(found: Iterable[Mapping[str, Any]], split: TableSplit) -> list[Mapping[str, Any]]:
    """Return examples of a split, each found by its ``row``, with their features as ``input``."""
    return [{"row": one["row"], "input": row_of(split.frame, one["row"]), **one} for one in found]


def _stored(frame: FeatureFrame, name: str) -> pa.Array:
    cells = frame.columns[name]
    if name in frame.levels:
        levels = pa.array([*frame.levels[name], None], pa.large_string())
        return levels.take(pa.array(np.where(cells < 0, len(frame.levels[name]), cells)))
    stored = pa.array(cells, from_pandas=True)
    return stored.cast(pa.bool_()) if name in frame.flags else stored
