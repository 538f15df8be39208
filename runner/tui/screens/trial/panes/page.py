"""The page of a pane: two columns, side by side if there is room, otherwise stacked; it scrolls."""

from collections.abc import Callable, Sequence
from typing import Protocol

from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from runner.presentation.datatable import DataTable
from runner.tui.context import AppContext
from runner.tui.figures.fitting import flat
from runner.tui.screens.trial.labels import judged
from runner.tui.screens.trial.trial_view import TrialView
from runner.tui.widgets.text_label import TextLabel

__all__ = ["BasePane", "heading", "lines_in_sight", "missing", "page", "source_line"]

_AROUND = 5
"""Lines of header, title, tabs, footer and the space between them."""


class BasePane(Protocol):
    """The content of a tab."""

    @property
    def widget(self) -> Widget:
        """The widget to mount."""

    def show(self, view: TrialView) -> None:
        """Show this view from now on, in the current language; scroll positions stay."""

    def table(self, view: TrialView) -> DataTable:
        """Return the shown data, for the clipboard and for files; empty if there is none."""


def page(left: Sequence[Widget], right: Sequence[Widget] = ()) -> VerticalScroll:
    """Return a page with one or two columns."""
    columns = [Vertical(*widgets, classes="column") for widgets in (left, right) if widgets]
    return VerticalScroll(Container(*columns, classes="columns"), classes="page")


def lines_in_sight(widget: Widget) -> int:
    """Return the visible lines of a page if two columns have room, otherwise 0: the page is scrolled."""
    if not widget.is_attached or not widget.screen.has_class("-wide"):
        return 0
    return max(0, widget.app.size.height - _AROUND)


def heading(context: AppContext, text: str) -> TextLabel:
    """Return the heading of a part; `text` is an msgid."""
    return TextLabel(lambda: context.t(text), classes="part")


def missing(view: TrialView, context: AppContext) -> str:
    """Return why there is no evaluation to show, and what to do."""
    trial, t = view.facts.trial, context.t
    if view.judgement is not None:
        return t("What the store holds of it was written by another version, and cannot be read here.")
    match trial.state:
        case "running":
            return t("The trial is judged when its training ends; look at its curves meanwhile.")
        case "failed":
            return t("The trial failed before it was judged; Parameters tells why.")
        case "pruned":
            return t("The trial was pruned before it was judged.")
        case _:
            return t("Not recorded: the model was judged by an older modelcat, or its plugin does not tell.")


def source_line(view: Callable[[], TrialView | None], context: AppContext, key: Callable[[], str]) -> TextLabel:
    """Return the line that says which model a page is about, and which key shows another."""

    def get_text() -> Content:
        now = view()
        if now is None or now.judgement is None:
            return Content("")
        line = Content.styled(flat(judged(now.judgement, context), context.glyphs), context.palette.text)
        if len(now.facts.judgements) > 1:
            number, count = now.facts.judgements.index(now.judgement) + 1, len(now.facts.judgements)
            others = context.t("{number:count} of {count:count} ({key}: next)", number=number, count=count, key=key())
            line = Content.assemble(line, ("   " + others, context.palette.muted))
        return line

    return TextLabel(get_text, classes="source")
