"""How many rows each class of a data set has."""

from collections.abc import Mapping
from typing import Any

from catalog.figures import Column, Empty, Figure, Table
from catalog.statement import Statement
from plugins.classification.records import class_data

__all__ = ["class_rows"]

_TITLE = Statement("Rows of each class")
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
    columns = (Column(Statement("Class")), *(Column(_SPLITS[split], "count") for split in splits))
    rows = tuple[tuple[str | int, ...], ...](
        (label, *(known.label_rows[split][index] for split in splits)) for index, label in enumerate(known.labels)
    )
    return Table("classes-of-data", _TITLE, columns, rows)
