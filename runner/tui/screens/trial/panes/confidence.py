"""Confidence: how sure the model is where it is right and where it is wrong, and whether that can be believed."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from runner.console.datatable import DataTable, table_of
from runner.console.text import safe
from runner.tui.desk import Desk
from runner.tui.figures.columns import columns
from runner.tui.screens.trial.certainty import mean_confidence, reliability, stacks
from runner.tui.figures.table import Heading, facts, grid
from runner.tui.screens.trial.panes.page import heading, lines_in_sight, missing, page, source_line
from runner.tui.figures.canvas import paragraph
from runner.tui.screens.trial.telling import interval, metric_name, share, split
from runner.tui.screens.trial.view import View
from runner.tui.widgets.chart import Chart
from runner.tui.figures.canvas import Canvas
from runner.tui.widgets.drawing import Drawing
from runner.tui.words import msgid

if TYPE_CHECKING:
    from runner.report.results import Calibration

__all__ = ["ConfidencePane"]

_BIN = ("low", "high", "right", "wrong", "confidence")
_HEIGHT, _HIGHEST, _BESIDE = 10, 28, 15
"""Lines of the highest column, at least and at most, and above and below it."""


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
        self._columns, self._facts, self._change = Drawing(desk), Drawing(desk), Drawing(desk)
        self._curve = Chart(desk, classes="chart")
        self._curve_heading = heading(desk, msgid("Reliability"))
        self._change_heading = heading(desk, msgid("Before and after temperature scaling"))
        self.widget: Widget = page(
            [self._source, heading(desk, msgid("Right and wrong by confidence (%)")), self._columns, self._facts],
            [self._curve_heading, self._curve, self._change_heading, self._change],
        )

    def show(self, view: View) -> None:
        """Draw what was judged."""
        self._view, desk = view, self._desk
        self._source.retell()
        found = view.evaluation
        judged = found is not None and bool(found.confidence)
        calibration = view.facts.calibration if view.judgement and view.judgement.subject == "winner" else None
        for part in (self._curve, self._curve_heading, self._facts):
            part.display = judged
        told = calibration is not None or _untold(view, desk) != ""
        self._change.display = self._change_heading.display = judged and told
        if found is None or not judged:
            self._columns.show(lambda canvas: Content("\n").join(paragraph(missing(view, desk), canvas)))
            return
        names = (desk.t("right"), desk.t("wrong"))
        shown = stacks(found.confidence, desk)
        height = max(_HEIGHT, min(_HIGHEST, lines_in_sight(self.widget) - _BESIDE))
        self._columns.show(lambda canvas: columns(shown, canvas, names=names, height=height))
        self._facts.show(lambda canvas: facts(_figures(view, desk), canvas))
        before = calibration.confidence_before if calibration and found.split == "test" else ()
        self._curve.show(reliability(found.confidence, before, desk))
        self._change.show(lambda canvas: _change(calibration, view, canvas, desk))

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


def _untold(view: View, desk: Desk) -> str:
    """Say why nothing is known of calibration, where something should be."""
    if view.judgement is None or view.judgement.subject != "winner":
        return ""
    if "calibration" in view.facts.unreadable:
        return desk.t("What the store holds of it was written by another version, and cannot be read here.")
    if reason := view.facts.failures.get("calibration"):
        return desk.t("This could not be found out: {reason}", reason=safe(reason, 400))
    return ""


def _change(calibration: "Calibration | None", view: View, canvas: Canvas, desk: Desk) -> Content:
    """Return the temperature, and metrics before and after."""
    t = desk.t
    if calibration is None:
        return Content("\n").join(paragraph(_untold(view, desk), canvas))
    warmth = calibration.temperature
    meaning = t("above 1: it had been too sure") if warmth > 1 else t("below 1: it had been too unsure")
    pairs = [
        (t("Temperature"), f"{desk.language.number(warmth)} ({t('1: nothing changed') if warmth == 1 else meaning})")
    ]
    rows = [
        [
            metric_name(name, desk),
            split(place, desk),
            desk.metric(name, before),
            desk.metric(name, scores.after.get(name)),
        ]
        for place, scores in (("test", calibration.test), ("validation", calibration.validation))
        if scores is not None
        for name, before in scores.before.items()
    ]
    headings = [
        Heading(t("Metric")),
        Heading(t("Split")),
        Heading(t("before"), right=True),
        Heading(t("after"), right=True),
    ]
    return Content("\n").join([facts(pairs, canvas), *([grid(headings, rows, canvas)] if rows else [])])
