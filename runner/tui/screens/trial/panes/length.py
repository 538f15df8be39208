"""Length: does it matter how long a text is?"""

from collections.abc import Callable
from dataclasses import asdict

from textual.content import Content
from textual.widget import Widget

from runner.presentation.datatable import DataTable, table_of
from runner.tui.desk import Desk
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import flat
from runner.tui.figures.table import Heading, grid
from runner.tui.screens.trial.lengths import named, standing_out, unit
from runner.tui.screens.trial.panes.page import missing, page, source_line
from runner.tui.screens.trial.view import View
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.figure_view import FigureView
from runner.tui.widgets.told import Told

__all__ = ["LengthPane"]


class LengthPane:
    """Accuracy by length with its interval, and the share of texts that are cut.

    Args:
        desk: Words and colours.
        keys: Returns the key of an action, for what the lines say.
    """

    def __init__(self, desk: Desk, keys: Callable[[str], str]) -> None:
        self._desk = desk
        self._view: View | None = None
        self._source = source_line(lambda: self._view, desk, lambda: keys("trial.split"))
        self._said = Told(self._sentence, classes="part")
        self._table = Drawing(desk)
        self._course, self._cut = FigureView(desk, classes="chart"), FigureView(desk)
        self.widget: Widget = page([self._source, self._said, self._course], [self._table, self._cut])

    def show(self, view: View) -> None:
        """Draw what was judged."""
        self._view, desk = view, self._desk
        self._source.retell()
        self._said.retell()
        figures = view.judgement.figures if view.judgement is not None else {}
        for part, key in ((self._course, "lengths"), (self._cut, "truncation")):
            part.display = key in figures
            part.show(figures.get(key))
        found = view.evaluation
        self._table.display = found is not None and bool(found.lengths)
        self._table.show(lambda canvas: _grid(view, canvas, desk))

    def table(self, view: View) -> DataTable:
        """Return the buckets."""
        return table_of([asdict(bucket) for bucket in view.evaluation.lengths] if view.evaluation else [])

    def _sentence(self) -> str:
        if self._view is None:
            return ""
        found = self._view.evaluation
        said = standing_out(found.lengths, self._desk) if found and found.lengths else missing(self._view, self._desk)
        return flat(said, self._desk.glyphs)


def _grid(view: View, canvas: Canvas, desk: Desk) -> Content:
    headings, rows = _rows(view, desk)
    return Content("\n").join([Content(""), grid(headings, rows, canvas)])


def _rows(view: View, desk: Desk) -> tuple[list[Heading], list[list[str]]]:
    t, language = desk.t, desk.language
    buckets = view.evaluation.lengths if view.evaluation else ()
    headings = [
        Heading(t("Length")),
        Heading(t("Texts"), right=True),
        Heading(t("Accuracy"), right=True),
        Heading(t("Confidence"), right=True),
        Heading(t("Truncated"), right=True),
    ]
    rows = [
        [
            f"{named(bucket, desk)} {unit(bucket, desk)}",
            language.count(bucket.rows),
            language.percent(bucket.accuracy),
            language.percent(bucket.confidence),
            language.percent(bucket.truncated),
        ]
        for bucket in buckets
    ]
    return headings, rows
