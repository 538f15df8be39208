"""A dialog for the title and the notes of a study."""

from textual import on
from textual.app import ComposeResult
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.dialogs.frame import frame
from runner.tui.widgets.text_label import TextLabel

__all__ = ["DescribeDialog"]

_CHROME = 15
"""Lines of the dialog other than the notes."""


class DescribeDialog(ModalScreen[tuple[str, str] | None]):
    """Returns title and notes as the user typed them, or None if the user leaves.

    Args:
        context: The context of the app.
        title: The current title.
        notes: The current notes.
    """

    BINDINGS = [("escape", "leave", ""), ("ctrl+s,f5", "take", "")]  # noqa: RUF012 -- Textual's convention
    DEFAULT_CSS = """
    DescribeDialog #wrong { color: $error; height: auto; }
    """

    def __init__(self, context: AppContext, title: str, notes: str) -> None:
        from runner.store.requests import LONGEST_NOTES, LONGEST_TITLE  # SQLAlchemy is loaded already: there is a study

        super().__init__()
        self.context = context
        self._longest = LONGEST_NOTES
        # Made safe even here: otherwise unsafe characters would reach the terminal through the fields.
        self._title = Input(safe(title), max_length=LONGEST_TITLE)
        self._notes = TextArea("\n".join(map(safe, notes.splitlines())), soft_wrap=True, tab_behavior="focus")
        self._wrong = TextLabel(self._complaint, id="wrong")

    def compose(self) -> ComposeResult:
        """Show both fields."""
        yield frame(
            self.context,
            lambda: self.context.t("Title and notes"),
            TextLabel(lambda: self.context.t("Title, shown instead of the name"), classes="muted"),
            self._title,
            TextLabel(lambda: self.context.t("Notes"), classes="muted"),
            self._notes,
            self._wrong,
            keys=msgid("^s keep   Tab next field   Esc leave"),
        )

    def on_mount(self) -> None:
        """Focus the input."""
        self._title.focus()

    def on_resize(self, event: Resize) -> None:
        """Give the notes the remaining room."""
        self._notes.styles.height = max(4, min(14, event.size.height * 9 // 10 - _CHROME))

    @on(Input.Submitted)
    def focus_notes(self) -> None:
        """Move from the title to the notes."""
        self._notes.focus()

    @on(TextArea.Changed)
    def judge(self) -> None:
        """Report notes that are too long while the user types."""
        self._wrong.refresh_text()

    def action_take(self) -> None:
        """Close with both, if the notes are not too long."""
        if not self._complaint():
            self.dismiss((self._title.value, self._notes.text))

    def action_leave(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    def _complaint(self) -> str:
        given = len(self._notes.text)
        if given <= self._longest:
            return ""
        return self.context.t(
            "The notes have {given:count} characters; {longest:count} are kept at most.",
            given=given,
            longest=self._longest,
        )
