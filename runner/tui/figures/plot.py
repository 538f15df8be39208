"""A plot in characters, one mark a cell, with the numbers of its axes: for ASCII, and for small plots."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from textual.content import Content

from catalog.figures import Surface
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import cut, fit, width_of
from runner.tui.figures.frame import PlotFrame, Point, Ruler, SeriesShape, place_on
from runner.tui.figures.legend import MOST_LABELS, axis_title
from runner.tui.figures.raster import Raster
from runner.tui.figures.roles import colour_of, mark_of, shade_of

__all__ = ["foot", "gutter_of", "label_places", "labelled", "marked", "plot_field", "rows_of"]

_MARKS = 8
_LABEL = 12
"""Most cells of a label: a longer one would hide its point."""


def marked(shape: SeriesShape, columns: int) -> Sequence[Point]:
    """Return the points that have a mark: none of steps, some of a long line, always the last one."""
    points = shape.points
    if shape.series.draw == "steps":
        return ()
    if shape.series.draw == "points" or len(points) <= max(2, columns // 4):
        return points
    step = max(1, math.ceil(len(points) / _MARKS))
    return [*points[step // 2 : -1 : step], points[-1]]


def labelled(frame: PlotFrame, canvas: Canvas) -> list[tuple[Point, str]]:
    """Return short labels of points, if they are few enough to have labels.

    A point that several series have, such as the winner among the trials, gets one label, of the last of them.
    """
    found = {(x, y): text for shape in frame.shapes for x, y, text in shape.labels}
    if len(found) > MOST_LABELS:
        return []
    shown = ((point, canvas.text(text, 80)) for point, text in found.items())
    return [(point, text) for point, text in shown if 0 < width_of(text) == len(text) <= _LABEL]


def label_places(column: int, row: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield possible positions of a label, column and row: right of its point, left of it, above it, below it."""
    for line in (row, row - 1, row + 1, row + 2, row - 2):
        yield column + 2, line
        yield column - 1 - width, line


def rows_of(ruler: Ruler, rows: int, canvas: Canvas) -> list[tuple[float, str]]:
    """Return the ticks of the vertical axis for a number of lines."""
    widest = max(1, min(max(6, canvas.width // 4), canvas.width // 2 - 2))
    found = ruler.ticks(max(2, min(8, rows // 2)), canvas)
    return [(mark, cut(text, widest, canvas.glyphs)) for mark, text in found]


def gutter_of(ruler: Ruler, rows: int, canvas: Canvas) -> int:
    """Return the cells for the numbers to the left of the vertical axis, a space included."""
    return 1 + max((width_of(text) for _, text in rows_of(ruler, rows, canvas)), default=0)


def foot(ruler: Ruler, gutter: int, inner: int, canvas: Canvas) -> Content:
    """Return the numbers under a plot, and the label of the axis.

    Args:
        ruler: Axis from left to right.
        gutter: Cells before the first column of the plot.
        inner: Columns of the plot.
        canvas: The canvas to draw for.
    """
    palette = canvas.palette
    line, at = Content(""), 0
    for mark, text in ruler.spaced(inner, canvas):
        middle = gutter + min(inner - 1, math.floor(ruler.share(mark) * inner))
        start = max(0, min(middle - (width_of(text) - 1) // 2, canvas.width - width_of(text)))
        if start < at + bool(at) or not text:
            continue
        line += Content.assemble(" " * (start - at), (text, palette.muted))
        at = start + width_of(text)
    label = cut(axis_title(ruler.axis, canvas), inner, canvas.glyphs)
    below = Content.assemble(" " * (gutter + max(0, inner - width_of(label))), (label, palette.muted))
    return Content("\n").join((line.truncate(canvas.width), below.truncate(canvas.width)))


def plot_field(frame: PlotFrame, gutter: int, height: int, canvas: Canvas, surface: Surface | None = None) -> Content:
    """Draw lines and points with one character a cell, axes to the left and below.

    Args:
        frame: The plot to draw.
        gutter: Cells to the left of the vertical axis.
        height: Lines, with those of the axis below.
        canvas: The canvas to draw for.
        surface: Values over both axes, drawn as shades below everything.
    """
    palette = canvas.palette
    inner, rows = max(1, canvas.width - gutter - 1), max(1, height - 1)
    raster = Raster(inner, rows, ascii_only=True)
    if surface is not None:
        _shades(surface, frame, raster, canvas)
    for place, level in frame.levels:
        row, colour = _row(place, frame.y, rows), colour_of(level.role, canvas)
        for column in range(0, inner, 2):
            raster.sign(column, row, "-" if canvas.glyphs.ascii else "┄", colour)
    for shape in frame.shapes:
        _shape(shape, frame, raster, canvas)
    for (x, y), text in labelled(frame, canvas):
        _label(frame.x.share(x), frame.y.share(y), text, raster, canvas)
    upright, tick, flat_line, mark_below, corner = "|+-++" if canvas.glyphs.ascii else "│┤─┬└"
    labels = {_row(mark, frame.y, rows): text for mark, text in rows_of(frame.y, rows, canvas)}
    lines = []
    for row, line in enumerate(raster.lines()):
        label = fit(Content.styled(labels.get(row, ""), palette.muted), gutter - 1, canvas.glyphs, right=True)
        lines.append(Content.assemble(label, " ", (tick if row in labels else upright, palette.faint), line))
    under = [flat_line] * inner
    for mark, _ in frame.x.spaced(inner, canvas):
        under[min(inner - 1, max(0, math.floor(frame.x.share(mark) * inner)))] = mark_below
    lines.append(Content.assemble(" " * gutter, (corner + "".join(under), palette.faint)))
    return Content("\n").join(line.truncate(canvas.width) for line in lines)


def _row(value: float, ruler: Ruler, rows: int) -> int:
    return min(rows - 1, max(0, math.floor((1 - ruler.share(value)) * rows)))


def _shape(shape: SeriesShape, frame: PlotFrame, raster: Raster, canvas: Canvas) -> None:
    role = shape.series.role
    colour, mark = colour_of(role, canvas, shape.repeat), mark_of(role, canvas, shape.repeat)

    def shares(point: Point) -> Point:
        return frame.x.share(point[0]), frame.y.share(point[1])

    def cell(at: Point) -> tuple[int, int]:
        column, row = math.floor(at[0] * raster.width), math.floor((1 - at[1]) * raster.height)
        return min(raster.width - 1, max(0, column)), min(raster.height - 1, max(0, row))

    for x, low, high in shape.intervals:
        if (part := _within(shares((x, low)), shares((x, high)))) is not None:
            raster.line(cell(part[0]), cell(part[1]), colour, "|" if canvas.glyphs.ascii else "│")
    if shape.series.draw != "points":
        for before, after in pairwise(shape.path):
            if (part := _within(shares(before), shares(after))) is not None:
                raster.line(cell(part[0]), cell(part[1]), colour)
    for point in marked(shape, raster.width):
        at = shares(point)
        if 0 <= at[0] <= 1 and 0 <= at[1] <= 1:
            shade = shade_of(shape.scores[point], canvas) if point in shape.scores else colour
            raster.sign(*cell(at), mark, f"bold {shade}")


def _shades(surface: Surface, frame: PlotFrame, raster: Raster, canvas: Canvas) -> None:
    """Fill each cell with the shade of the value whose centre is nearest."""
    known = [value for row in surface.values for value in row if value is not None]
    columns = _nearest(surface.x, frame.x, raster.width)
    rows = _nearest(surface.y, frame.y, raster.height)
    if not known or not columns or not rows:
        return
    least, spread = min(known), max(known) - min(known)
    for row in range(raster.height):
        for column in range(raster.width):
            value = surface.values[rows[raster.height - 1 - row]][columns[column]]
            if value is not None:
                share = (value - least) / spread if spread > 0 else 0.5
                sign = canvas.glyphs.shades[1 + min(2, int(share * 3))]
                raster.sign(column, row, sign, canvas.palette.blend(canvas.palette.faint, canvas.palette.accent, share))


def _nearest(centres: Sequence[float], ruler: Ruler, cells: int) -> list[int]:
    """Return for each cell along a ruler the index of the nearest centre; empty if there is none."""
    place = place_on(ruler.axis)
    shares = [(ruler.share(at), index) for index, centre in enumerate(centres) if (at := place(centre)) is not None]
    if not shares:
        return []
    return [min(shares, key=lambda one: abs(one[0] - (cell + 0.5) / cells))[1] for cell in range(cells)]


def _label(across: float, upward: float, text: str, raster: Raster, canvas: Canvas) -> None:
    """Write a label next to its point at a free position."""
    column, row = math.floor(across * raster.width), math.floor((1 - upward) * raster.height)
    for start, line in label_places(column, min(raster.height - 1, max(0, row)), len(text)):
        cells = range(start, start + len(text))
        inside = 0 <= start <= raster.width - len(text) and 0 <= line < raster.height
        if inside and all(raster.free(cell, line) for cell in cells):
            for cell, sign in zip(cells, text, strict=True):
                raster.sign(cell, line, sign, canvas.palette.muted)
            return


def _within(start: Point, end: Point) -> tuple[Point, Point] | None:
    """Return the part of a line inside the unit square (Liang and Barsky 1984); None if it lies outside."""
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
