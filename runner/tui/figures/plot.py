"""The numbers of a chart's axes, and the chart itself in signs of a cell: where there is ASCII only, and for bars."""

import math
from collections.abc import Sequence
from itertools import pairwise

from textual.content import Content

from runner.presentation.text import safe
from runner.tui.figures.caption import colour_of, mark_of
from runner.tui.figures.fitting import cut, fit, flat, width_of
from runner.tui.figures.frame import Frame, Point, Ruler, Shape
from runner.tui.figures.raster import Raster
from runner.tui.widgets.figure import Canvas

__all__ = ["foot", "gutter_of", "marked", "plot", "rows_of"]

_MARKS = 8
_BAR = 0.8


def marked(shape: Shape, columns: int) -> Sequence[tuple[float, float]]:
    """Return the points of a line that carry its sign: all where there are few, else some, the last one always."""
    points = shape.points
    if shape.series.kind == "scatter" or len(points) <= max(2, columns // 4):
        return points
    step = max(1, math.ceil(len(points) / _MARKS))
    return [*points[step // 2 : -1 : step], points[-1]]


def rows_of(ruler: Ruler, rows: int, canvas: Canvas) -> list[tuple[float, str]]:
    """Return the ticks of the upright axis for so many lines."""
    found = ruler.ticks(ruler.low, ruler.high, max(2, min(8, rows // 2)), canvas.language)
    widest = max(6, canvas.width // 4)
    return [(mark, cut(flat(safe(text, widest * 2), canvas.glyphs), widest, canvas.glyphs)) for mark, text in found]


def gutter_of(ruler: Ruler, rows: int, canvas: Canvas) -> int:
    """Return the cells before the upright axis that its numbers need, a space included."""
    return 1 + max((width_of(text) for _, text in rows_of(ruler, rows, canvas)), default=0)


def foot(ruler: Ruler, gutter: int, inner: int, canvas: Canvas) -> Content:
    """Return the numbers under the chart, and what they measure.

    Args:
        ruler: Axis from left to right.
        gutter: Cells before the first column of the chart.
        inner: Columns of the chart.
        canvas: Where to draw.
    """
    glyphs, palette = canvas.glyphs, canvas.palette
    line, at = Content(""), 0
    for mark, text in ruler.spaced(inner, canvas.language, glyphs):
        middle = gutter + min(inner - 1, math.floor(ruler.share(mark) * inner))
        start = max(0, min(middle - (width_of(text) - 1) // 2, canvas.width - width_of(text)))
        if start < at + bool(at) or not text:
            continue
        line += Content.assemble(" " * (start - at), (text, palette.muted))
        at = start + width_of(text)
    label = cut(flat(safe(ruler.axis.label, 60), glyphs), inner, glyphs)
    below = Content.assemble(" " * (gutter + max(0, inner - width_of(label))), (label, palette.muted))
    return Content("\n").join((line.truncate(canvas.width), below.truncate(canvas.width)))


def plot(frame: Frame, gutter: int, height: int, canvas: Canvas) -> Content:
    """Draw a chart with one sign a cell, axes to the left and below.

    Args:
        frame: What to draw.
        gutter: Cells before the upright axis.
        height: Lines, the axis below included.
        canvas: Where to draw.
    """
    palette = canvas.palette
    inner, rows = max(1, canvas.width - gutter - 1), max(1, height - 1)
    raster = Raster(inner, rows, ascii_only=True)
    for level, _ in frame.levels:
        row = _row(level, frame.y, rows)
        for column in range(0, inner, 2):
            raster.sign(column, row, "-" if canvas.glyphs.ascii else "┄", palette.muted)
    for shape in frame.shapes:
        _shape(shape, frame, raster, canvas)
    upright, tick, flat_line, mark_below, corner = "|+-++" if canvas.glyphs.ascii else "│┤─┬└"
    labels = {_row(mark, frame.y, rows): text for mark, text in rows_of(frame.y, rows, canvas)}
    lines = []
    for row, line in enumerate(raster.lines()):
        label = fit(Content.styled(labels.get(row, ""), palette.muted), gutter - 1, canvas.glyphs, right=True)
        lines.append(Content.assemble(label, " ", (tick if row in labels else upright, palette.faint), line))
    under = [flat_line] * inner
    for mark, _ in frame.x.spaced(inner, canvas.language, canvas.glyphs):
        under[min(inner - 1, max(0, math.floor(frame.x.share(mark) * inner)))] = mark_below
    lines.append(Content.assemble(" " * gutter, (corner + "".join(under), palette.faint)))
    return Content("\n").join(lines)


def _row(value: float, ruler: Ruler, rows: int) -> int:
    return min(rows - 1, max(0, math.floor((1 - ruler.share(value)) * rows)))


def _shape(shape: Shape, frame: Frame, raster: Raster, canvas: Canvas) -> None:
    colour, mark = colour_of(shape.series, shape.index, canvas), mark_of(shape.series, shape.index, canvas)

    def shares(point: Point) -> Point:
        return frame.x.share(point[0]), frame.y.share(point[1])

    def cell(at: Point) -> tuple[int, int]:
        column, row = math.floor(at[0] * raster.width), math.floor((1 - at[1]) * raster.height)
        return min(raster.width - 1, max(0, column)), min(raster.height - 1, max(0, row))

    if shape.series.kind == "bars":
        _bars(shape, frame, raster, (colour, mark))
        return
    if shape.series.kind != "scatter":
        for before, after in pairwise(shape.path):
            if (part := _within(shares(before), shares(after))) is not None:
                raster.line(cell(part[0]), cell(part[1]), colour)
    for point in marked(shape, raster.width):
        at = shares(point)
        if 0 <= at[0] <= 1 and 0 <= at[1] <= 1:
            raster.sign(*cell(at), mark, f"bold {colour}")


def _bars(shape: Shape, frame: Frame, raster: Raster, look: tuple[str, str]) -> None:
    """Fill the cells of each bar; those of several series stand side by side."""
    group = [one for one in frame.shapes if one.series.kind == "bars"]
    wide = max(1, int(raster.width / (frame.x.high - frame.x.low) * _BAR / len(group)))
    ground = frame.y.low if frame.y.axis.kind == "log" else min(frame.y.high, max(frame.y.low, 0.0))
    for x, y in shape.points:
        middle = frame.x.share(x)
        if not 0 <= middle <= 1 or y == ground:
            continue
        first = math.floor(middle * raster.width) - wide * len(group) // 2 + wide * group.index(shape)
        rows = sorted((_row(ground, frame.y, raster.height), _row(y, frame.y, raster.height)))
        for column in range(max(0, first), min(raster.width, first + wide)):
            raster.line((column, rows[0]), (column, rows[1]), *look)


def _within(start: Point, end: Point) -> tuple[Point, Point] | None:
    """Return the part of a line that lies in the unit square (Liang and Barsky 1984); None where none does."""
    (x, y), first, last = start, 0.0, 1.0
    across, up = end[0] - x, end[1] - y
    for step, room in ((-across, x), (across, 1 - x), (-up, y), (up, 1 - y)):
        if step == 0:
            if room < 0:
                return None
            continue
        at = room / step
        first, last = (max(first, at), last) if step < 0 else (first, min(last, at))
    if first > last or not math.isfinite(across + up):
        return None
    return (x + first * across, y + first * up), (x + last * across, y + last * up)
