"""textual-plot for modelcat's data: lines in braille and characters, with zoom. Imported with the first chart."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.events import Mount
from textual_hires_canvas import Canvas as Field
from textual_plot import HiResMode, PlotWidget
from textual_plot.axis_formatter import AxisFormatter

from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import width_of
from runner.tui.figures.frame import PlotFrame, Point, Ruler, SeriesShape
from runner.tui.figures.plot import label_places, labelled, marked, rows_of
from runner.tui.figures.roles import colour_of, mark_of, shade_of

__all__ = ["BraillePlot"]

_DEEPEST = 1e4


class _Ticks(AxisFormatter):
    """Ticks of an axis, also after a zoom."""

    def __init__(self, ruler: Ruler, room: int, canvas: Canvas, *, written: bool) -> None:
        self._ruler = ruler
        self._room = room
        self._canvas = canvas
        self._written = written

    def get_ticks_and_labels(self, min_: float, max_: float, max_ticks: int = 8) -> tuple[list[float], list[str]]:
        """Return ticks and labels; the labels of the lower axis are empty, because the chart writes its numbers."""
        del max_ticks
        ruler = self._ruler.part(min_, max_)
        if not self._written:
            found = [(mark, "") for mark, _ in ruler.spaced(self._room, self._canvas)]
        else:
            found = [(mark, _narrow(text)) for mark, text in rows_of(ruler, self._room, self._canvas)]
        return [self._ruler.share(mark) for mark, _ in found], [text for _, text in found]

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """Return the ticks."""
        return self.get_ticks_and_labels(min_, max_, max_ticks)[0]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """Return nothing: ticks and labels are made together."""
        return [""] * len(ticks)


def _narrow(text: str) -> str:
    """Return text of one cell for each character and without markup, as the plot's margin requires."""
    return "".join("?" if width_of(c) != 1 else "(" if c == "[" else c for c in text)


class BraillePlot(PlotWidget, can_focus=True, inherit_bindings=False):
    """A plot in a frame; the keys + - 0 and the arrows zoom and pan while it is focused, as the mouse does."""

    DEFAULT_CSS = """
    BraillePlot { height: 1fr; width: 1fr;
        & > .plot--axis { color: $border-blurred; }
        &:focus > .plot--axis { color: $border; }
        & > .plot--tick { color: $secondary; text-style: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "zoom_in", show=False),
        Binding("minus", "zoom_out", show=False),
        Binding("0", "reset_scales", show=False),
        Binding("left", "pan_left", show=False),
        Binding("right", "pan_right", show=False),
        Binding("up", "pan_up", show=False),
        Binding("down", "pan_down", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._point_labels: list[tuple[float, float, str]] = []
        self._label_style = ""

    def on_mount(self, event: Mount) -> None:  # type: ignore[override]  # Textual calls each class's own
        """Skip the library's own handler if the plot is removed before its parts exist: it would crash the app."""
        if not (self.query(Grid) and self.query("#legend")):
            event.prevent_default()

    def _update_margin_sizes(self) -> None:
        if self.query(Grid):  # the margins are watched from before the parts exist until after their removal
            super()._update_margin_sizes()

    def draw(self, frame: PlotFrame, canvas: Canvas, gutter: int, *, keep_zoom: bool) -> None:
        """Draw a plot without bars: the library would take minutes to fill bars that end far outside.

        The library receives shares of the axes, because the largest and smallest numbers make it fail.

        Args:
            frame: The plot to draw.
            canvas: Colours, signs and words; its width and height are those of the plot with its gutter.
            gutter: Cells for the numbers of the vertical axis.
            keep_zoom: Whether to keep the current zoom.
        """
        self.margin_top = self.margin_bottom = 0
        self.margin_left = gutter
        inner, rows = max(1, canvas.width - gutter - 2), max(1, canvas.height - 2)
        self.clear()
        self.set_x_formatter(_Ticks(frame.x, inner, canvas, written=False))
        self.set_y_formatter(_Ticks(frame.y, rows, canvas, written=True))
        if not keep_zoom:
            self.set_xlimits(0.0, 1.0)
            self.set_ylimits(0.0, 1.0)
        for place, level in frame.levels:
            colour = str(Style.parse(colour_of(level.role, canvas)))
            self.plot([0.0, 1.0], [frame.y.share(place)] * 2, line_style=colour, hires_mode=HiResMode.BRAILLE)
        for shape in frame.shapes:
            self._line(shape, frame, inner, canvas)
        self._point_labels = [
            (frame.x.share(x), frame.y.share(y), _narrow(text)) for (x, y), text in labelled(frame, canvas)
        ]
        self._label_style = str(Style.parse(canvas.palette.muted))

    @property
    def is_whole(self) -> bool:
        """Whether the library's parts exist: not before it is mounted, nor during its removal."""
        return self.is_attached and bool(self.query("#legend"))

    def on_plot_widget_scale_changed(self, event: PlotWidget.ScaleChanged) -> None:
        """Reset the zoom before it is so deep, or so far out, that the ends of an axis become equal numbers."""
        for low, high in ((event.x_min, event.x_max), (event.y_min, event.y_max)):
            if not 1 / _DEEPEST < high - low < _DEEPEST or abs(low) > _DEEPEST:
                event.stop()
                self.action_reset_scales()
                return

    def on_canvas_resize(self) -> None:
        """Draw again once the fields have their new sizes, which happens after the plot has its own."""
        self.refresh(layout=True)

    def _render_plot(self) -> None:
        with ExitStack() as drawn:  # the library requests a repaint for every point, which takes longer than the point
            for field in self.query(Field):
                drawn.enter_context(field.batch_refresh())
            super()._render_plot()
            self._write_labels()

    def _write_labels(self) -> None:
        """Write each label next to its point at a free position."""
        field = next(iter(self.query("#plot").results(Field)), None)
        if field is None or not self._point_labels:
            return
        width, height = self._scale_rectangle.width, self._scale_rectangle.height
        for x, y, text in self._point_labels:
            column, row = self.get_pixel_from_coordinate(x, y)
            for start, line in label_places(column, row, len(text)):
                cells = range(start, start + len(text))
                inside = 1 <= line <= height and start >= 1 and cells.stop <= width
                if inside and all(field.get_pixel(cell, line)[0] == " " for cell in cells):
                    for cell, sign in zip(cells, text, strict=True):
                        field.set_pixel(cell, line, sign, self._label_style)
                    break

    @property
    def plain(self) -> str:
        """The drawing without colours."""
        fields = [self.query_one(name, Field) for name in ("#margin-left", "#plot")]
        heights = [field.size.height for field in fields]
        return "\n".join(
            "".join(field.get_pixel(x, y)[0] for field in fields for x in range(field.size.width)).rstrip()
            for y in range(min(heights))
        )

    def _line(self, shape: SeriesShape, frame: PlotFrame, inner: int, canvas: Canvas) -> None:
        role = shape.series.role
        colour = str(Style.parse(colour_of(role, canvas, shape.repeat)))
        for x, low, high in shape.intervals:
            xs, ys = _shares(((x, low), (x, high)), frame)
            self.plot(xs, ys, line_style=colour, hires_mode=HiResMode.BRAILLE)
        if shape.series.draw != "points":
            xs, ys = _shares(shape.path, frame)
            self.plot(xs, ys, line_style=colour, hires_mode=HiResMode.BRAILLE)
        mark, groups = mark_of(role, canvas, shape.repeat), defaultdict(list)
        for point in marked(shape, inner):
            score = shape.scores.get(point)
            groups[colour if score is None else str(Style.parse(shade_of(round(score, 1), canvas)))].append(point)
        for style, points in groups.items():
            xs, ys = _shares(points, frame)
            self.scatter(xs, ys, marker=mark, marker_style=style)


def _shares(points: Sequence[Point], frame: PlotFrame) -> tuple[list[float], list[float]]:
    return [frame.x.share(x) for x, _ in points], [frame.y.share(y) for _, y in points]
