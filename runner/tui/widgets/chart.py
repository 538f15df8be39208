"""`Chart`: lines, points and bars over two axes, redrawn for every size, theme, language and set of signs."""

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget

from runner.tui.desk import Desk
from runner.tui.figures.caption import caption
from runner.tui.figures.drawing import Axis, Drawing, Series
from runner.tui.figures.fitting import flat
from runner.tui.figures.frame import Frame, frame_of
from runner.tui.figures.plot import foot, gutter_of, plot
from runner.tui.widgets.figure import Canvas, Figure

if TYPE_CHECKING:
    from textual_plot import PlotWidget

    from runner.tui.widgets.plot import Plot

__all__ = ["Axis", "Chart", "Drawing", "Series"]

_FOOT = 2
_LEAST = (12, 5)
"""Columns and lines below which a plot with a frame round it has no room."""


class Chart(Widget):
    """A chart; empty until `show` is called. While the plot in it is focused, + - 0 and the arrows zoom and pan.

    Args:
        desk: Colours, signs and words.
        id: As in Textual.
        classes: As in Textual.
    """

    DEFAULT_CSS = """
    Chart { width: 1fr; height: 1fr; min-height: 6; layout: vertical; }
    Chart > .chart-plot { width: 1fr; height: 1fr; }
    Chart > .chart-plot > Figure { height: 1fr; }
    Chart > .chart-foot { height: 2; }
    """

    def __init__(self, desk: Desk, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id, classes=classes)
        self._desk = desk
        self._drawing: Drawing | None = None
        self._empty = ""
        self._frame: Frame | None = None
        self._framed: tuple[Drawing | None, int] = (None, 0)
        self._plot: Plot | None = None
        self._zoomed: tuple[Axis, Axis] | None = None
        self._inside = (1, 1)
        self._seen = (0.0, 1.0)
        self._caption = Figure(desk, classes="chart-caption")
        self._field = Figure(desk)
        self._foot = Figure(desk, classes="chart-foot")

    def compose(self) -> ComposeResult:
        """Put caption, plot and the numbers under it together."""
        yield self._caption
        with Vertical(classes="chart-plot"):
            yield self._field
        yield self._foot

    def show(self, drawing: Drawing | None, empty: str = "") -> None:
        """Show a drawing from now on; a zoom stays as long as the axes stay the same.

        Args:
            drawing: What to draw; None for nothing.
            empty: What to say where there is nothing to draw.
        """
        if (drawing, empty) != (self._drawing, self._empty):
            self._drawing, self._empty = drawing, empty
            self._draw()

    def retell(self) -> None:
        """Draw again: language, theme or signs have changed."""
        self._draw()

    def on_mount(self) -> None:
        """Draw what was to be shown before there was a place for it."""
        self.call_after_refresh(self._draw)

    def on_resize(self, event: Resize) -> None:
        """Draw for the new size."""
        del event
        self._draw()

    def on_plot_widget_scale_changed(self, event: "PlotWidget.ScaleChanged") -> None:
        """Write the numbers of the part that one has zoomed into."""
        event.stop()
        if self._frame is not None:
            x, y = self._frame.x, self._frame.y
            whole = (event.x_min, event.x_max, event.y_min, event.y_max) == (0, 1, 0, 1)
            self._zoomed = None if whole else (x.axis, y.axis)
            self._seen = (event.x_min, event.x_max)
            self._write_foot()

    @property
    def plain(self) -> str:
        """What is drawn, without colours."""
        field = self._plot.plain if self._plot is not None and self._plot.display else self._field.plain
        parts = (self._caption.plain, field, self._foot.plain)
        return "\n".join(part for part in parts if part.strip())

    def _draw(self) -> None:
        width, height = self.size
        if not self.is_mounted or width <= 0 or height <= 0:
            return
        desk, drawing = self._desk, self._drawing
        frame = self._frame_for(drawing, width)
        self._caption.display = self._foot.display = frame is not None
        if drawing is None or frame is None:
            self._swap(braille=False)
            self._field.show(lambda canvas: _told(self._empty, canvas))
            return
        self._caption.show(lambda canvas: caption(drawing, canvas))
        whole = Canvas(width, height, desk.palette, desk.glyphs, desk.language, desk.t)
        rows = max(3, height - _FOOT - 1 - caption(drawing, whole).plain.count("\n"))
        canvas = replace(whole, height=rows)
        bars = any(shape.series.kind == "bars" for shape in frame.shapes)
        gutter = gutter_of(frame.y, rows - 2, canvas)
        if desk.glyphs.ascii or bars or rows < _LEAST[1] or width - gutter < _LEAST[0]:
            gutter = gutter_of(frame.y, rows - 1, canvas)
            self._inside, self._seen, self._zoomed = (gutter + 1, width - gutter - 1), (0.0, 1.0), None
            self._swap(braille=False)
            self._field.show(lambda canvas: plot(frame, gutter, max(3, canvas.height), canvas))
        else:
            self._inside = (gutter + 1, width - gutter - 2)
            self._swap(braille=True)
            self._draw_braille(frame, canvas, gutter)
        self._write_foot()

    def _draw_braille(self, frame: Frame, canvas: Canvas, gutter: int) -> None:
        keep = self._zoomed == (frame.x.axis, frame.y.axis)
        if not keep:
            self._zoomed, self._seen = None, (0.0, 1.0)
        if self._plot is None:
            from runner.tui.widgets.plot import Plot

            self._plot = Plot()
            self.call_next(self._mount_plot)
        elif self._plot.is_whole:
            self._plot.draw(frame, canvas, gutter, keep_zoom=keep)

    def _frame_for(self, drawing: Drawing | None, width: int) -> Frame | None:
        if self._framed[0] is not drawing or self._framed[1] != width:
            self._framed = (drawing, width)
            self._frame = frame_of(drawing, width) if drawing is not None else None
        return self._frame

    async def _mount_plot(self) -> None:
        for place in self.query(Vertical):  # none where the chart is being left by now
            if self._plot is not None:
                await place.mount(self._plot)
                self._draw()

    def _swap(self, *, braille: bool) -> None:
        self._field.display = not braille
        if self._plot is not None:
            self._plot.display = braille

    def _write_foot(self) -> None:
        if self._frame is not None:
            (start, inner), ruler = self._inside, self._frame.x.part(*self._seen)
            self._foot.show(lambda canvas: foot(ruler, start, max(1, inner), canvas))


def _told(text: str, canvas: Canvas) -> Content:
    """Return what to say in an empty chart, in its middle."""
    wide = max(1, min(canvas.width - 2, 60))
    lines = (
        [line for part in text.split("\n") for line in Content(flat(part, canvas.glyphs)).wrap(wide)] if text else []
    )
    above = [Content("")] * max(0, (canvas.height - len(lines)) // 2)
    middle = [
        Content.assemble(
            " " * ((canvas.width - line.rstrip().cell_length) // 2), (line.plain.rstrip(), canvas.palette.muted)
        )
        for line in lines
    ]
    return Content("\n").join([*above, *middle])
