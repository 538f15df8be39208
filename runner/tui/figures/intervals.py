"""Points with intervals over one axis, first to last from the top."""

import math

from textual.content import Content

from catalog.figures import Interval, Intervals
from runner.tui.figures.bars import MOST_ROWS, fitting, interval_of
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import cut, fit, width_of
from runner.tui.figures.frame import Ruler, place_on, ruler_of
from runner.tui.figures.legend import axis_title
from runner.tui.figures.roles import colour_of, mark_of
from runner.tui.figures.scales import value_text

__all__ = ["intervals"]

_LEAST = 10


def intervals(figure: Intervals, canvas: Canvas) -> list[Content]:
    """Return a line for each item, with its number to the right, above the numbers of the axis."""
    glyphs, palette = canvas.glyphs, canvas.palette
    lines = [Content.styled(cut(axis_title(figure.axis, canvas), canvas.width, glyphs), palette.muted)]
    items = figure.items[:MOST_ROWS]
    if not items:
        return lines
    labels = [canvas.text(item.label, 200) for item in items]
    numbers = fitting([_numbers(item, figure, canvas) for item in items], canvas)
    number = min(max(map(width_of, numbers)), max(4, canvas.width // 2))
    label = min(max(map(width_of, labels)), max(4, (canvas.width - number) * 2 // 5))
    room = canvas.width - label - number - 4
    ruler = _ruler(figure, items) if room >= _LEAST else None
    for item, name, shown in zip(items, labels, numbers, strict=True):
        parts = [fit(Content.styled(name, palette.text), label, glyphs)]
        if ruler is not None:
            parts.append(_dot(item, ruler, room, canvas))
        parts.append(fit(Content.styled(shown, palette.text), number, glyphs, right=True))
        lines.append(Content("  ").join(parts).truncate(canvas.width))
    if ruler is not None:
        signs = [" "] * room
        free = 0
        for mark, text in ruler.spaced(room, canvas):
            start = max(0, min(room - len(text), math.floor(ruler.share(mark) * room) - (len(text) - 1) // 2))
            if start >= free:
                signs[start : start + len(text)] = text
                free = start + len(text) + 1
        lines.append(Content.assemble(" " * (label + 2), ("".join(signs), palette.muted)).truncate(canvas.width))
    if len(figure.items) > len(items):
        more = canvas.t("{count:count} more", count=len(figure.items) - len(items))
        lines.append(Content.styled(more, palette.muted))
    return lines


def _numbers(item: Interval, figure: Intervals, canvas: Canvas) -> tuple[str, str, str]:
    form = figure.axis.format
    value = canvas.glyphs.dash if item.value is None else canvas.text(value_text(item.value, form, canvas.language))
    counted = "" if item.count is None else f"n = {canvas.language.count(item.count)}"
    return value, interval_of(item.low, item.high, form, canvas), counted


def _ruler(figure: Intervals, items: tuple[Interval, ...]) -> Ruler | None:
    place = place_on(figure.axis)
    given = [value for item in items for value in (item.value, item.low, item.high) if value is not None]
    values = [at for value in given if (at := place(value)) is not None]
    return ruler_of(figure.axis, values) if values else None


def _dot(item: Interval, ruler: Ruler, room: int, canvas: Canvas) -> Content:
    glyphs, colour, place = canvas.glyphs, colour_of(item.role, canvas), place_on(ruler.axis)
    signs, styles = [glyphs.rest] * room, [canvas.palette.faint] * room

    def cell(value: float | None) -> int | None:
        at = None if value is None else place(value)
        return None if at is None else min(room - 1, max(0, math.floor(ruler.share(at) * room)))

    low, at, high = cell(item.low), cell(item.value), cell(item.high)
    if low is not None and high is not None and low <= high:
        left, right, line = "||=" if glyphs.ascii else "├┤━"
        for column in range(low, high + 1):
            signs[column], styles[column] = line, colour
        signs[low], signs[high] = left, right
    if at is not None:
        signs[at], styles[at] = mark_of(item.role, canvas), f"bold {colour}"
    return Content.assemble(*zip(signs, styles, strict=True)).simplify()
