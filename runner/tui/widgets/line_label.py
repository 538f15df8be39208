"""`LineLabel`: a line that is asked for anew as often as one likes, since it never changes the layout."""

from collections.abc import Callable

from textual.content import Content
from textual.widget import Widget

from runner.tui.context import AppContext
from runner.tui.figures.fitting import fit

__all__ = ["LineLabel"]


class LineLabel(Widget):
    """Shows what `tell` returns, cut where there is no room.

    Args:
        context: Signs to cut with.
        tell: Returns the text, in the language of the moment; it should be safe already.
        id: As in Textual.
    """

    DEFAULT_CSS = """
    LineLabel { height: 1; width: 1fr; }
    """

    def __init__(self, context: AppContext, tell: Callable[[], str | Content], *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self.context = context
        self._tell = tell

    def refresh_text(self) -> None:
        """Ask for the text again."""
        self.refresh()

    def render(self) -> Content:
        """Return the line, as wide as there is room."""
        return fit(self._tell(), self.content_size.width, self.context.glyphs)
