"""Confusion: what is taken for what, the scores of each class, and all metrics with their intervals."""

from collections.abc import Callable

from textual.content import Content
from textual.widget import Widget

from runner.console.datatable import DataTable
from runner.console.text import safe
from runner.tui.desk import Desk
from runner.tui.figures.bars import bars
from runner.tui.figures.heat import heat_map
from runner.tui.figures.table import Heading, facts, grid
from runner.tui.screens.trial.panes.page import heading, lines_in_sight, missing, page, source_line
from runner.tui.figures.canvas import paragraph
from runner.tui.screens.trial.scores import MOST_CLASSES, class_bars, class_rows, metric_bars, metric_rows
from runner.tui.screens.trial.view import View
from runner.tui.figures.canvas import Canvas
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.told import Told
from runner.tui.words import msgid

__all__ = ["ConfusionPane"]

_BESIDE, _TALLEST = 7, 12
"""Lines above and below the matrix, and of its largest cell."""


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
        self._matrix, self._classes, self._metrics = Drawing(desk), Drawing(desk), Drawing(desk)
        self._matrix_read = Told(
            lambda: desk.t("Rows are true classes: count, and share of the row. The diagonal is right."),
            classes="muted",
        )
        whole = (heading(desk, msgid("All metrics, with 95 % intervals")), self._metrics)
        each = (heading(desk, msgid("Scores of each class")), self._classes)
        self._parts: tuple[Widget, ...] = (self._matrix_read, *whole, *each)
        self.widget: Widget = page([self._source, self._matrix, self._matrix_read], [*whole, *each])

    def show(self, view: View) -> None:
        """Draw what was judged."""
        self._view, desk = view, self._desk
        self._source.retell()
        judged = view.evaluation is not None
        for part in self._parts:
            part.display = judged
        if (found := view.evaluation) is None:
            self._matrix.show(lambda canvas: Content("\n").join(paragraph(missing(view, desk), canvas)))
            return
        labels = [safe(view.label(index), 40) for index in range(len(found.confusion))]
        tall = min(_TALLEST, (lines_in_sight(self.widget) - _BESIDE) // max(1, len(labels)))
        self._matrix.show(lambda canvas: heat_map(found.confusion, labels, canvas, tall=tall))
        self._classes.show(lambda canvas: _classes(view, canvas, desk))
        self._metrics.show(lambda canvas: _metrics(view, canvas, desk))

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


def _classes(view: View, canvas: Canvas, desk: Desk) -> Content:
    """Return the table of the classes and, for few of them, bars."""
    t = desk.t
    headings = [
        Heading(t("Class")),
        Heading(t("Texts"), right=True),
        Heading(t("Predicted"), right=True),
        *(Heading(t(label), right=True) for label in (msgid("Precision"), msgid("Recall"), msgid("F1"))),
    ]
    parts = [grid(headings, class_rows(view, desk), canvas)]
    classes = len(view.evaluation.classes) if view.evaluation else 0
    if classes > MOST_CLASSES:
        note = t("The {shown:count} weakest of {all:count} classes", shown=MOST_CLASSES, all=classes)
        parts.append(Content.styled(note, canvas.palette.muted))
    for label, group in class_bars(view, desk):
        parts.append(Content.styled(label, canvas.palette.muted))
        parts.append(bars(group, canvas, largest=1.0))
    return Content("\n").join(parts)


def _metrics(view: View, canvas: Canvas, desk: Desk) -> Content:
    shares = bars(metric_bars(view, desk), canvas, largest=1.0)
    return Content("\n").join([shares, facts(metric_rows(view, desk, shares=False), canvas)])
