"""What was found about the columns and the rows of a source."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ColumnRoles", "RowCounts"]


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """Which column of a source is what.

    Attributes:
        text: Columns whose texts are joined, in this order.
        label: Column of the class.
        ignored: Columns that hold text too and are not used.
        group: Column whose values stay on one side of every split; None if there is none.
        time: Column by whose order the latest rows became the test split; None if there is none.
    """

    text: tuple[str, ...]
    label: str
    ignored: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows of one split of a source were read and what became of them.

    Attributes:
        lines: Lines of text, header included; None if the format has none.
        records: Rows that were read.
        kept: Rows that are used.
        dropped: Rows that are not, by reason: ``{"empty text": 3}``.
    """

    lines: int | None
    records: int
    kept: int
    dropped: Mapping[str, int] = field(default_factory=dict)
