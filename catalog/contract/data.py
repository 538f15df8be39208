"""What was found in a data set: its sizes, its columns, and what its task knows of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.statement import Statement

__all__ = ["Columns", "DataSummary", "Fact", "RowCounts"]

Columns = Mapping[str, Any]
"""Which column of a source is what: from a role of the task to a column's name, to a list of names, or to None where
there is no such column."""


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows of one split of a source were read and what became of them.

    Attributes:
        lines: Lines of text, header included; None if the format has none.
        records: Rows that were read.
        kept: Rows that are used.
        dropped: Rows that are not, by reason: ``{"no label": 3}``.
    """

    lines: int | None
    records: int
    kept: int
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about data or a forecast: what is stated, and the statement."""

    name: Statement
    text: Statement


@dataclass(frozen=True, slots=True)
class DataSummary:
    """What was found in a data set.

    Attributes:
        name: Short name, fit for a study's name and a sentence ("demo", "imdb", "feedback").
        fingerprint: SHA-256 (hex) over the content of all splits and its order.
        rows: Rows of each split: ``{"train": 2880, "validation": 320, "test": 800}``.
        notes: What a careful reader should know: rows dropped, duplicates between splits, stated noise.
        columns: Which column is what; None if the source has no columns.
        counts: Rows of each split that its source gave, before splits are carved off and limits are applied.
        details: What the task knows besides, as JSON. Its names differ from those above.
    """

    name: str
    fingerprint: str
    rows: Mapping[str, int]
    notes: tuple[str, ...] = ()
    columns: Columns | None = None
    counts: Mapping[str, RowCounts] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
