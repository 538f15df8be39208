"""The frame of a dialog: a title, what it holds, and a line that says which keys end it."""

from collections.abc import Callable

from textual.containers import Vertical
from textual.widget import Widget

from runner.tui.context import AppContext
from runner.tui.widgets.text_label import TextLabel

__all__ = ["frame"]


def frame(context: AppContext, title: Callable[[], str], *content: Widget, keys: str) -> Vertical:
    """Return a dialog's box.

    Args:
        context: For words.
        title: Returns the title in the language of the moment.
        content: What stands between.
        keys: What the keys do, as a text to translate.
    """
    return Vertical(
        TextLabel(title, classes="title"),
        *content,
        TextLabel(lambda: context.t(keys), classes="keys"),
        classes="dialog",
    )
