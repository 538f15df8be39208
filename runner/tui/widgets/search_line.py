"""`SearchLine`: an input for words that filter a list while the user types."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from runner.tui.context import AppContext
from runner.tui.widgets.text_label import TextLabel

__all__ = ["SearchLine"]


class SearchLine(Horizontal):
    """Hidden until it is opened; Enter keeps the words and returns, Escape clears them.

    Args:
        context: The context of the app.
        id: As in Textual.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", show=False)]
    DEFAULT_CSS = """
    SearchLine { display: none; height: 1; background: $panel; }
    SearchLine TextLabel { width: auto; padding: 0 1; color: $accent; }
    SearchLine Input { width: 1fr; background: $panel; padding: 0; }
    """

    @dataclass
    class Changed(Message):
        """The words have changed; no words: everything is to be shown."""

        words: str

    @dataclass
    class Left(Message):
        """The user has finished typing."""

    def __init__(self, context: AppContext, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self.context = context
        self._input = Input(max_length=200, compact=True)
        self._input.styles.border = ("none", "transparent")  # a rule here would lose to the app's own for all inputs

    @property
    def words(self) -> str:
        """The words of the search; empty if everything is shown."""
        return self._input.value

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """The effect of the line's own keys, for the footer."""
        return (("Enter", self.context.t("keep")), ("Esc", self.context.t("clear")))

    def compose(self) -> ComposeResult:
        """Yield label and input."""
        yield TextLabel(lambda: self.context.t("Search"))
        yield self._input

    def open(self) -> None:
        """Show the line and focus the input."""
        self.display = True
        self._input.focus()

    def action_clear(self) -> None:
        """Clear the words, and hide the line."""
        self._input.value = ""
        self.display = False
        self.post_message(self.Left())

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Post the words."""
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        """Keep the words, or hide the line if there are none."""
        event.stop()
        self.display = bool(self.words.strip())
        self.post_message(self.Left())
