"""The line of tabs; which one is on can be seen without colours."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from runner.tui.desk import Desk
from runner.tui.figures.fitting import width_of

__all__ = ["TabLine"]

_GAP = 2


class TabLine(Widget):
    """Names of tabs side by side; a click chooses one.

    Args:
        desk: Words and colours.
        tabs: Key and name (an msgid) of each.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TabLine { height: 1; width: 1fr; }
    """

    @dataclass
    class Chosen(Message):
        """A tab was clicked at."""

        key: str

    def __init__(self, desk: Desk, tabs: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._desk = desk
        self._tabs = tuple(tabs)
        self._on = tabs[0][0]

    def choose(self, key: str) -> None:
        """Show which tab is on."""
        self._on = key
        self.refresh()

    def retell(self) -> None:
        """Tell again: language, theme or signs have changed."""
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        palette = self._desk.palette
        parts = [
            Content.styled(f"[{name}]", f"bold {palette.accent}")
            if key == self._on
            else Content.styled(f" {name} ", palette.muted)
            for key, name in self._named()
        ]
        return Content(" " * (_GAP - 1)).join(parts)

    def on_click(self, event: Click) -> None:
        """Choose what was clicked at."""
        at = 0
        for key, name in self._named():
            end = at + width_of(name) + 2
            if at <= event.x < end:
                self.post_message(self.Chosen(key))
            at = end + _GAP - 1

    def _named(self) -> list[tuple[str, str]]:
        return [(key, self._desk.t(name)) for key, name in self._tabs]
