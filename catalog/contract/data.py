"""What was found in a data set: its sizes, its columns, and what its task knows about it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from catalog.statement import Statement

__all__ = ["Columns", "DataSummary", "Fact", "RowCounts", "data_from_json", "data_to_json"]

Columns = Mapping[str, Any]
"""Which column of a source is what: from a role of the task to a column's name, to a list of names, or to None if
there is no such column."""


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows of one split of a source were read, and how many of them are used.

    Attributes:
        lines: Lines of text, header included; None if the format has none.
        records: Rows that were read.
        kept: Rows that are used.
        dropped: Rows that are not used, by reason: ``{"no label": 3}``.
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
        name: Short name, suitable for a study's name and a sentence ("demo", "imdb", "feedback").
        fingerprint: SHA-256 (hex) over the content of all splits and its order.
        rows: Rows of each split: ``{"train": 2880, "validation": 320, "test": 800}``.
        notes: What a careful reader should know: rows dropped, duplicates between splits, stated noise.
        columns: Which column is what; None if the source has no columns.
        counts: Rows of each split in its source, before splits are carved off and limits are applied.
        details: What else the task knows, as JSON. Its names differ from those above.
    """

    name: str
    fingerprint: str
    rows: Mapping[str, int]
    notes: tuple[str, ...] = ()
    columns: Columns | None = None
    counts: Mapping[str, RowCounts] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


def data_to_json(data: DataSummary) -> dict[str, Any]:
    """Return the summary as one flat JSON object: the task's details next to what every task knows."""
    return {
        **data.details,
        "name": data.name,
        "fingerprint": data.fingerprint,
        "rows": dict(data.rows),
        "notes": list(data.notes),
        "columns": None if data.columns is None else dict(data.columns),
        "counts": {split: asdict(counts) for split, counts in data.counts.items()},
    }


def data_from_json(stored: Mapping[str, Any]) -> DataSummary:
    """Return the summary that `data_to_json` returned as JSON; fields that an older release did not store are empty.

    Raises:
        TypeError: A field is of another type.
    """
    known = {"name", "fingerprint", "rows", "notes", "columns", "counts"}
    names = {one.name for one in fields(RowCounts)}
    counts = stored.get("counts") or {}
    return DataSummary(
        name=str(stored.get("name", "")),
        fingerprint=str(stored.get("fingerprint", "")),
        rows=stored.get("rows") or {},
        notes=tuple(stored.get("notes") or ()),
        columns=stored.get("columns"),
        counts={
            split: RowCounts(**{name: value for name, value in found.items() if name in names})
            for split, found in counts.items()
        },
        details={name: value for name, value in stored.items() if name not in known},
    )
