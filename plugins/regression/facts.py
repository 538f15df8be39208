"""Lines about the numbers to predict."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract import Fact
from catalog.statement import Statement
from plugins.regression.records import target_data

__all__ = ["target_facts"]


def target_facts(data: Mapping[str, Any]) -> Iterator[Fact]:
    """Yield what is known about the target of the training split.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    found = target_data(data).target_statistics.get("train")
    if found is None:
        return
    values = {
        "low": found.low,
        "high": found.high,
        "mean": found.mean,
        "median": found.median,
        "deviation": found.deviation,
    }
    yield Fact(
        Statement("target"),
        Statement(
            "{low:number} to {high:number}, mean {mean:number}, median {median:number}, standard deviation "
            "{deviation:number}",
            values,
        ),
    )
