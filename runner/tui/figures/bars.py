"""Horizontal bars from zero with a number each, and an interval if it is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from catalog.figures import Bar, Bars, Format
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import cut, fit, width_of
from runner.tui.figures.frame import place_on
from runner.tui.figures.legend import axis_title
from runner.tui.figures.roles import colour_of
from runner.tui.figures.scales import interval_text, value_text

__all__ = ["MOST_ROWS", "bars", "fitting", "interval_of"]

MOST_ROWS = 200
"""Most rows of a figure that are drawn; a line reports how many are left out."""

_LEAST = 6


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    room: int

    def at(self, value: float) -> int:
        """Return the cell, from 0 to `room`, at which a value lies."""
        spread = self.high / 2 - self.low / 2
        share = (value / 2 - self.low / 2) / spread if spread > 0 else 0.0
        return round(min(1.0, max(0.0, share)) * self.room)


def bars(figure: Bars, canvas: Canvas) -> list[Content]:
    """Return one line for each bar: label to the left, bar, number to the right; above them the axis label."""
    glyphs, palette = canvas.glyphs, canvas.palette
    axis = replace(figure.axis, scale="linear", categories=())
    measured = cut(axis_title(axis, canvas), canvas.width, glyphs)
    lines = [Content.styled(measured, palette.muted)] if measured.strip() else []
    items = figure.bars[:MOST_ROWS]
    if not items:
        return lines
    labels = [canvas.text(item.label, 200) for item in items]
    numbers = fitting([_numbers(item, figure, canvas) for item in items], canvas)
    number = min(max(map(width_of, numbers)), max(4, canvas.width // 2))
    label = min(max(map(width_of, labels)), max(4, (canvas.width - number) * 2 // 5))
    scale = _scale(figure, items, max(0, canvas.width - label - number - 4))
    for item, name, shown in zip(items, labels, numbers, strict=True):
        parts = [fit(Content.styled(name, palette.text), label, glyphs)]
        if scale.room >= _LEAST:
            parts.append(_bar(item, scale, canvas))
        parts.append(fit(Content.styled(shown, palette.text), number, glyphs, right=True))
        lines.append(Content("  ").join(parts).truncate(canvas.width))
    if len(figure.bars) > len(items):
        lines.append(Content.styled(canvas.t("{count:count} more", count=len(figure.bars) - len(items)), palette.muted))
    return lines


def fitting(rows: Sequence[Sequence[str]], canvas: Canvas) -> list[str]:
    """Return the notes next to the rows: with all parts, or only with the first if the notes take half the width."""
    whole = ["  ".join(part for part in parts if part) for parts in rows]
    return whole if max(map(width_of, whole)) <= canvas.width // 2 else [parts[0] for parts in rows]


def interval_of(low: float | None, high: float | None, form: Format, canvas: Canvas) -> str:
    """Return an interval in brackets, empty if there is none."""
    if low is None or high is None:
        return ""
    return canvas.text(interval_text(low, high, form, canvas.language, canvas.glyphs.dash))


def _numbers(item: Bar, figure: Bars, canvas: Canvas) -> tuple[str, str, str]:
    form = figure.axis.format
    value = canvas.text(value_text(item.value, form, canvas.language))
    note = "" if item.note is None else canvas.text(item.note, 60)
    return value, interval_of(item.low, item.high, form, canvas), note


def _scale(figure: Bars, items: tuple[Bar, ...], room: int) -> _Scale:
    place = place_on(replace(figure.axis, scale="linear"))
    given = [value for item in items for value in (item.value, item.low, item.high) if value is not None]
    values = [at for value in given if (at := place(value)) is not None]
    low, high = (min(0.0, *values), max(0.0, *values))
    if figure.axis.low is not None and figure.axis.low < 0:
        low = figure.axis.low
    if figure.axis.high is not None and figure.axis.high > 0:
        high = figure.axis.high
    return _Scale(low, high, room)


def _bar(item: Bar, scale: _Scale, canvas: Canvas) -> Content:
    glyphs, palette = canvas.glyphs, canvas.palette
    signs = [glyphs.rest if scale.low == 0 else " "] * scale.room
    styles = [palette.faint] * scale.room
    zero = scale.at(0.0)
    low, high = sorted((zero, scale.at(item.value)))
    if low == high and item.value:  # a small value is visible too
        low, high = (max(0, low - 1), high) if item.value < 0 or high == scale.room else (low, high + 1)
    for cell in range(low, high):
        signs[cell], styles[cell] = glyphs.bar, colour_of(item.role, canvas)
    if item.low is not None and item.high is not None:
        left, middle, right, line = "|+|-" if glyphs.ascii else "├┼┤─"
        first, at, last = (min(scale.room - 1, scale.at(value)) for value in (item.low, item.value, item.high))
        for cell in range(first, last + 1):
            signs[cell], styles[cell] = line, palette.muted
        signs[first], signs[last] = left, right
        if first <= at <= last:
            signs[at], styles[at] = middle, palette.muted
    if 0 < zero < scale.room and signs[zero] == " ":
        signs[zero], styles[zero] = "|" if glyphs.ascii else "│", palette.faint
    return Content.assemble(*zip(signs, styles, strict=True)).simplify()
