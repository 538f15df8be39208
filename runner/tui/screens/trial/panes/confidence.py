"""Confidence: how sure the model is where it is right and where it is wrong, and whether that can be believed."""

from collections.abc import Callable
from dataclasses import asdict

from textual.widget import Widget

from runner.presentation.datatable import DataTable, table_of
from runner.presentation.text import safe
from runner.tui.desk import Desk
from runner.tui.figures.table import facts
from runner.tui.screens.trial.certainty import mean_confidence
from runner.tui.screens.trial.panes.page import figure_or_reason, lines_in_sight, page, source_line
from runner.tui.screens.trial.telling import interval, metric_name, share
from runner.tui.screens.trial.view import View
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.figure_view import FigureView

__all__ = ["ConfidencePane"]

_BIN = ("low", "high", "right", "wrong", "confidence")
_BESIDE = 8
"""Lines above and below the histogram."""


class ConfidencePane:
    """Histogram, reliability curve, calibration error, and what the temperature changed.

    Args:
        desk: Words and colours.
        keys: Returns the key of an action, for what the lines say.
    """

    def __init__(self, desk: Desk, keys: Callable[[str], str]) -> None:
        self._desk = desk
        self._view: View | None = None
        self._source = source_line(lambda: self._view, desk, lambda: keys("trial.split"))
        self._columns, self._change = FigureView(desk), FigureView(desk)
        self._curve, self._facts = FigureView(desk, classes="chart"), Drawing(desk)
        self.widget: Widget = page([self._source, self._columns, self._facts], [self._curve, self._change])

    def show(self, view: View) -> None:
        """Draw what was judged."""
        self._view, desk = view, self._desk
        self._source.retell()
        judged = view.evaluation is not None and bool(view.evaluation.confidence)
        self._columns.show(figure_or_reason(view, "confidence", desk), lines_in_sight(self.widget) - _BESIDE)
        for part in (self._curve, self._facts):
            part.display = judged
        self._change.display = judged and view.judgement is not None and view.judgement.subject == "winner"
        if judged:
            self._facts.show(lambda canvas: facts(_figures(view, desk), canvas))
            self._curve.show(figure_or_reason(view, "reliability", desk))
            self._change.show(figure_or_reason(view, "temperature", desk))

    def table(self, view: View) -> DataTable:
        """Return the bins."""
        found = view.evaluation
        return table_of([asdict(each) for each in found.confidence] if found else [], _BIN)


def _figures(view: View, desk: Desk) -> list[tuple[str, str]]:
    """Return the calibration error, and how sure the model is on average."""
    found, t = view.evaluation, desk.t
    if found is None:
        return []
    pairs = []
    if "ece" in found.metrics:
        ends = interval("ece", found.intervals.get("ece"), desk)
        pairs.append((metric_name("ece", desk), f"{desk.metric('ece', found.metrics['ece'])} {ends}".strip()))
    if view.predictions is not None:
        pairs.append((t("Mean confidence where right"), share(mean_confidence(view.predictions, right=True), desk)))
        pairs.append((t("Mean confidence where wrong"), share(mean_confidence(view.predictions, right=False), desk)))
    elif view.trouble:
        pairs.append((t("Mean confidence"), safe(view.trouble, 400)))
    return pairs
