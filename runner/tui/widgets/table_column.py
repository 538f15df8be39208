"""Columns of a table, and their positions in a given width."""

from collections.abc import Sequence
from dataclasses import dataclass

from runner.tui.figures.fitting import width_of

__all__ = ["GAP", "MARGIN", "PlacedColumn", "TableColumn", "place"]

MARGIN = 2
"""Cells before the first column: the cursor's glyph and a space."""

GAP = 2
"""Cells between two columns."""

_LEAST = 4


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column.

    Attributes:
        key: Its name, unique in its table.
        label: Its heading, in the user's language.
        width: Cells that it needs.
        right: Whether it holds numbers, which are aligned to the right.
        share: Its share of the remaining room; 0 for none.
        drop: 0: it always stays; otherwise the higher, the earlier it is dropped if there is no room.
        sortable: Whether its heading has room for the sort mark.
    """

    key: str
    label: str
    width: int
    right: bool = False
    share: int = 0
    drop: int = 0
    sortable: bool = True


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """The position of a column.

    Attributes:
        column: The column.
        index: Its index among all columns, dropped ones included.
        start: Its first cell.
        width: Its width in cells; at least the column's own if there is room for all that stay.
    """

    column: TableColumn
    index: int
    start: int
    width: int


def place(columns: Sequence[TableColumn], width: int) -> tuple[PlacedColumn, ...]:
    """Return the columns that have room in `width` cells, from left to right.

    Columns with the highest `drop` are dropped first, of equal ones the last. If the others are still too wide, those
    with a share shrink. Remaining room first completes headings, and is then divided by `share`.
    """
    staying = list(enumerate(columns))
    while _needed(staying) > width and any(column.drop for _, column in staying):
        staying.remove(max(staying, key=lambda one: (one[1].drop, one[0])))
    widths = {index: max(1, column.width) for index, column in staying}
    left = width - _needed(staying)
    for index, column in staying:
        heading = width_of(column.label) + 2 * column.sortable
        more = max(0, min(left, heading - widths[index])) if left > 0 else max(left, min(0, _LEAST - widths[index]))
        if left > 0 or column.share:
            widths[index] += more
            left -= more
    for index, more in _shared(staying, max(0, left)).items():
        widths[index] += more
    placed, start = [], MARGIN
    for index, column in staying:
        placed.append(PlacedColumn(column, index, start, widths[index]))
        start += widths[index] + GAP
    return tuple(placed)


def _needed(columns: Sequence[tuple[int, TableColumn]]) -> int:
    return MARGIN + sum(max(1, column.width) for _, column in columns) + GAP * max(0, len(columns) - 1) + 1


def _shared(columns: Sequence[tuple[int, TableColumn]], room: int) -> dict[int, int]:
    """Divide `room` by the shares without losing a cell to rounding."""
    shares = [(index, column.share) for index, column in columns if column.share > 0]
    parts: dict[int, int] = {}
    whole = sum(share for _, share in shares)
    for index, share in shares:
        parts[index] = room * share // whole
        room -= parts[index]
        whole -= share
    return parts
