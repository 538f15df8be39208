"""How many rows each class of a data set has."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from catalog.figures import Column, Empty, Figure, Table
from catalog.statement import Statement
from plugins.classification.records import class_data

__all__ = ["class_rows"]

_TITLE = Statement("Rows of each class")
_MOST_CLASSES = 50
_SPLITS = {"train": Statement("Train"), "validation": Statement("Validation"), "test": Statement("Test")}


def class_rows(data: Mapping[str, Any]) -> Figure:
    """List the rows of each class in each split.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    known = class_data(data)
    if not known.labels or not known.label_rows:
        return Empty("classes-of-data", _TITLE, Statement("The classes are known once the data are read."))
    splits = [split for split in _SPLITS if split in known.label_rows]
    columns = [Column(Statement("Class"))]
    for split in splits:
        columns += [Column(_SPLITS[split], "count"), Column(Statement("Share"), "percent")]
    rows = tuple[tuple[str | float, ...], ...](
        (label, *chain.from_iterable(_counted(known.label_rows[split], index) for split in splits))
        for index, label in enumerate(known.labels[:_MOST_CLASSES])
    )
    caption: tuple[Statement, ...] = ()
    if len(rows) < len(known.labels):
        counts = {"classes": len(known.labels), "shown": len(rows)}
        caption = (Statement("Of {classes:count} classes the first {shown:count}.", counts),)
    return Table("classes-of-data", _TITLE, tuple(columns), rows, caption=caption)


def _counted(rows: Sequence[int], index: int) -> tuple[int, float]:
    """Return the rows of a class, and their share."""
    count = rows[index] if index < len(rows) else 0
    return count, count / (sum(rows) or 1)
