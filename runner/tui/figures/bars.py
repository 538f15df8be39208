"""Horizontal bars with a number each, and an interval where it is known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from runner.tui.figures.fitting import fit, flat, width_of
from runner.tui.widgets.figure import Canvas

__all__ = ["Bar", "bars"]

_LEAST = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar.

    Attributes:
        label: What it is of; anybody's text, made safe.
        value: Its length; to the left of the axis where negative.
        shown: The number with its unit.
        style: Its colour; None: that of what is more, or less, than nothing.
        low: Lower end of its interval; None: not known.
        high: Upper end.
    """

    label: str
    value: float
    shown: str
    style: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class _Scale:
    least: float
    most: float
    room: int

    @property
    def axis(self) -> int:
        return self.at(0.0)

    def at(self, value: float) -> int:
        """Return the cell, from 0 to `room`, at which a value lies."""
        spread = self.most / 2 - self.least / 2
        share = (value / 2 - self.least / 2) / spread if spread > 0 else 0.0
        return round(min(1.0, max(0.0, share)) * self.room)


def bars(items: Sequence[Bar], canvas: Canvas, *, largest: float | None = None) -> Content:
    """Draw one line for each bar: label to the left, bar, number to the right.

    Args:
        items: From top to bottom.
        canvas: Where to draw.
        largest: Value of the longest possible bar, so that two drawings can be compared; None: the largest shown.
    """
    if not items:
        return Content("")
    glyphs, palette = canvas.glyphs, canvas.palette
    number = min(max(width_of(flat(item.shown, glyphs)) for item in items), max(4, canvas.width // 2))
    label = min(max(width_of(flat(item.label, glyphs)) for item in items), max(4, (canvas.width - number) * 2 // 5))
    room = canvas.width - label - number - 4
    scale = _scale(items, largest, room)
    lines = []
    for item in items:
        parts = [fit(Content.styled(item.label, palette.text), label, glyphs)]
        if room >= _LEAST:
            parts.append(_bar(item, scale, canvas))
        parts.append(fit(Content.styled(item.shown, palette.text), number, glyphs, right=True))
        lines.append(Content("  ").join(parts).truncate(canvas.width))
    return Content("\n").join(lines)


def _scale(items: Sequence[Bar], largest: float | None, room: int) -> _Scale:
    values = [
        value
        for item in items
        for value in (item.value, item.low, item.high)
        if value is not None and math.isfinite(value)
    ]
    most = max((0.0, *values)) if largest is None or not math.isfinite(largest) else max(0.0, largest)
    least = min((0.0, *values))
    if least < 0 and largest is not None and math.isfinite(largest):
        least = -abs(largest)
    return _Scale(least, most, max(0, room))


def _bar(item: Bar, scale: _Scale, canvas: Canvas) -> Content:
    glyphs, palette = canvas.glyphs, canvas.palette
    signs = [glyphs.rest if scale.least == 0 else " "] * scale.room
    styles = [palette.faint] * scale.room
    if math.isfinite(item.value):
        low, high = sorted((scale.axis, scale.at(item.value)))
        if low == high and item.value:  # a little is not nothing
            low, high = (max(0, low - 1), high) if item.value < 0 or high == scale.room else (low, high + 1)
        colour = item.style or (palette.toward if item.value >= 0 else palette.against)
        for cell in range(low, high):
            signs[cell], styles[cell] = glyphs.bar, colour
        _interval(item, scale, canvas, signs, styles)
    if 0 < scale.axis < scale.room and signs[scale.axis] == " ":
        signs[scale.axis], styles[scale.axis] = "|" if glyphs.ascii else "│", palette.faint
    return Content.assemble(*zip(signs, styles, strict=True)).simplify()


def _interval(item: Bar, scale: _Scale, canvas: Canvas, signs: list[str], styles: list[str]) -> None:
    if item.low is None or item.high is None or not (math.isfinite(item.low) and math.isfinite(item.high)):
        return
    left, middle, right, line = "|+|-" if canvas.glyphs.ascii else "├┼┤─"
    last = scale.room - 1
    low, at, high = (min(last, scale.at(value)) for value in (item.low, item.value, item.high))
    for cell in range(low, high + 1):
        signs[cell], styles[cell] = line, canvas.palette.muted
    signs[low], signs[high] = left, right
    if low <= at <= high:
        signs[at], styles[at] = middle, canvas.palette.muted
