"""Shows a letter on every widget that can be focused; pressing the letter focuses the widget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.events import Click, Key
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from runner.tui.context import AppContext

__all__ = ["JumpDialog", "Target", "targets_of"]

_LETTERS = "asdfghjklqwertyuiopzxcvbnmASDFGHJKLQWERTYUIOPZXCVBNM"
"""The letters of the home row first."""
_CELLS = 3
"""Width of a letter with its background."""


@dataclass(frozen=True, slots=True)
class Target:
    """A widget that can be focused: its letter, the widget, and its corner in cells."""

    letter: str
    widget: Widget
    column: int
    line: int


def targets_of(screen: Screen[Any]) -> list[Target]:
    """Return the visible widgets of a screen that can be focused, each with a letter; letters do not overlap."""
    targets: list[Target] = []
    taken: set[tuple[int, int]] = set()
    visible = screen.region
    for widget in screen.focus_chain:
        seen = widget.region.intersection(visible)
        if not seen.area:
            continue
        column, line = seen.x, seen.y
        while any((column + cell, line) in taken for cell in range(_CELLS)) and column + _CELLS < visible.right:
            column += 1
        taken |= {(column + cell, line) for cell in range(_CELLS)}
        targets.append(Target(_LETTERS[len(targets)], widget, column, line))
        if len(targets) == len(_LETTERS):
            break
    return targets


class JumpDialog(ModalScreen[Widget | None]):
    """Returns the widget whose letter was pressed or clicked; None on any other key. The screen below stays visible.

    Args:
        context: The context of the app.
        targets: The targets, from `targets_of`.
    """

    DEFAULT_CSS = """
    JumpDialog { align: left top; }
    JumpDialog .letter { position: absolute; width: 3; height: 1; text-style: bold; }
    """

    def __init__(self, context: AppContext, targets: Sequence[Target]) -> None:
        super().__init__()
        self.context = context
        self._targets = tuple(targets)

    def compose(self) -> ComposeResult:
        """Place the letters on their widgets."""
        palette = self.context.palette
        style = f"bold {palette.on(palette.accent)} on {palette.accent}"
        for target in self._targets:
            letter = Static(Content.styled(f" {target.letter} ", style), classes="letter", name=target.letter)
            letter.styles.offset = (target.column, target.line)
            yield letter

    def on_mount(self) -> None:
        """Dim the screen below a little: a CSS rule here would lose to the app's own for all dialogs."""
        self.styles.background = Color.parse(self.context.palette.ground).with_alpha(0.4)
        self.styles.align = ("left", "top")

    def on_key(self, event: Key) -> None:
        """Close with the letter's widget; with None on any other key."""
        if event.key.startswith(("ctrl+", "f")) and event.character is None:
            return  # works in all dialogs
        event.stop()
        event.prevent_default()
        self._answer(event.character)

    def on_click(self, event: Click) -> None:
        """Close with the widget whose letter was clicked; with None on a click elsewhere."""
        hit = (
            target.letter
            for target in self._targets
            if target.line == event.screen_y and 0 <= event.screen_x - target.column < _CELLS
        )
        self._answer(next(hit, None))

    def _answer(self, letter: str | None) -> None:
        self.dismiss(next((target.widget for target in self._targets if target.letter == letter), None))
