"""How many entities of each type a data set has."""

from collections.abc import Mapping
from typing import Any

from catalog.figures import Empty, Figure
from catalog.statement import Statement
from plugins.classification.figures.data import MOST, count_table
from plugins.nlp.token_classification.records import tag_data

__all__ = ["entity_counts"]

_TITLE = Statement("Entities of each type")


def entity_counts(data: Mapping[str, Any]) -> Figure:
    """List the entities of each type in each split.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    known = tag_data(data)
    if not known.entity_types or not known.entities:
        return Empty("entities-of-data", _TITLE, Statement("The entities are known once the data are read."))
    cut = Statement(
        "Of {types:count} types the first {shown:count}.", {"types": len(known.entity_types), "shown": MOST}
    )
    return count_table("entities-of-data", _TITLE, Statement("Type"), known.entity_types, known.entities, cut)
