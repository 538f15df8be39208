"""Curves: how the trial learned, live while it does."""

from textual.content import Content
from textual.widget import Widget

from runner.presentation.datatable import DataTable
from runner.presentation.labels import msgid
from runner.presentation.study_tables import epochs_table
from runner.store.json_shapes import epoch_line
from runner.tui.desk import Desk
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import flat
from runner.tui.figures.table import grid
from runner.tui.screens.trial.panes.page import heading, page
from runner.tui.screens.trial.telling import advice, outcome, progress, state
from runner.tui.screens.trial.training import curves_of, kept_epoch, measurements
from runner.tui.screens.trial.view import View
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.figure_view import FigureView
from runner.tui.widgets.told import Told

__all__ = ["CurvesPane"]


class CurvesPane:
    """Metric, loss and learning rate over epochs, and the table of measurements."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._view: View | None = None
        self._status = Drawing(desk, classes="status")
        self._metric, self._loss = FigureView(desk, classes="chart"), FigureView(desk, classes="chart")
        self._rate = FigureView(desk, classes="chart -low")
        self._table = Drawing(desk)
        self._reading = Told(self._read, classes="muted")
        self._table_heading = heading(desk, msgid("Measurements"))
        self.widget: Widget = page(
            [self._status, self._metric, self._loss],
            [self._rate, self._table_heading, self._table, self._reading],
        )

    def show(self, view: View) -> None:
        """Draw what has been measured so far."""
        self._view = view
        facts, desk = view.facts, self._desk
        self._status.show(lambda canvas: _status(view, canvas, desk))
        self._status.display = bool(_status_text(view, desk)) or state(facts, desk) == "running"
        for chart, figure in zip((self._metric, self._loss, self._rate), curves_of(facts), strict=True):
            chart.display = figure is not None
            chart.show(figure)
        if isinstance(column := self._status.parent, Widget):  # an empty half of the screen says nothing
            column.display = self._status.display or self._metric.display or self._loss.display
        self._table_heading.display = self._table.display = bool(facts.epochs)
        headings, rows = measurements(facts, desk)
        self._table.show(lambda canvas: grid(headings, rows, canvas))
        self._reading.retell()

    def table(self, view: View) -> DataTable:
        """Return the measurements."""
        return epochs_table(map(epoch_line, view.facts.epochs), kept_epoch(view.facts))

    def _read(self) -> str:
        """Say how to read the curves, or why there are none."""
        if self._view is None:
            return ""
        facts, t = self._view.facts, self._desk.t
        if not facts.epochs:
            if state(facts, self._desk) == "running":
                return t("Nothing has been measured yet; this fills itself as the training goes on.")
            return t("No measurement was recorded during the training.")
        if len(facts.epochs) == 1:
            return t("It was measured once: a curve needs two measurements. Give it more epochs, or use a pruner.")
        kept = kept_epoch(facts)
        read = t(
            "Train is the mean since the last measurement; validation rising while train falls means over-fitting."
        )
        return read if kept is None else f"{t('Kept: epoch {epoch:number}.', epoch=kept)} {read}"


def _status_text(view: View, desk: Desk) -> str:
    return " ".join(filter(None, (outcome(view.facts, desk), advice(view.facts, desk))))


def _status(view: View, canvas: Canvas, desk: Desk) -> Content:
    """Return the bar of a trial that is being trained, or how it ended."""
    facts, palette, glyphs = view.facts, canvas.palette, canvas.glyphs
    if state(facts, desk) != "running":
        return Content("\n").join(paragraph(_status_text(view, desk), canvas, palette.state(state(facts, desk))))
    done = progress(facts)
    shown = canvas.language.percent(done, 0)
    room = max(4, canvas.width - len(shown) - 1)
    full = round(room * done)
    return Content.assemble(
        (glyphs.bar * full, palette.running), (glyphs.rest * (room - full), palette.faint), f" {flat(shown, glyphs)}"
    )
