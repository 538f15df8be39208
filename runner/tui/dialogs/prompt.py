"""Asks for one line of text."""

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
    """Answers with the line, or None where the person went out.

    Args:
        context: For words.
        title: Returns what is asked.
        value: What stands there already.
        hint: Returns a line that explains; empty for none.
        check: Returns what is wrong with a line, in the person's language, or an empty text; asked at each key.
    """

    BINDINGS = [("escape", "leave", "")]  # noqa: RUF012 -- as Textual has it

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
        """Show the line."""
        yield frame(
            self.context,
            self._title,
            self._input,
            TextLabel(lambda: safe(self._wrong, 300) or self._hint(), id="hint"),
            keys=msgid("Enter take it   Esc leave"),
        )

    def on_mount(self) -> None:
        """Be ready to type."""
        self._input.focus()

    @on(Input.Changed)
    def judge(self) -> None:
        """Say what is wrong while it is typed."""
        self._wrong = self._check(self._input.value)
        self.query_one("#hint", TextLabel).refresh_text()

    @on(Input.Submitted)
    def take(self) -> None:
        """End with the line, if nothing is wrong with it."""
        self._wrong = self._check(self._input.value)
        if self._wrong:
            self.query_one("#hint", TextLabel).refresh_text()
        else:
            self.dismiss(self._input.value)

    def action_leave(self) -> None:
        """End without an answer."""
        self.dismiss(None)
