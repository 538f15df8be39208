"""A line of names, one of which is chosen: by a click, or by keys of its parent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from runner.tui.context import AppContext
from runner.tui.figures.fitting import flat

__all__ = ["TabBar"]

_GAP = 2


class TabBar(Widget):
    """Shows names in a line; the chosen one is bold and underlined, and always visible.

    Args:
        context: The context of the app.
        names: Returns key and name of each, in the user's language and safe to show.
        id: As in Textual.
    """

    DEFAULT_CSS = """
    TabBar { height: 1; width: 1fr; padding: 0 1; }
    """
    ALLOW_SELECT = False

    @dataclass
    class Chosen(Message):
        """Another name was clicked."""

        names: "TabBar"
        key: str

        @property
        def control(self) -> "TabBar":
            """The line, for ``@on(TabBar.Chosen, "#id")``."""
            return self.names

    def __init__(
        self,
        context: AppContext,
        names: Callable[[], Sequence[tuple[str, str]]],
        *,
        id: str | None = None,  # noqa: A002 -- Textual's name
    ) -> None:
        super().__init__(id=id)
        self.context = context
        self._names = names
        self._chosen = ""
        self._spans: list[tuple[int, int, str]] = []

    def choose(self, key: str) -> None:
        """Mark a name as chosen."""
        if key != self._chosen:
            self._chosen = key
            self.refresh()

    def refresh_text(self) -> None:
        """Update after a change of language, theme or glyphs."""
        self.refresh()

    def render(self) -> Content:
        """Return the line; it starts at a later name if the chosen one would not be visible."""
        palette, glyphs = self.context.palette, self.context.glyphs
        tabs = [(key, flat(name, glyphs)) for key, name in self._names()]
        at = next((place for place, (key, _) in enumerate(tabs) if key == self._chosen), 0)
        start, width = 0, self.content_size.width
        while start < at and sum(len(name) + _GAP for _, name in tabs[start : at + 1]) > width:
            start += 1
        parts, self._spans, cell = [], [], 0
        for key, name in tabs[start:]:
            style = f"bold underline {palette.accent}" if key == self._chosen else palette.muted
            piece = Content.styled(name, style)
            self._spans.append((cell, cell + piece.cell_length, key))
            cell += piece.cell_length + _GAP
            parts.append(piece)
        return Content(" " * _GAP).join(parts).truncate(max(0, width), ellipsis=not glyphs.ascii)

    def on_click(self, event: Click) -> None:
        """Choose the name that was clicked."""
        offset = event.get_content_offset(self)
        for low, high, key in self._spans:
            if offset is not None and low <= offset.x < high:
                self.post_message(self.Chosen(self, key))
