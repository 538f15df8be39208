"""Whether a model's configuration suits the rows."""

from collections.abc import Sequence
from typing import Any

from plugins.tabular.boosting.config import largest_leaf
from plugins.tabular.records import TableData

__all__ = ["check_rows"]

_FEW_ROWS = 50


def check_rows(config: Any, data: TableData) -> Sequence[str]:
    """Return warnings about a poor model of these data; every configuration fits all data."""
    rows = data.summary.rows["train"]
    least = getattr(config, "min_child_samples", 1)
    if least > (most := largest_leaf(rows)):
        return (f"A leaf cannot be asked to hold {least:,} of {rows:,} training rows: {most:,} count in its place.",)
    if rows < _FEW_ROWS:
        return (f"{rows:,} training rows are few: expect scores that depend on which rows were drawn.",)
    return ()
