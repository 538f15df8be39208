"""Curves of the trial's training, live while it runs."""

from textual.content import Content
from textual.widget import Widget

from runner.presentation.datatable import DataTable
from runner.presentation.labels import msgid
from runner.presentation.study_tables import epochs_table
from runner.store.json_output import epoch_line
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import flat
from runner.tui.figures.table import grid
from runner.tui.screens.trial.labels import advice, outcome, progress, state
from runner.tui.screens.trial.panes.page import heading, page
from runner.tui.screens.trial.training import curves_of, kept_epoch, measurements
from runner.tui.screens.trial.trial_view import TrialView
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.figure_view import FigureView
from runner.tui.widgets.text_label import TextLabel

__all__ = ["CurvesPane"]


class CurvesPane:
    """Metric, loss and learning rate over epochs, and the table of measurements."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self._view: TrialView | None = None
        self._status = Drawing(context, classes="status")
        self._metric, self._loss = FigureView(context, classes="chart"), FigureView(context, classes="chart")
        self._rate = FigureView(context, classes="chart -low")
        self._table = Drawing(context)
        self._reading = TextLabel(self._read, classes="muted")
        self._table_heading = heading(context, msgid("Measurements"))
        self.widget: Widget = page(
            [self._status, self._metric, self._loss],
            [self._rate, self._table_heading, self._table, self._reading],
        )

    def show(self, view: TrialView) -> None:
        """Draw the measurements so far."""
        self._view = view
        facts, context = view.facts, self.context
        self._status.show(lambda canvas: _status(view, canvas, context))
        self._status.display = bool(_status_text(view, context)) or state(facts, context) == "running"
        for chart, figure in zip((self._metric, self._loss, self._rate), curves_of(facts), strict=True):
            chart.display = figure is not None
            chart.show(figure)
        if isinstance(column := self._status.parent, Widget):  # an empty half of the screen shows nothing
            column.display = self._status.display or self._metric.display or self._loss.display
        self._table_heading.display = self._table.display = bool(facts.epochs)
        headings, rows = measurements(facts, context)
        self._table.show(lambda canvas: grid(headings, rows, canvas))
        self._reading.refresh_text()

    def table(self, view: TrialView) -> DataTable:
        """Return the measurements."""
        return epochs_table(map(epoch_line, view.facts.epochs), kept_epoch(view.facts))

    def _read(self) -> str:
        """Return how to read the curves, or why there are none."""
        if self._view is None:
            return ""
        facts, t = self._view.facts, self.context.t
        if not facts.epochs:
            if state(facts, self.context) == "running":
                return t("Nothing has been measured yet; this fills itself as the training goes on.")
            return t("No measurement was recorded during the training.")
        if len(facts.epochs) == 1:
            return t("It was measured once: a curve needs two measurements. Give it more epochs, or use a pruner.")
        kept = kept_epoch(facts)
        read = t(
            "Train is the mean since the last measurement; validation rising while train falls means over-fitting."
        )
        return read if kept is None else f"{t('Kept: epoch {epoch:number}.', epoch=kept)} {read}"


def _status_text(view: TrialView, context: AppContext) -> str:
    return " ".join(filter(None, (outcome(view.facts, context), advice(view.facts, context))))


def _status(view: TrialView, canvas: Canvas, context: AppContext) -> Content:
    """Return the progress bar of a running trial, or how it ended."""
    facts, palette, glyphs = view.facts, canvas.palette, canvas.glyphs
    if state(facts, context) != "running":
        return Content("\n").join(paragraph(_status_text(view, context), canvas, palette.state(state(facts, context))))
    done = progress(facts)
    shown = canvas.language.percent(done, 0)
    room = max(4, canvas.width - len(shown) - 1)
    full = round(room * done)
    return Content.assemble(
        (glyphs.bar * full, palette.running), (glyphs.rest * (room - full), palette.faint), f" {flat(shown, glyphs)}"
    )
