"""`StudyPanel`: the study under the cursor, next to the list on wide screens."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.timer import Timer

from runner.tui.background import run_in_background
from runner.tui.context import AppContext
from runner.tui.rows.study_page import study_page
from runner.tui.rows.study_row import StudyRow
from runner.tui.study_source import in_thread
from runner.tui.widgets.text_label import TextLabel

if TYPE_CHECKING:  # drawing modules are imported when there is something to draw
    from catalog.figures import Plot
    from runner.tui.widgets.figure_view import FigureView

__all__ = ["StudyPanel", "course_of"]

_WAIT = 0.08
"""Seconds that the cursor must rest: the layout of the panel takes longer than the cursor's next step."""


class StudyPanel(VerticalScroll):
    """Strings and a small chart of the best value so far.

    Args:
        context: The context of the app.
        id: As in Textual.
    """

    DEFAULT_CSS = """
    StudyPanel { padding: 0 1 0 2; scrollbar-size-vertical: 1;
        scrollbar-color: $border; scrollbar-background: $background; }
    StudyPanel TextLabel { height: auto; }
    StudyPanel FigureView, StudyPanel FigureView.-plot { height: 12; margin-top: 1; }
    """

    def __init__(self, context: AppContext, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id, can_focus=True)
        self.context = context
        self._row: StudyRow | None = None
        self._page = TextLabel(lambda: study_page(self._row, context) if self._row is not None else "")
        self._chart: FigureView | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Yield the labels; the chart follows when there is one."""
        yield self._page

    def show(self, row: StudyRow | None) -> None:
        """Show this study as soon as the cursor rests; None: nothing."""
        if row == self._row:
            return
        if row is None or self._row is None or row.record.study != self._row.record.study:
            self.scroll_home(animate=False)
        self._row = row
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_WAIT, self._show)

    def on_show(self) -> None:
        """Show the study that was set while there was no room."""
        self._show()

    def refresh_text(self) -> None:
        """Update axes in the current language; labels update themselves."""
        self._draw()

    def _show(self) -> None:
        if self.display:
            self._page.refresh_text()
            self._draw()

    def _draw(self) -> None:
        figure = course_of(self._row) if self._row is not None and self.display else None
        if self._chart is not None:
            self._chart.display = figure is not None
            if figure is not None:
                self._chart.show(figure)
        elif figure is not None:
            run_in_background(self, self._add_chart, alone=True)

    async def _add_chart(self) -> None:
        """Import the drawing modules in the background, and draw."""
        make = await in_thread(_load)
        if self._chart is None:
            self._chart = make(self.context)
            await self.mount(self._chart)
        self._draw()


def _load() -> "type[FigureView]":
    from runner.tui.widgets.figure_view import FigureView
    from runner.tui.widgets.plot import BraillePlot

    del BraillePlot  # a plot imports it when it first draws: keys would wait for 0.2 s
    return FigureView


def course_of(row: StudyRow) -> "Plot | None":
    """Return the best value after each complete trial, over the baseline's; None if there are fewer than two."""
    sign = 1.0 if row.record.direction == "maximize" else -1.0
    points = tuple((float(at), sign * value) for at, value in enumerate(row.best_so_far, 1))
    if len(points) < 2:
        return None
    from catalog.figures import Axis, Level, Plot, Series
    from catalog.statement import Statement
    from runner.presentation.metrics import metric_axis

    record = row.record
    return Plot(
        "best-so-far",
        "",
        Axis(Statement("complete trials"), "count"),
        metric_axis(record.tuned),
        (Series(Statement("best so far"), points, "steps", "best_so_far"),),
        () if row.baseline is None else (Level(row.baseline, Statement("baseline"), "baseline"),),
    )
