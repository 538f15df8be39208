"""Draws a figure of any kind: its title, its drawing and its caption."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from textual.content import Content

from catalog.figures import (
    Bars,
    Empty,
    Figure,
    HighlightedText,
    Histogram,
    Intervals,
    Matrix,
    ParallelCoordinates,
    Plot,
    Table,
    Timeline,
)
from runner.tui.figures.bars import bars
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import cut
from runner.tui.figures.frame import frame_of
from runner.tui.figures.highlighted_text import highlighted_text
from runner.tui.figures.histogram import histogram
from runner.tui.figures.intervals import intervals
from runner.tui.figures.legend import legend
from runner.tui.figures.matrix import matrix
from runner.tui.figures.parallel_coordinates import parallel_coordinates
from runner.tui.figures.plot import foot, gutter_of, plot_field
from runner.tui.figures.table import table
from runner.tui.figures.timeline import timeline

__all__ = ["body", "caption", "no_data", "render", "title"]

_PLOT_LINES = 12
"""Lines of a plot's field if the caller gives none."""


def render(figure: Figure, canvas: Canvas) -> Content:
    """Return a figure as lines of text, none wider than the canvas."""
    return Content("\n").join([*title(figure, canvas), *body(figure, canvas), *caption(figure, canvas)])


def title(figure: Figure, canvas: Canvas) -> list[Content]:
    """Return the title in one line."""
    shown = cut(canvas.text(figure.title, 200), canvas.width, canvas.glyphs)
    return [Content.styled(shown, f"bold {canvas.palette.text}")] if shown.strip() else []


def body(figure: Figure, canvas: Canvas) -> list[Content]:
    """Return the drawing itself."""
    return _DRAWERS[type(figure)](figure, canvas)


def caption(figure: Figure, canvas: Canvas) -> list[Content]:
    """Return the caption."""
    said = " ".join(canvas.text(sentence, 1000) for sentence in figure.caption)
    return paragraph(said, canvas, canvas.palette.muted) if said.strip() else []


def no_data(canvas: Canvas) -> str:
    """Return the note of a plot whose points cannot be drawn."""
    return canvas.t("There is nothing to draw.")


def _plot(figure: Plot, canvas: Canvas) -> list[Content]:
    frame = frame_of(figure, canvas.width)
    if frame is None:
        return paragraph(no_data(canvas), canvas, canvas.palette.muted)
    head = legend(figure, canvas)
    rows = max(4, canvas.height - 4 - head.plain.count("\n")) if canvas.height else _PLOT_LINES
    gutter = gutter_of(frame.y, rows - 1, canvas)
    below = foot(frame.x, gutter + 1, max(1, canvas.width - gutter - 1), canvas)
    return [head, plot_field(frame, gutter, rows, canvas, figure.surface), below]


def _empty(figure: Empty, canvas: Canvas) -> list[Content]:
    return paragraph(canvas.text(figure.reason, 1000), canvas, canvas.palette.muted)


_DRAWERS: Final[Mapping[type, Callable[[Any, Canvas], list[Content]]]] = {
    Plot: _plot,
    Bars: bars,
    Histogram: histogram,
    Matrix: matrix,
    Intervals: intervals,
    ParallelCoordinates: parallel_coordinates,
    Timeline: timeline,
    HighlightedText: highlighted_text,
    Table: table,
    Empty: _empty,
}
