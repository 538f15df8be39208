"""Confusion: what is taken for what, the scores of each class, and all metrics with their intervals."""

from collections.abc import Callable

from textual.widget import Widget

from runner.presentation.datatable import DataTable
from runner.presentation.labels import msgid
from runner.tui.desk import Desk
from runner.tui.figures.table import facts
from runner.tui.screens.trial.panes.page import figure_or_reason, heading, lines_in_sight, page, source_line
from runner.tui.screens.trial.scores import metric_bars, metric_rows
from runner.tui.screens.trial.view import View
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.figure_view import FigureView

__all__ = ["ConfusionPane"]

_BESIDE = 6
"""Lines above and below the matrix."""


class ConfusionPane:
    """The confusion matrix, and how good the answers are.

    Args:
        desk: Words and colours.
        keys: Returns the key of an action, for what the lines say.
    """

    def __init__(self, desk: Desk, keys: Callable[[str], str]) -> None:
        self._desk = desk
        self._view: View | None = None
        self._source = source_line(lambda: self._view, desk, lambda: keys("trial.split"))
        self._matrix, self._classes, self._metrics = FigureView(desk), FigureView(desk), FigureView(desk)
        self._others = Drawing(desk)
        whole = (heading(desk, msgid("All metrics, with 95 % intervals")), self._metrics, self._others)
        self._parts: tuple[Widget, ...] = (*whole, self._classes)
        self.widget: Widget = page([self._source, self._matrix], self._parts)

    def show(self, view: View) -> None:
        """Draw what was judged."""
        self._view, desk = view, self._desk
        self._source.retell()
        judged = view.evaluation is not None
        for part in self._parts:
            part.display = judged
        self._matrix.show(figure_or_reason(view, "confusion", desk), lines_in_sight(self.widget) - _BESIDE)
        if judged:
            self._classes.show(figure_or_reason(view, "classes", desk))
            self._metrics.show(metric_bars(view, desk))
            self._others.show(lambda canvas: facts(metric_rows(view, desk, shares=False), canvas))

    def table(self, view: View) -> DataTable:
        """Return the matrix, a row for each of its cells."""
        if view.evaluation is None:
            return DataTable()
        cells = [
            (view.label(truth), view.label(predicted), count)
            for truth, row in enumerate(view.evaluation.confusion)
            for predicted, count in enumerate(row)
        ]
        return DataTable(("truth", "predicted", "rows"), tuple(cells))
