"""The tab Trials: the trial under the cursor in full, and its rank among the others."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from runner.tui.context import AppContext
from runner.tui.figures.canvas import paragraph
from runner.tui.screens.study.pane_state import PAUSE, EpochCache, PaneState
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.study.trial_details import details
from runner.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from runner.tui.widgets.figure_view import FigureView

__all__ = ["TrialPane"]

_TALL = 28
"""Least lines for the chart below the details; if the details are short, the chart does not move."""
_AT_ONCE = 0.001
"""Seconds; a timer of 0 divides by zero in Textual 8.2 if its time has passed."""


class TrialPane(Widget):
    """Details of a trial; if there is room, the history of the search with the trial in it.

    Args:
        context: The context of the app.
        curves: The measurements of trials read so far.
    """

    DEFAULT_CSS = """
    TrialPane { width: 1fr; height: 1fr; layout: vertical; }
    TrialPane > VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    TrialPane > FigureView, TrialPane > FigureView.-plot { height: 1fr; min-height: 10; }
    TrialPane.-tall > VerticalScroll { height: auto; max-height: 60%; }
    TrialPane.-tall > VerticalScroll > Drawing { min-height: 14; }
    """

    def __init__(self, context: AppContext, curves: EpochCache) -> None:
        super().__init__(id="pane-trials")
        self.context = context
        self._curves = curves
        self._figure = Drawing(context)
        self._chart: FigureView | None = None
        self._scene: PaneState | None = None
        self._shown: tuple[object, ...] = ()
        self._charted: StudyData | None = None
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        """Yield the details; the chart follows when there is room."""
        with VerticalScroll():
            yield self._figure

    def show(self, scene: PaneState) -> None:
        """Show the trial under the cursor from the data so far."""
        self._scene = scene
        trial = scene.trial
        curve = () if scene.chosen is None else self._curves.found.get(scene.chosen, ())
        shown = (trial, curve, scene.book)
        if len(self._shown) == len(shown) and all(one is other for one, other in zip(shown, self._shown, strict=True)):
            return
        self._shown = shown
        if trial is None:
            said, muted = self._nothing(scene), self.context.palette.muted
            self._figure.show(lambda canvas: Content("\n").join(paragraph(said, canvas, muted)))
        else:
            self._figure.show(details(scene.book, trial, curve, self.context))
        self._show_chart(scene)

    async def follow(self, scene: PaneState) -> None:
        """Read the measurements of the trial under the cursor, and show them."""
        if scene.chosen is not None:
            await self._curves.want(scene.book, [scene.chosen])
            self.show(self._scene or scene)  # the cursor may have moved meanwhile

    def refresh_text(self) -> None:
        """Update after a change of language, theme or glyphs."""
        self._shown, self._charted = (), None
        if self._scene is not None:
            self.show(self._scene)

    def on_resize(self, event: Resize) -> None:
        """Show the chart if there is room now."""
        self.set_class(event.size.height >= _TALL, "-tall")
        if self._scene is not None:
            self._show_chart(self._scene)

    def _show_chart(self, scene: PaneState) -> None:
        room = self.size.height >= _TALL and scene.book.record.trials.complete > 1
        if room and self._chart is None:
            from runner.tui.widgets.figure_view import FigureView

            self._chart = FigureView(self.context)
            self.mount(self._chart)
        if self._chart is None:
            return
        self._chart.display = room
        if self._later is not None:
            self._later.stop()
        if room:
            moved = self._charted is scene.book
            self._charted = scene.book
            # Only the cursor moved: the chart waits until it rests.
            self._later = self.set_timer(PAUSE if moved else _AT_ONCE, lambda: self._draw_chart(scene))

    def _draw_chart(self, scene: PaneState) -> None:
        from runner.study.charts.history import HISTORY

        if self._chart is not None:
            self._chart.show(HISTORY.figure(scene.book.snapshot, scene.chosen))

    def _nothing(self, scene: PaneState) -> str:
        t, record = self.context.t, scene.book.record
        if scene.book.trials:
            return t("No trial is shown: a shows all states, f changes the filter.")
        if record.state == "running":
            return t(
                "The first trial has not begun: data and model are being prepared. The tab Log tells how far it is."
            )
        return t("There is no trial yet.")
