"""`FigureView`: a figure of any kind, drawn again for every size, theme, language and set of glyphs."""

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget

from catalog.figures import Axis, Figure, Plot
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.frame import PlotFrame, frame_of
from runner.tui.figures.legend import legend
from runner.tui.figures.plot import foot, gutter_of, plot_field
from runner.tui.figures.render import caption, render, title
from runner.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from textual_plot import PlotWidget

    from runner.tui.widgets.plot import BraillePlot

__all__ = ["FigureView"]

_FOOT = 2
_LEAST = (12, 5)
"""Columns and lines below which a plot has no room for a frame."""
_ROOMY = 20
"""Least lines of a plot with its caption."""


class FigureView(Widget):
    """Shows a figure; empty until `show` is called.

    A plot fills the height that the view has; while it is focused, + - 0 and the arrows zoom and pan. Every other kind
    is as high as necessary, and scrolls if the view has another height.

    Args:
        context: The context of the app.
        id: As in Textual.
        classes: As in Textual.
    """

    DEFAULT_CSS = """
    FigureView { width: 1fr; height: auto; layout: vertical; scrollbar-size-vertical: 1; }
    FigureView.-plot { height: 14; min-height: 6; }
    FigureView > .field { width: 1fr; height: 1fr; }
    FigureView > .field > Drawing { height: 1fr; }
    """

    def __init__(self, context: AppContext, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id, classes=classes)
        self.context = context
        self._figure: Figure | None = None
        self._lines: int | None = None
        self._frame: PlotFrame | None = None
        self._framed: tuple[Figure | None, int] = (None, 0)
        self._plot: BraillePlot | None = None
        self._zoomed: tuple[Axis, Axis] | None = None
        self._inside = (1, 1)
        self._seen = (0.0, 1.0)
        self._head = Drawing(context)
        self._characters = Drawing(context)
        self._foot = Drawing(context)

    def compose(self) -> ComposeResult:
        """Yield the caption above a plot, the plot and the lines below; other kinds use only the first."""
        yield self._head
        with Vertical(classes="field"):
            yield self._characters
        yield self._foot

    def show(self, figure: Figure | None, lines: int | None = None) -> None:
        """Show a figure from now on; the zoom stays as long as the axes stay the same.

        Args:
            figure: The figure; None for nothing.
            lines: If the view is as high as its figure: lines of a figure of variable height.
        """
        if (figure, lines) != (self._figure, self._lines):
            self._figure, self._lines = figure, lines
            self.set_class(isinstance(figure, Plot), "-plot")
            self._draw()

    def refresh_text(self) -> None:
        """Draw again after a change of language, theme or glyphs."""
        self._draw()

    def on_mount(self) -> None:
        """Draw a figure that was set before the widget was mounted."""
        self.call_after_refresh(self._draw)

    def on_resize(self, event: Resize) -> None:
        """Draw for the new size."""
        del event
        self._draw()

    def on_plot_widget_scale_changed(self, event: "PlotWidget.ScaleChanged") -> None:
        """Write the numbers of the visible part after a zoom."""
        event.stop()
        if self._frame is not None:
            x, y = self._frame.x, self._frame.y
            whole = (event.x_min, event.x_max, event.y_min, event.y_max) == (0, 1, 0, 1)
            self._zoomed = None if whole else (x.axis, y.axis)
            self._seen = (event.x_min, event.x_max)
            self._write_foot()

    @property
    def plain(self) -> str:
        """The drawing without colours."""
        if not self._foot.display:
            return self._head.plain
        field = self._plot.plain if self._plot is not None and self._plot.display else self._characters.plain
        return "\n".join(part for part in (self._head.plain, field, self._foot.plain) if part.strip())

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        figure, (width, height) = self._figure, self.size
        frame = self._frame_for(figure, width)
        for place in self.query(".field"):
            place.display = self._foot.display = frame is not None
        if frame is None or not isinstance(figure, Plot):
            self._head.show(lambda canvas: self._whole(figure, canvas))
        elif width > 0 and height > 0:
            self._draw_plot(figure, frame, height)

    def _whole(self, figure: Figure | None, canvas: Canvas) -> Content:
        if figure is None:
            return Content("")
        flexible = self.styles.height is not None and self.styles.height.is_auto
        return render(figure, replace(canvas, height=(self._lines or 0) if flexible else self.size.height))

    def _draw_plot(self, figure: Plot, frame: PlotFrame, height: int) -> None:
        def head(canvas: Canvas) -> Content:
            return Content("\n").join([*title(figure, canvas), legend(figure, replace(canvas, height=height))])

        context, width = self.context, self.size.width
        whole = Canvas(width, height, context.palette, context.glyphs, context.language, context.t)
        self._head.show(head)
        said = caption(figure, whole) if height >= _ROOMY else []
        rows = max(3, height - _FOOT - len(said) - 1 - head(whole).plain.count("\n"))
        canvas = replace(whole, height=rows)
        gutter = gutter_of(frame.y, rows - 2, canvas)
        if context.glyphs.ascii or figure.surface is not None or rows < _LEAST[1] or width - gutter < _LEAST[0]:
            gutter = gutter_of(frame.y, rows - 1, canvas)
            self._inside, self._seen, self._zoomed = (gutter + 1, width - gutter - 1), (0.0, 1.0), None
            self._swap(braille=False)
            self._characters.show(
                lambda canvas: plot_field(frame, gutter, max(3, canvas.height), canvas, figure.surface)
            )
        else:
            self._inside = (gutter + 1, width - gutter - 2)
            self._swap(braille=True)
            self._draw_braille(frame, canvas, gutter)
        self._write_foot()

    def _draw_braille(self, frame: PlotFrame, canvas: Canvas, gutter: int) -> None:
        keep = self._zoomed == (frame.x.axis, frame.y.axis)
        if not keep:
            self._zoomed, self._seen = None, (0.0, 1.0)
        if self._plot is None:
            from runner.tui.widgets.plot import BraillePlot

            self._plot = BraillePlot()
            self.call_next(self._mount_plot)
        elif self._plot.is_whole:
            self._plot.draw(frame, canvas, gutter, keep_zoom=keep)

    def _frame_for(self, figure: Figure | None, width: int) -> PlotFrame | None:
        if self._framed[0] is not figure or self._framed[1] != width:
            self._framed = (figure, width)
            self._frame = frame_of(figure, width) if isinstance(figure, Plot) and width > 0 else None
        return self._frame

    async def _mount_plot(self) -> None:
        for place in self.query(Vertical):  # none if the view is being removed
            if self._plot is not None:
                await place.mount(self._plot)
                self._draw()

    def _swap(self, *, braille: bool) -> None:
        self._characters.display = not braille
        if self._plot is not None:
            self._plot.display = braille

    def _write_foot(self) -> None:
        figure, frame, height = self._figure, self._frame, self.size.height
        if figure is None or frame is None:
            return
        (start, inner), ruler = self._inside, frame.x.part(*self._seen)

        def below(canvas: Canvas) -> Content:
            said = caption(figure, canvas) if height >= _ROOMY else []
            return Content("\n").join([foot(ruler, start, max(1, inner), canvas), *said])

        self._foot.show(below)
