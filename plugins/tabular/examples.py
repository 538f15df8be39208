"""The rows behind predictions: kept in a file once a split, and those that two models answer differently."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from catalog.errors import DataError
from plugins.classification.evaluation import predictions as class_files
from plugins.regression.changes import furthest_apart
from plugins.storage import write_file
from plugins.tabular.frame import Frame, Split

__all__ = ["changed_classes", "changed_numbers", "is_like_examples", "row_of", "stored_name", "write_examples"]


def write_examples(path: Path, split: Split, truth: str, classes: Sequence[str] = ()) -> None:
    """Write one row an example: ``row`` and the truth, then the features.

    A feature that has one of these two names gets `` (feature)`` behind it.

    Args:
        path: The file; it appears whole or not at all.
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
    """Return what the column of a feature is called in a file of examples."""
    return f"{feature} (feature)" if feature in {"row", truth} else feature


def is_like_examples(columns: Sequence[str], truth: str, features: Collection[str]) -> bool:
    """Return whether a file has the columns of one that `write_examples` makes.

    Args:
        columns: Of the file.
        truth: Name of the column of the truth in such a file: ``label`` or ``target``.
        features: Of the model.
    """
    return [*columns] == ["row", truth, *(stored_name(name, truth) for name in features)]


def row_of(frame: Frame, row: int) -> dict[str, Any]:
    """Return one row as JSON."""
    return {name: frame.cell(name, row) for name in frame.columns}


def changed_classes(
    split: Split, names: Sequence[str], first: Path, second: Path, limit: int
) -> list[Mapping[str, Any]]:
    """Return rows that two models give different classes, those first where both are surest of it.

    Args:
        split: The examples that both were evaluated on.
        names: Class names in the order of their ids.
        first: Predictions of one model.
        second: Predictions of the other.
        limit: Return at most so many.

    Raises:
        DataError: A file holds no predictions, or those of other examples.
    """
    said = [class_files.read(path) for path in (first, second)]
    for path, one in zip((first, second), said, strict=True):
        if one.probabilities.shape[1] != len(names) or not np.array_equal(one.labels, split.truths):
            raise _others(path, split)
    sure = [one.probabilities.max(axis=1).astype(np.float64) for one in said]
    differ = np.flatnonzero(said[0].predicted != said[1].predicted)
    rows = differ[np.argsort(-(sure[0] + sure[1])[differ], kind="stable")][: max(limit, 0)].tolist()
    return [
        {
            "row": row,
            "input": row_of(split.frame, row),
            "truth": names[split.truths[row]],
            "first": names[said[0].predicted[row]],
            "second": names[said[1].predicted[row]],
            "first_confidence": float(sure[0][row]),
            "second_confidence": float(sure[1][row]),
        }
        for row in rows
    ]


def changed_numbers(split: Split, first: Path, second: Path, limit: int) -> list[Mapping[str, Any]]:
    """Return rows whose predictions by two models are furthest apart; see `changed_classes`."""
    found = furthest_apart(split.truths, first, second, limit)
    return [{"row": one["row"], "input": row_of(split.frame, one["row"]), **one} for one in found]


def _stored(frame: Frame, name: str) -> pa.Array:
    cells = frame.columns[name]
    if name in frame.levels:
        levels = pa.array([*frame.levels[name], None], pa.large_string())
        return levels.take(pa.array(np.where(cells < 0, len(frame.levels[name]), cells)))
    stored = pa.array(cells, from_pandas=True)
    return stored.cast(pa.bool_()) if name in frame.flags else stored


def _others(path: Path, split: Split) -> DataError:
    return DataError(
        f"{path} holds predictions of other rows than these {split.truths.size:,}. Evaluate the model again."
    )
