"""Puts a letter on every part of the screen that can be focused; pressing one goes there."""

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
"""The keys under the resting fingers first."""
_CELLS = 3
"""Width of a letter with its ground."""


@dataclass(frozen=True, slots=True)
class Target:
    """A part of the screen that can be focused: its letter, the widget, and where its corner is, in cells."""

    letter: str
    widget: Widget
    column: int
    line: int


def targets_of(screen: Screen[Any]) -> list[Target]:
    """Return what can be focused on a screen and be seen, each with a letter, none on another's letter."""
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
    """Answers with the widget whose letter was pressed or clicked; None on any other key. The screen below is seen.

    Args:
        context: For colours.
        targets: What can be jumped to, of `targets_of`.
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
        """Put the letters where their widgets are."""
        palette = self.context.palette
        style = f"bold {palette.on(palette.accent)} on {palette.accent}"
        for target in self._targets:
            letter = Static(Content.styled(f" {target.letter} ", style), classes="letter", name=target.letter)
            letter.styles.offset = (target.column, target.line)
            yield letter

    def on_mount(self) -> None:
        """Dim what lies below, a little: a rule here would lose to the app's own for all dialogs."""
        self.styles.background = Color.parse(self.context.palette.ground).with_alpha(0.4)
        self.styles.align = ("left", "top")

    def on_key(self, event: Key) -> None:
        """Go to the letter's widget; any other key leaves."""
        if event.key.startswith(("ctrl+", "f")) and event.character is None:
            return  # what works in every dialog
        event.stop()
        event.prevent_default()
        self._answer(event.character)

    def on_click(self, event: Click) -> None:
        """Go to the widget whose letter was clicked; a click elsewhere leaves."""
        hit = (
            target.letter
            for target in self._targets
            if target.line == event.screen_y and 0 <= event.screen_x - target.column < _CELLS
        )
        self._answer(next(hit, None))

    def _answer(self, letter: str | None) -> None:
        self.dismiss(next((target.widget for target in self._targets if target.letter == letter), None))
