"""A dialog that confirms an action that cannot be undone."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.screen import ModalScreen

from runner.presentation.labels import msgid
from runner.tui.context import AppContext
from runner.tui.dialogs.frame import frame
from runner.tui.widgets.text_label import TextLabel

__all__ = ["ConfirmDialog"]


class ConfirmDialog(ModalScreen[bool]):
    """Returns True on y, False on n or Escape. Enter does nothing, to prevent an accidental confirmation.

    Args:
        context: The context of the app.
        title: Returns the question.
        text: Returns what will happen.
    """

    BINDINGS = [("y,j", "answer(True)", ""), ("n,escape", "answer(False)", "")]  # noqa: RUF012 -- Textual's convention

    def __init__(self, context: AppContext, title: Callable[[], str], text: Callable[[], str]) -> None:
        super().__init__()
        self.context = context
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Show the question."""
        yield frame(self.context, self._title, TextLabel(self._text), keys=msgid("y yes   n no"))

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)
