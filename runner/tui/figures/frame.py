"""Brings a drawing into a frame: limits, ticks and points on two linear axes, whatever came in."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from runner.presentation.language import Language
from runner.tui.figures.drawing import Axis, Drawing, Series
from runner.tui.figures.fitting import cut, flat, width_of
from runner.tui.figures.scales import (
    log_ticks,
    number_labels,
    percent_labels,
    seconds_labels,
    seconds_ticks,
    ticks,
    written,
)
from runner.tui.glyphs import Glyphs

__all__ = ["Frame", "Point", "Ruler", "Shape", "frame_of", "ruler_of"]

Point = tuple[float, float]

_FARTHEST = 1e300
_FINEST = 1e-12
"""Share of its size below which a difference cannot be told from a rounding error, nor be written on a tick."""

_PAD = 0.03
"""Share of its length that an axis is longer at both ends, so that no sign lies under the frame."""

_ROWS = 120
_BEYOND = 1e6


@dataclass(frozen=True, slots=True)
class Ruler:
    """An axis with its limits, on which distances are linear: a value on it may be a logarithm.

    Attributes:
        axis: The axis.
        low: Its beginning.
        high: Its end, above `low`.
    """

    axis: Axis
    low: float
    high: float

    def share(self, value: float) -> float:
        """Return how far along a value lies: 0 to 1 between the limits, a million at most beyond them."""
        return min(_BEYOND, max(-_BEYOND, (value - self.low) / (self.high - self.low)))

    def part(self, first: float, last: float) -> "Ruler":
        """Return the part of it between two shares, as far as they can be told apart."""
        low, high = (self.low + share * (self.high - self.low) for share in (first, last))
        return replace(self, low=low, high=high) if high > low else self

    def ticks(self, low: float, high: float, most: int, language: Language) -> list[tuple[float, str]]:
        """Return at most `most` places to mark between `low` and `high`, with what to write there."""
        axis = self.axis
        if axis.names:
            first, last = max(0, math.ceil(low)), min(len(axis.names) - 1, math.floor(high))
            step = max(1, math.ceil((last - first + 1) / max(1, most)))
            return [(float(place), axis.names[place]) for place in range(first, last + 1, step)]
        match axis.kind:
            case "percent":
                marks = ticks(low, high, most)
                labels = percent_labels(marks, language)
            case "seconds":
                marks = seconds_ticks(low, high, most)
                labels = seconds_labels(marks, language)
            case "log":
                marks = log_ticks(low, high, most)
                labels = [language.number(_power(mark)) for mark in marks]
            case "count":
                marks = sorted({float(round(mark)) for mark in ticks(low, high, most) if low <= round(mark) <= high})
                labels = [written(mark, "count", language) for mark in marks]
            case _:
                marks = ticks(low, high, most)
                labels = number_labels(marks, language)
        return list(zip(marks, labels, strict=True))

    def spaced(self, room: int, language: Language, glyphs: Glyphs) -> list[tuple[float, str]]:
        """Return as many ticks as can be written side by side in `room` cells."""
        if names := len(self.axis.names):
            most = max(1, min(names, room // 6))
            wide = max(3, room // most - 1)
            found = self.ticks(self.low, self.high, most, language)
            return [(mark, cut(flat(text, glyphs), wide, glyphs)) for mark, text in found]
        found = []
        for most in range(min(max(1, room // 4), 10), 0, -1):
            found = [(mark, flat(text, glyphs)) for mark, text in self.ticks(self.low, self.high, most, language)]
            if self._apart(found, room):
                break
        return found

    def _apart(self, found: Sequence[tuple[float, str]], room: int) -> bool:
        wide = max((width_of(text) for _, text in found), default=0) + 3
        places = [self.share(mark) * room for mark, _ in found]
        return all(after - before >= wide for before, after in pairwise(places))


@dataclass(frozen=True, slots=True)
class Shape:
    """A series on the rulers.

    Attributes:
        series: What it was.
        index: Its place among all series, by which its sign and colour go.
        points: Finite; not more than can be told apart, in order.
    """

    series: Series
    index: int
    points: tuple[Point, ...]

    @property
    def path(self) -> tuple[Point, ...]:
        """The line through the points: with the corners of its steps where it holds until the next point."""
        if self.series.kind != "steps":
            return self.points
        corners = [(after, before) for (_, before), (after, _) in pairwise(self.points)]
        return (*(point for pair in zip(self.points, corners, strict=False) for point in pair), self.points[-1])


@dataclass(frozen=True, slots=True)
class Frame:
    """What can be drawn of a drawing.

    Attributes:
        x: Ruler from left to right.
        y: Ruler upward.
        shapes: The series that have points.
        levels: Places on `y` of those levels that lie within, with their names.
    """

    x: Ruler
    y: Ruler
    shapes: tuple[Shape, ...]
    levels: tuple[tuple[float, str], ...]


def frame_of(drawing: Drawing, columns: int) -> Frame | None:
    """Return what can be drawn, with at most a few points for each of `columns`; None where there is nothing."""
    place_x, place_y = _placing(drawing.x), _placing(drawing.y)
    found: list[tuple[int, Series, list[Point]]] = []
    for index, series in enumerate(drawing.series):
        points = []
        for point in series.points:
            across, up = _number(point, 0, place_x), _number(point, 1, place_y)
            if across is not None and up is not None:
                points.append((across, up))
        if points:
            found.append((index, series, points))
    if not found:
        return None
    levels = [(level, name) for value, name in drawing.levels if (level := _number((value,), 0, place_y)) is not None]
    bars = any(series.kind == "bars" for _, series, _ in found)
    x = ruler_of(drawing.x, (x for _, _, points in found for x, _ in points), whole=bars)
    heights = [y for _, _, points in found for _, y in points] + [level for level, _ in levels]
    y = ruler_of(drawing.y, heights, ground=bars and drawing.y.kind != "log")
    shapes = tuple(
        Shape(series, index, tuple(_thin(series, points, x, y, max(1, columns)))) for index, series, points in found
    )
    return Frame(x, y, shapes, tuple((level, name) for level, name in levels if y.low <= level <= y.high))


def ruler_of(axis: Axis, values: Iterable[float], *, whole: bool = False, ground: bool = False) -> Ruler:
    """Return an axis with limits around `values`, or with its own where it has them.

    Args:
        axis: The axis; its limits may be anything.
        values: Finite, on the ruler; at least one.
        whole: Whether to leave half a unit at both ends, for bars at whole numbers.
        ground: Whether to begin at nothing, for the heights of bars.
    """
    known = [*values, 0.0] if ground else list(values)
    least, most = min(known), max(known)
    if axis.names:
        return Ruler(axis, -0.5, max(0.5, len(axis.names) - 0.5))
    if most - least <= max(abs(most), abs(least)) * _FINEST or most - least < 1e-290:
        about = 0.5 if axis.kind in {"count", "log"} else 0.01 if axis.kind == "percent" else abs(most) * 0.1 or 0.5
        about = max(about, abs(most) * 1e-6)  # so that a huge count can still be told from its neighbours
        low, high = most - about, most + about
    elif whole:
        low, high = least - 0.5, most + 0.5
    else:
        more = (most - least) * _PAD
        low, high = least if ground and least == 0 else least - more, most + more
    if axis.kind == "percent" and least >= 0 and most <= 1:
        low, high = max(low, -_PAD / 4), min(high, 1.0 + _PAD / 4)
    place = _placing(axis)
    own_low, own_high = (_number((value,), 0, place) for value in (axis.low, axis.high))
    chosen = (low if own_low is None else own_low, high if own_high is None else own_high)
    low, high = chosen if chosen[1] - chosen[0] >= max(1e-290, abs(chosen[1]) * _FINEST) else (low, high)
    return Ruler(axis, low, high)


def _power(mark: float) -> float:
    return 10.0**mark if abs(mark) < 308 else math.copysign(_FARTHEST, 1)


def _placing(axis: Axis) -> Callable[[float], float | None]:
    def logarithm(value: float) -> float | None:
        return math.log10(value) if value > 0 else None

    return logarithm if axis.kind == "log" and not axis.names else lambda value: value


def _number(point: Sequence[object], at: int, place: Callable[[float], float | None]) -> float | None:
    try:
        value = point[at]
        if type(value) is not float:  # the common case goes without further questions
            if isinstance(value, str | bytes) or value is None:
                return None
            value = float(value)  # type: ignore[arg-type]  # whatever is no number raises, and is left out
    except (TypeError, ValueError, OverflowError, IndexError, KeyError):
        return None
    return place(max(-_FARTHEST, min(_FARTHEST, value))) if math.isfinite(value) else None


def _thin(series: Series, points: list[Point], x: Ruler, y: Ruler, columns: int) -> list[Point]:
    """Return points that look the same.

    Of a line these are the first, lowest, highest and last ones of each column; of points on their own, one in each
    place that can be told apart.
    """
    if series.kind == "steps":
        points = sorted(points)
    if len(points) > 4 * columns:
        kept: dict[tuple[int, int], list[Point]] = {}
        for point in points:
            row = int(y.share(point[1]) * _ROWS) if series.kind == "scatter" else 0
            kept.setdefault((int(x.share(point[0]) * columns), row), []).append(point)
        points = [point for part in kept.values() for point in _outline(part, series.kind == "scatter")]
    return points


def _outline(part: list[Point], one: bool) -> list[Point]:
    if one:
        return part[-1:]
    ends = (part[0], min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1]), part[-1])
    return list(dict.fromkeys(ends))
