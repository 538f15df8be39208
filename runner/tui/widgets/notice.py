"""`Notice`: one line that says what is wrong and what to do; hidden if all is well."""

from textual.content import Content
from textual.widgets import Static

from runner.presentation.text import safe
from runner.tui.context import AppContext

__all__ = ["Notice"]


class Notice(Static):
    """A bar below the header that stays until its problem is over."""

    DEFAULT_CSS = """
    Notice { display: none; height: auto; max-height: 4; padding: 0 1; background: $error 20%; color: $foreground; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__("", markup=False)
        self.context = context
        self.message = ""

    def say(self, message: str) -> None:
        """Show a message; an empty one hides the bar."""
        if message == self.message:
            return
        self.message = message
        sign = self.context.glyphs.severities["problem"]
        self.update(Content.assemble((f"{sign} ", self.context.palette.bad), safe(message, 600)))
        self.display = bool(message)
