"""A dialog that asks for one line of text."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input

from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.dialogs.frame import frame
from runner.tui.widgets.text_label import TextLabel

__all__ = ["PromptDialog"]


class PromptDialog(ModalScreen[str | None]):
    """Returns the line, or None if the user leaves.

    Args:
        context: The context of the app.
        title: Returns the question.
        value: The initial text.
        hint: Returns an explanation in one line; empty for none.
        check: Returns what is wrong with a line in the user's language, or an empty text; called at each key.
    """

    BINDINGS = [("escape", "leave", "")]  # noqa: RUF012 -- Textual's convention

    def __init__(
        self,
        context: AppContext,
        title: Callable[[], str],
        value: str = "",
        hint: Callable[[], str] = lambda: "",
        check: Callable[[str], str] = lambda _: "",
    ) -> None:
        super().__init__()
        self.context = context
        self._title = title
        self._hint = hint
        self._check = check
        self._input = Input(value, max_length=4096)
        self._wrong = ""

    def compose(self) -> ComposeResult:
        """Show the input."""
        yield frame(
            self.context,
            self._title,
            self._input,
            TextLabel(lambda: safe(self._wrong, 300) or self._hint(), id="hint"),
            keys=msgid("Enter take it   Esc leave"),
        )

    def on_mount(self) -> None:
        """Focus the input."""
        self._input.focus()

    @on(Input.Changed)
    def judge(self) -> None:
        """Report what is wrong while the user types."""
        self._wrong = self._check(self._input.value)
        self.query_one("#hint", TextLabel).refresh_text()

    @on(Input.Submitted)
    def take(self) -> None:
        """Close with the line, if it is valid."""
        self._wrong = self._check(self._input.value)
        if self._wrong:
            self.query_one("#hint", TextLabel).refresh_text()
        else:
            self.dismiss(self._input.value)

    def action_leave(self) -> None:
        """Close without a result."""
        self.dismiss(None)
