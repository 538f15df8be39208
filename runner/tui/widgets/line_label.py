"""`LineLabel`: one line of text that is cheap to update, because it never changes the layout."""

from collections.abc import Callable

from textual.content import Content
from textual.widget import Widget

from runner.tui.context import AppContext
from runner.tui.figures.fitting import fit

__all__ = ["LineLabel"]


class LineLabel(Widget):
    """Shows the text that `get_text` returns, cut if there is no room.

    Args:
        context: The context of the app.
        get_text: Returns the text in the current language; it must be safe to show.
        id: As in Textual.
    """

    DEFAULT_CSS = """
    LineLabel { height: 1; width: 1fr; }
    """

    def __init__(self, context: AppContext, get_text: Callable[[], str | Content], *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self.context = context
        self._get_text = get_text

    def refresh_text(self) -> None:
        """Update the text."""
        self.refresh()

    def render(self) -> Content:
        """Return the line, as wide as the widget."""
        return fit(self._get_text(), self.content_size.width, self.context.glyphs)
