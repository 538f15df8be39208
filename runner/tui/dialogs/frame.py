"""The frame of a dialog: a title, the content, and a line with the keys that close the dialog."""

from collections.abc import Callable

from textual.containers import Vertical
from textual.widget import Widget

from runner.tui.context import AppContext
from runner.tui.widgets.text_label import TextLabel

__all__ = ["frame"]


def frame(context: AppContext, title: Callable[[], str], *content: Widget, keys: str) -> Vertical:
    """Return a dialog's box.

    Args:
        context: The context of the app.
        title: Returns the title in the current language.
        content: The widgets between title and keys.
        keys: Description of the keys, as a text to translate.
    """
    return Vertical(
        TextLabel(title, classes="title"),
        *content,
        TextLabel(lambda: context.t(keys), classes="keys"),
        classes="dialog",
    )
