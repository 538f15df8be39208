"""Prepares a plot: limits, ticks and points on two linear axes, for any numbers."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from catalog.figures import Axis, Level, Plot, Series, Text
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import cut, width_of
from runner.tui.figures.scales import log_ticks, tick_labels, ticks_of, value_text

__all__ = ["PlotFrame", "Point", "Ruler", "SeriesShape", "frame_of", "place_on", "ruler_of"]

Point = tuple[float, float]

_FARTHEST = 1e300
_FINEST = 1e-12
"""Relative difference below which two values are a rounding error apart, and their ticks have the same label."""

_PAD = 0.03
"""Share of its length by which an axis is extended at both ends, so that no mark lies under the frame."""

_ROWS = 120
_BEYOND = 1e6


@dataclass(frozen=True, slots=True)
class Ruler:
    """An axis with limits and linear distances: a value on it may be a logarithm.

    Attributes:
        axis: The axis.
        low: Lower limit.
        high: Upper limit, above `low`.
    """

    axis: Axis
    low: float
    high: float

    def share(self, value: float) -> float:
        """Return the position of a value: 0 to 1 between the limits, at most a million outside."""
        return min(_BEYOND, max(-_BEYOND, (value - self.low) / (self.high - self.low)))

    def part(self, first: float, last: float) -> "Ruler":
        """Return the part of the axis between two shares, no smaller than numbers can resolve."""
        low, high = (self.low + share * (self.high - self.low) for share in (first, last))
        return replace(self, low=low, high=high) if high > low else self

    def ticks(self, most: int, canvas: Canvas) -> list[tuple[float, str]]:
        """Return at most `most` ticks with their labels, but at least two if there are two."""
        axis, low, high = self.axis, self.low, self.high
        if names := axis.categories:
            first, last = max(0, math.ceil(low)), min(len(names) - 1, math.floor(high))
            step = max(1, math.ceil((last - first + 1) / max(1, most)))
            return [(float(place), canvas.text(names[place], 60)) for place in range(first, last + 1, step)]
        if axis.scale == "log":
            marks = log_ticks(low, high, most)
            labels = [value_text(_power(mark), axis.format, canvas.language) for mark in marks]
        else:
            marks = ticks_of(axis.format, low, high, most)
            labels = tick_labels(axis.format, marks, canvas.language)
        return [(mark, canvas.text(label)) for mark, label in zip(marks, labels, strict=True)]

    def spaced(self, room: int, canvas: Canvas) -> list[tuple[float, str]]:
        """Return as many ticks as fit side by side into `room` cells."""
        if names := len(self.axis.categories):
            most = max(1, min(names, room // 6))
            wide = max(3, room // most - 1)
            return [(mark, cut(text, wide, canvas.glyphs)) for mark, text in self.ticks(most, canvas)]
        found: list[tuple[float, str]] = []
        for most in range(min(max(2, room // 4), 10), 1, -1):
            found = self.ticks(most, canvas)
            if self._apart(found, room):
                break
        return found

    def _apart(self, found: Sequence[tuple[float, str]], room: int) -> bool:
        wide = max((width_of(text) for _, text in found), default=0) + 3
        places = [self.share(mark) * room for mark, _ in found]
        return all(after - before >= wide for before, after in pairwise(places))


@dataclass(frozen=True, slots=True)
class SeriesShape:
    """A series in the coordinates of the rulers.

    Attributes:
        series: The series.
        repeat: Number of earlier series of its role.
        points: The distinguishable points, in order.
        intervals: x, lower and upper end of each point's interval.
        labels: x, y and text of each label.
        scores: Rank of each point among all, 0 to 1, for its shade.
        end: End of the axis, to which the last step extends.
    """

    series: Series
    repeat: int
    points: tuple[Point, ...]
    intervals: tuple[tuple[float, float, float], ...] = ()
    labels: tuple[tuple[float, float, Text], ...] = ()
    scores: Mapping[Point, float] = field(default_factory=dict)
    end: float = -math.inf

    @property
    def path(self) -> tuple[Point, ...]:
        """The line through the points; with corners if the series is drawn as steps."""
        if self.series.draw != "steps":
            return self.points
        last = self.points[-1]
        points = (*self.points, (max(self.end, last[0]), last[1]))
        corners = [(after, before) for (_, before), (after, _) in pairwise(points)]
        return tuple(point for pair in zip(self.points, corners, strict=True) for point in pair)


@dataclass(frozen=True, slots=True)
class PlotFrame:
    """The drawable parts of a plot.

    Attributes:
        x: Ruler from left to right.
        y: Ruler upward.
        shapes: The series with points.
        levels: The levels within the limits, and their positions on `y`.
    """

    x: Ruler
    y: Ruler
    shapes: tuple[SeriesShape, ...]
    levels: tuple[tuple[float, Level], ...]


def frame_of(plot: Plot, columns: int) -> PlotFrame | None:
    """Return the drawable parts, with at most a few points for each of `columns`; None if there are none."""
    across, upward = place_on(plot.x), place_on(plot.y)
    found: list[SeriesShape] = []
    seen: Counter[str] = Counter()
    for series in plot.series:
        repeat, seen[series.role] = seen[series.role], seen[series.role] + 1
        placed = [
            (at, x, y)
            for at, point in enumerate(series.points)
            if (x := across(point[0])) is not None and (y := upward(point[1])) is not None
        ]
        if placed:
            found.append(_shape(series, repeat, placed, upward))
    if not found:
        return None
    levels = [(at, level) for level in plot.levels if (at := upward(level.value)) is not None]
    wide = ruler_of(plot.x, (point[0] for shape in found for point in shape.points))
    heights = [point[1] for shape in found for point in shape.points] + [at for at, _ in levels]
    heights += [end for shape in found for interval in shape.intervals for end in interval[1:]]
    high = ruler_of(plot.y, heights)
    shapes = (replace(shape, points=tuple(_thin(shape, wide, high, max(1, columns))), end=wide.high) for shape in found)
    return PlotFrame(wide, high, tuple(shapes), tuple(one for one in levels if high.low <= one[0] <= high.high))


def ruler_of(axis: Axis, values: Iterable[float]) -> Ruler:
    """Return an axis with limits around `values`, at least one, or with its own limits if it has them."""
    known = list(values)
    least, most = min(known), max(known)
    if axis.categories:
        return Ruler(axis, -0.5, max(0.5, len(axis.categories) - 0.5))
    log, form = axis.scale == "log", axis.format
    if most - least <= max(abs(most), abs(least)) * _FINEST or most - least < 1e-290:
        about = 0.5 if form == "count" or log else 0.01 if form == "percent" else abs(most) * 0.1 or 0.5
        about = max(about, abs(most) * 1e-6)  # so that a huge count still differs from its neighbours
        low, high = most - about, most + about * (3 if form == "count" and most == 0 else 1)
    else:
        more = (most - least) * _PAD
        low, high = least - more, most + more
    if form == "percent" and not log and least >= 0 and most <= 1:
        low, high = max(low, -_PAD / 4), min(high, 1.0 + _PAD / 4)
    place = place_on(axis)
    own_low, own_high = (None if value is None else place(value) for value in (axis.low, axis.high))
    chosen = (low if own_low is None else own_low, high if own_high is None else own_high)
    low, high = chosen if chosen[1] - chosen[0] >= max(1e-290, abs(chosen[1]) * _FINEST) else (low, high)
    return Ruler(axis, low, high)


def place_on(axis: Axis) -> Callable[[float], float | None]:
    """Return a function from a value to its position on the ruler of an axis, a finite float; None for no position."""

    def linear(value: float) -> float | None:
        return float(value) if -_FARTHEST < value < _FARTHEST else math.copysign(_FARTHEST, value > 0 or -1)

    def logarithm(value: float) -> float | None:
        return math.log10(value) if value > 0 else None

    return logarithm if axis.scale == "log" and not axis.categories else linear


def _power(mark: float) -> float:
    return 10.0**mark if abs(mark) < 308 else math.copysign(_FARTHEST, mark)


def _shape(
    series: Series,
    repeat: int,
    placed: Sequence[tuple[int, float, float]],
    upward: Callable[[float], float | None],
) -> SeriesShape:
    intervals = []
    for at, x, _ in placed if series.intervals else ():
        if (ends := series.intervals[at]) is not None:
            low, high = map(upward, ends)
            if low is not None and high is not None:
                intervals.append((x, low, high))
    labels = tuple((x, y, series.labels[at]) for at, x, y in placed) if series.labels else ()
    points = [(x, y) for _, x, y in placed]
    scores = {(x, y): series.scores[at] for at, x, y in placed} if series.scores else {}
    points = sorted(points) if series.draw == "steps" else points
    return SeriesShape(series, repeat, tuple(points), tuple(intervals), labels, scores)


def _thin(shape: SeriesShape, x: Ruler, y: Ruler, columns: int) -> Sequence[Point]:
    """Return fewer points that look the same.

    Of a line these are the first, lowest, highest and last ones of each column; of points on their own, one in each
    distinguishable position.
    """
    if len(shape.points) <= 4 * columns:
        return shape.points
    alone = shape.series.draw == "points"
    kept: dict[tuple[int, int], list[Point]] = {}
    for point in shape.points:
        row = int(y.share(point[1]) * _ROWS) if alone else 0
        kept.setdefault((int(x.share(point[0]) * columns), row), []).append(point)
    return [point for part in kept.values() for point in _outline(part, alone)]


def _outline(part: list[Point], one: bool) -> list[Point]:
    if one:
        return part[-1:]
    ends = (part[0], min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1]), part[-1])
    return list(dict.fromkeys(ends))
