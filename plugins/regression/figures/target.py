"""How the numbers to predict are spread."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from catalog.figures import Axis, Bin, Empty, Figure, Histogram, Part
from catalog.statement import Statement
from plugins.regression.records import target_data

__all__ = ["target_histogram"]

_TITLE = Statement("Target of the training rows")


def target_histogram(data: Mapping[str, Any]) -> Figure:
    """Count training rows by target.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    found = target_data(data).target_statistics.get("train")
    if found is None or not found.histogram:
        return Empty("target", _TITLE, Statement("The target is known once the data are read."))
    edges = np.linspace(found.low, found.high, len(found.histogram) + 1).tolist()
    bins = tuple(
        Bin(low, high, (count,)) for low, high, count in zip(edges[:-1], edges[1:], found.histogram, strict=True)
    )
    return Histogram("target", _TITLE, Axis(Statement("Target")), (Part(Statement("Rows"), "train"),), bins)
