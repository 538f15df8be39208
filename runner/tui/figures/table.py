"""Tables inside a drawing: columns as wide as their content; the first is shortened last."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from catalog.figures import Format, Table, Text
from catalog.statement import Statement
from runner.tui.figures.bars import MOST_ROWS
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import fit, flat, width_of
from runner.tui.figures.scales import value_text

__all__ = ["Heading", "facts", "grid", "table"]

_GAP, _LEAST, _VALUE = 2, 6, 12
_CELL = 200


@dataclass(frozen=True, slots=True)
class Heading:
    """Heading of a column; `right` for numbers."""

    label: str
    right: bool = False


def table(figure: Table, canvas: Canvas) -> list[Content]:
    """Return the rows below their headings; of very many rows the first ones, and a line that says so."""
    headings = [Heading(canvas.text(one.label, _CELL), right=one.format != "text") for one in figure.columns]
    if not headings:
        return []
    rows = [
        [_cell(value, column.format, canvas) for value, column in zip(row, figure.columns, strict=True)]
        for row in figure.rows[:MOST_ROWS]
    ]
    lines = list(grid(headings, rows, canvas).split("\n"))
    if len(figure.rows) > len(rows):
        more = canvas.t("{count:count} more", count=len(figure.rows) - len(rows))
        lines.append(Content.styled(more, canvas.palette.muted))
    return lines


def _cell(value: Text | float | None, form: Format, canvas: Canvas) -> str:
    if value is None:
        return canvas.glyphs.dash
    if isinstance(value, str | Statement):
        return canvas.text(value, _CELL)
    return canvas.text(value_text(value, "number" if form == "text" else form, canvas.language))


def grid(headings: Sequence[Heading], rows: Sequence[Sequence[str | Content]], canvas: Canvas) -> Content:
    """Return a table no wider than the canvas; if there is no room, the widest columns are cut."""
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
    return Content("\n").join(line.truncate(canvas.width) for line in lines)


def facts(pairs: Sequence[tuple[str, str | Content]], canvas: Canvas) -> Content:
    """Return names and values, one pair a line; long values continue on the next line."""
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
    """Shorten the widest columns, a cell at a time; the first, which has names, comes last."""
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
