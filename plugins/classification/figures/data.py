"""How many rows each class of a data set has."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from catalog.figures import Column, Empty, Figure, Table
from catalog.statement import Statement
from plugins.classification.records import class_data

__all__ = ["MOST", "class_rows", "count_table"]

_TITLE = Statement("Rows of each class")
MOST: Final = 50
"""Labels that are listed."""
_SPLITS = {"train": Statement("Train"), "validation": Statement("Validation"), "test": Statement("Test")}


def class_rows(data: Mapping[str, Any]) -> Figure:
    """List the rows of each class in each split.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    known = class_data(data)
    if not known.labels or not known.label_rows:
        return Empty("classes-of-data", _TITLE, Statement("The classes are known once the data are read."))
    cut = Statement(
        "Of {classes:count} classes the first {shown:count}.", {"classes": len(known.labels), "shown": MOST}
    )
    return count_table("classes-of-data", _TITLE, Statement("Class"), known.labels, known.label_rows, cut)


def count_table(
    key: str,
    title: Statement,
    name: Statement,
    labels: Sequence[str],
    counts: Mapping[str, Sequence[int]],
    cut: Statement,
) -> Table:
    """List how many there are of each label in each split; of many the first `MOST`.

    Args:
        key: Of the figure.
        title: Of the figure.
        name: Heading of the labels.
        labels: In the order of their ids.
        counts: Of each label in each split.
        cut: The message if some are left out.
    """
    splits = [split for split in _SPLITS if split in counts]
    columns = [Column(name)]
    for split in splits:
        columns += [Column(_SPLITS[split], "count"), Column(Statement("Share"), "percent")]
    rows = tuple[tuple[str | float, ...], ...](
        (label, *chain.from_iterable(_counted(counts[split], at) for split in splits))
        for at, label in enumerate(labels[:MOST])
    )
    return Table(key, title, tuple(columns), rows, caption=(cut,) if len(rows) < len(labels) else ())


def _counted(counts: Sequence[int], at: int) -> tuple[int, float]:
    """Return how many there are of a label, and their share."""
    count = counts[at] if at < len(counts) else 0
    return count, count / (sum(counts) or 1)
