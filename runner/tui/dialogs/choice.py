"""A dialog to choose one or several items of a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.dialogs.frame import frame

__all__ = ["ChoiceDialog", "ChoiceItem"]


@dataclass(frozen=True, slots=True)
class ChoiceItem:
    """An item: `key` is returned, `label` is shown (untrusted text), `chosen` marks it if several may be chosen."""

    key: str
    label: str
    chosen: bool = False


class ChoiceDialog(ModalScreen[tuple[str, ...] | None]):
    """Returns the keys of the chosen items, or None if the user leaves.

    Args:
        context: The context of the app.
        title: Returns the question.
        choices: The items of the list.
        several: Whether Space marks any number of items; otherwise Enter chooses the item under the cursor.
    """

    BINDINGS = [("escape", "leave", ""), ("space", "mark", "")]  # noqa: RUF012 -- Textual's convention
    DEFAULT_CSS = """
    ChoiceDialog OptionList { height: auto; max-height: 16; border: none; padding: 0; background: $surface; }
    """

    def __init__(
        self, context: AppContext, title: Callable[[], str], choices: Sequence[ChoiceItem], *, several: bool = False
    ) -> None:
        super().__init__()
        self.context = context
        self._title = title
        self._choices = tuple(choices)
        self._several = several
        self._chosen = {choice.key for choice in choices if choice.chosen}
        self._list = OptionList(*(Option(self._prompt(choice)) for choice in self._choices), markup=False)

    def compose(self) -> ComposeResult:
        """Show the list."""
        one, several = msgid("Enter take it   Esc leave"), msgid("Space mark   Enter take them   Esc leave")
        yield frame(self.context, self._title, self._list, keys=several if self._several else one)

    def on_mount(self) -> None:
        """Focus the list."""
        self._list.focus()

    def action_mark(self) -> None:
        """Mark or unmark the item under the cursor."""
        at = self._list.highlighted
        if self._several and at is not None:
            choice = self._choices[at]
            self._chosen ^= {choice.key}
            self._list.replace_option_prompt_at_index(at, self._prompt(choice))

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """Close with the chosen keys, in the order of the list."""
        if self._several:
            self.dismiss(tuple(choice.key for choice in self._choices if choice.key in self._chosen))
        else:
            self.dismiss((self._choices[event.option_index].key,))

    def action_leave(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    def _prompt(self, choice: ChoiceItem) -> Content:
        glyphs, palette = self.context.glyphs, self.context.palette
        if not self._several:
            return Content(safe(choice.label, 200))
        mark = glyphs.mark if choice.key in self._chosen else " "
        return Content.assemble((f"{mark} ", palette.accent), safe(choice.label, 200))
