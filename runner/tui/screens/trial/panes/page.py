"""The page of a pane: two columns side by side where there is room, one below the other where not; it scrolls."""

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
    """What a tab shows."""

    @property
    def widget(self) -> Widget:
        """What is mounted."""

    def show(self, view: TrialView) -> None:
        """Show this from now on, in the language of the moment; nothing that is read is moved."""

    def table(self, view: TrialView) -> DataTable:
        """Return what it shows as data, for the clipboard and for files; empty where there is nothing."""


def page(left: Sequence[Widget], right: Sequence[Widget] = ()) -> VerticalScroll:
    """Return a page with one column, or two."""
    columns = [Vertical(*widgets, classes="column") for widgets in (left, right) if widgets]
    return VerticalScroll(Container(*columns, classes="columns"), classes="page")


def lines_in_sight(widget: Widget) -> int:
    """Return how many lines of a page can be seen at once where two columns have room, else 0: it is scrolled."""
    if not widget.is_attached or not widget.screen.has_class("-wide"):
        return 0
    return max(0, widget.app.size.height - _AROUND)


def heading(context: AppContext, text: str) -> TextLabel:
    """Return the heading of a part; `text` is an msgid."""
    return TextLabel(lambda: context.t(text), classes="part")


def missing(view: TrialView, context: AppContext) -> str:
    """Say why there is nothing to show about how the trial was judged, and what to do."""
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
    """Return the line that says whose answers a page is about, and which key shows others."""

    def tell() -> Content:
        now = view()
        if now is None or now.judgement is None:
            return Content("")
        line = Content.styled(flat(judged(now.judgement, context), context.glyphs), context.palette.text)
        if len(now.facts.judgements) > 1:
            number, count = now.facts.judgements.index(now.judgement) + 1, len(now.facts.judgements)
            others = context.t("{number:count} of {count:count} ({key}: next)", number=number, count=count, key=key())
            line = Content.assemble(line, ("   " + others, context.palette.muted))
        return line

    return TextLabel(tell, classes="source")
