"""A pane of the task's figures of an evaluation: those of one group."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from catalog.figures import Empty, Figure, Plot
from runner.presentation.datatable import DataTable
from runner.presentation.labels import msgid
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.data import figures_data
from runner.tui.figures.render import body, caption, title
from runner.tui.figures.table import facts
from runner.tui.screens.trial.panes.page import lines_in_sight, missing, source_line
from runner.tui.screens.trial.scores import metric_bars, metric_rows
from runner.tui.screens.trial.trial_view import TrialView
from runner.tui.widgets.drawing import Drawing
from runner.tui.widgets.figure_view import FigureView
from runner.tui.widgets.text_label import TextLabel

__all__ = ["FiguresPane"]

Item = tuple[Figure, bool]
"""A figure, and whether all of it is drawn as text; otherwise only its caption."""

_AROUND = 8
"""Lines above and below the first figure of a page."""


class FiguresPane:
    """The first figure of a group and similar ones to the left, all others to the right.

    Args:
        context: The context of the app.
        keys: Returns the key of an action, for hints.
        group: Key of the group.
        metrics: Whether the pane also lists all metrics.
    """

    def __init__(self, context: AppContext, keys: Callable[[str], str], group: str, *, metrics: bool) -> None:
        self.context = context
        self._group = group
        self._keys = keys
        self._view: TrialView | None = None
        self._source = source_line(lambda: self._view, context, lambda: keys("trial.split"))
        self._metrics = (TextLabel(self._metrics_title, classes="part"), Drawing(context)) if metrics else ()
        self._left, self._right = _Column(context, self._source), _Column(context, *self._metrics)
        self.widget: Widget = VerticalScroll(Container(self._left, self._right, classes="columns"), classes="page")

    def _metrics_title(self) -> str:
        evaluation = None if self._view is None else self._view.evaluation
        has_intervals = evaluation is None or evaluation.intervals
        return self.context.t(msgid("All metrics, with 95 % intervals") if has_intervals else msgid("All metrics"))

    def show(self, view: TrialView) -> None:
        """Draw the evaluation's figures, or say why there are none."""
        judgement, figures = view.group(self._group)
        context, shown = self.context, replace(view, judgement=judgement)
        self._view = shown
        self._source.refresh_text()
        for part in self._metrics:
            part.display = shown.evaluation is not None
            if isinstance(part, TextLabel):
                part.refresh_text()
            if isinstance(part, Drawing):
                part.show(lambda canvas: _all_metrics(shown, canvas, context))
        left, right = _sides(_worth_showing(figures, shown) or [Empty(self._group, "", missing(shown, context))])
        self._left.show(left, lines_in_sight(self.widget) - _AROUND, self._hint(shown, left))
        self._right.show(right)
        self._right.display = bool(right) or (bool(self._metrics) and shown.evaluation is not None)

    def table(self, view: TrialView) -> DataTable:
        """Return the numbers of the figures to the left."""
        judgement, figures = view.group(self._group)
        left, _ = _sides(_worth_showing(figures, replace(view, judgement=judgement)))
        return figures_data(left)

    def _hint(self, view: TrialView, figures: Sequence[Figure]) -> str:
        """Return which trial may have what this one lacks."""
        winner = view.facts.winner
        if winner is None or view.facts.is_winner or not all(isinstance(one, Empty) for one in figures):
            return ""
        return self.context.t(
            "More is known of the kept model, which is trial {number}; at Examples, {key} asks the kept model why an "
            "example is answered so.",
            number=str(winner),
            key=self._keys("trial.explain"),
        )


class _Column(Vertical):
    """Figures one below the other: each plot has its own view, all others are drawn as text.

    Args:
        context: The context of the app.
        first: The widgets above the figures.
    """

    def __init__(self, context: AppContext, *first: Widget) -> None:
        super().__init__(*first, classes="column")
        self.context = context
        self._shape: tuple[bool, ...] = ()
        self._parts: list[FigureView | Drawing] = []

    def show(self, figures: Sequence[Figure], lines: int = 0, hint: str = "") -> None:
        """Show these figures from now on; the first may take so many lines."""
        runs = _runs(figures)
        shape = tuple(isinstance(run, Plot) for run in runs)
        if shape != self._shape:
            for part in self._parts:
                part.remove()
            context = self.context
            self._shape = shape
            self._parts = [FigureView(context, classes="chart") if plot else Drawing(context) for plot in shape]
            self.mount(*self._parts)
        for index, (run, part) in enumerate(zip(runs, self._parts, strict=True)):
            if isinstance(run, Plot) and isinstance(part, FigureView):
                part.show(replace(run, caption=()))
            elif isinstance(run, list) and isinstance(part, Drawing):
                room, said = (lines if index == 0 else 0), (hint if index == len(runs) - 1 else "")
                part.show(partial(_text, run, room, said))


def _worth_showing(figures: Sequence[Figure], view: TrialView) -> list[Figure]:
    """Return figures without those that are only a reason, unless all are, or they are the kept model's."""
    kept = view.judgement is not None and view.judgement.subject == "winner"
    drawn = [one for one in figures if kept or not isinstance(one, Empty)]
    return drawn or list(figures[:1])


def _sides(figures: Sequence[Figure]) -> tuple[list[Figure], list[Figure]]:
    """Return the first figure with those whose keys differ only in their number, and all others."""
    stems = [re.sub(r"-\d+$", "", one.key) for one in figures]
    first = [one for one, stem in zip(figures, stems, strict=True) if stem == stems[0]]
    return first, [one for one in figures if one not in first]


def _runs(figures: Sequence[Figure]) -> list[Plot | list[Item]]:
    """Return the plots, and the runs of figures between them; the caption of a plot is below it."""
    runs: list[Plot | list[Item]] = []
    for figure in figures:
        if isinstance(figure, Plot):
            runs += [figure, [(figure, False)]] if figure.caption else [figure]
        elif runs and isinstance(last := runs[-1], list):
            last.append((figure, True))
        else:
            runs.append([(figure, True)])
    return runs


def _text(items: Sequence[Item], lines: int, hint: str, canvas: Canvas) -> Content:
    """Return figures one below the other; a caption that several share is below the last of them."""
    parts: list[Content] = []
    for index, (figure, whole) in enumerate(items):
        if whole:
            place = replace(canvas, height=lines if index == 0 else 0)
            parts += [*([Content("")] if parts else []), *title(figure, canvas), *body(figure, place)]
        shared = index + 1 < len(items) and items[index + 1][0].caption == figure.caption
        parts += [] if shared else caption(figure, canvas)
    if hint:
        parts += [Content(""), *paragraph(hint, canvas, canvas.palette.muted)]
    return Content("\n").join(parts)


def _all_metrics(view: TrialView, canvas: Canvas, context: AppContext) -> Content:
    bars = body(metric_bars(view, context), canvas)
    return Content("\n").join([*bars, facts(metric_rows(view, context), canvas)])
