"""Small tables inside a drawing: columns as wide as what they hold, the first giving way."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from runner.tui.figures.fitting import fit, flat, width_of
from runner.tui.widgets.figure import Canvas

__all__ = ["Heading", "facts", "grid"]

_GAP, _LEAST, _VALUE = 2, 6, 12


@dataclass(frozen=True, slots=True)
class Heading:
    """Heading of a column; `right` for numbers."""

    label: str
    right: bool = False


def grid(headings: Sequence[Heading], rows: Sequence[Sequence[str | Content]], canvas: Canvas) -> Content:
    """Return a table no wider than the canvas; where room is short, the widest columns are cut."""
    cells = [[heading.label for heading in headings], *rows]
    wanted = [max(_width(row[column]) for row in cells) for column in range(len(headings))]
    widths = _fitting(wanted, canvas.width - _GAP * (len(headings) - 1))
    lines = []
    for place, row in enumerate(cells):
        parts = [
            fit(_styled(cell, canvas, heading=place == 0), width, canvas.glyphs, right=found.right)
            for cell, width, found in zip(row, widths, headings, strict=True)
        ]
        lines.append(Content(" " * _GAP).join(parts))
    return Content("\n").join(lines)


def facts(pairs: Sequence[tuple[str, str | Content]], canvas: Canvas) -> Content:
    """Return names and values, one pair a line; long values go on below themselves."""
    if not pairs:
        return Content("")
    left = min(max(width_of(name) for name, _ in pairs), max(_LEAST, canvas.width // 2))
    room = max(_LEAST, canvas.width - left - _GAP)
    lines: list[Content] = []
    for name, value in pairs:
        content = value if isinstance(value, Content) else Content(flat(value, canvas.glyphs))
        first = fit(Content.styled(name, canvas.palette.muted), left, canvas.glyphs)
        for place, line in enumerate(content.wrap(room) or [Content("")]):
            lines.append(Content.assemble(Content(" " * left) if place else first, " " * _GAP, line))
    return Content("\n").join(lines)


def _width(cell: str | Content) -> int:
    return cell.cell_length if isinstance(cell, Content) else width_of(cell)


def _fitting(widths: Sequence[int], room: int) -> list[int]:
    """Take what is too much from the widest, a cell at a time; from the first, which holds names, only at last."""
    found = list(widths)
    while sum(found) > room and max(found) > _LEAST:
        values = found[1:]
        widest = 1 + values.index(max(values)) if values and max(values) > _VALUE else found.index(max(found))
        found[widest] -= 1
    return found


def _styled(cell: str | Content, canvas: Canvas, *, heading: bool) -> Content:
    if isinstance(cell, Content):
        return cell
    return Content.styled(cell, canvas.palette.muted) if heading else Content(cell, strip_control_codes=False)
