"""How many entities of each type a data set has."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from catalog.figures import Column, Empty, Figure, Table
from catalog.statement import Statement
from plugins.nlp.token_classification.records import tag_data

__all__ = ["entity_counts"]

_TITLE = Statement("Entities of each type")
_MOST = 50
_SPLITS = {"train": Statement("Train"), "validation": Statement("Validation"), "test": Statement("Test")}


def entity_counts(data: Mapping[str, Any]) -> Figure:
    """List the entities of each type in each split.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    known = tag_data(data)
    if not known.entity_types or not known.entities:
        return Empty("entities-of-data", _TITLE, Statement("The entities are known once the data are read."))
    splits = [split for split in _SPLITS if split in known.entities]
    columns = [Column(Statement("Type"))]
    for split in splits:
        columns += [Column(_SPLITS[split], "count"), Column(Statement("Share"), "percent")]
    rows = tuple[tuple[str | float, ...], ...](
        (label, *chain.from_iterable(_counted(known.entities[split], at) for split in splits))
        for at, label in enumerate(known.entity_types[:_MOST])
    )
    caption: tuple[Statement, ...] = ()
    if len(rows) < len(known.entity_types):
        counts = {"types": len(known.entity_types), "shown": len(rows)}
        caption = (Statement("Of {types:count} types the first {shown:count}.", counts),)
    return Table("entities-of-data", _TITLE, tuple(columns), rows, caption=caption)


def _counted(entities: Sequence[int], at: int) -> tuple[int, float]:
    count = entities[at] if at < len(entities) else 0
    return count, count / (sum(entities) or 1)
