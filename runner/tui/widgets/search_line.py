"""`SearchLine`: a line to type words into that narrow down a list while they are typed."""

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
    """Away until it is opened; Enter keeps the words and goes back, Escape clears them.

    Args:
        context: For words.
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
        """Other words are to be searched; none: all is to be shown."""

        words: str

    @dataclass
    class Left(Message):
        """The person is done with typing."""

    def __init__(self, context: AppContext, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self.context = context
        self._input = Input(max_length=200, compact=True)
        self._input.styles.border = ("none", "transparent")  # a rule here would lose to the app's own for all inputs

    @property
    def words(self) -> str:
        """What is searched; empty where all is shown."""
        return self._input.value

    @property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """What its own keys do, for the footer."""
        return (("Enter", self.context.t("keep")), ("Esc", self.context.t("clear")))

    def compose(self) -> ComposeResult:
        """Put the line together."""
        yield TextLabel(lambda: self.context.t("Search"))
        yield self._input

    def open(self) -> None:
        """Show it, ready to type."""
        self.display = True
        self._input.focus()

    def action_clear(self) -> None:
        """Search for nothing, and go away."""
        self._input.value = ""
        self.display = False
        self.post_message(self.Left())

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Tell what is typed."""
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        """Keep the words, or go away where there are none."""
        event.stop()
        self.display = bool(self.words.strip())
        self.post_message(self.Left())
