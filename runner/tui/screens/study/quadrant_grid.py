"""Right and wrong answers of two trials: four cells with counts, one of them under the cursor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from runner.tui.context import AppContext
from runner.tui.figures.fitting import fit, width_of
from runner.tui.screens.study.trial_comparison import CELLS

__all__ = ["QuadrantGrid"]

_CELL = 20


class QuadrantGrid(Widget, can_focus=True):
    """Two lines of two cells: A right or wrong downwards, B across.

    Args:
        context: The context of the app.
        names: Returns the labels of A and B.
    """

    DEFAULT_CSS = """
    QuadrantGrid { height: 3; width: 1fr; }
    """
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(2)", show=False),
        Binding("down", "step(2)", show=False),
        Binding("left", "step(1)", show=False),
        Binding("right", "step(1)", show=False),
    ]

    @dataclass
    class Moved(Message):
        """A click moved the cursor to a cell, which is to be listed."""

        cell: str

    def __init__(self, context: AppContext, names: Callable[[], tuple[str, str]]) -> None:
        super().__init__(id="quadrants")
        self.context = context
        self._names = names
        self._counts: Mapping[str, int] = {}
        self._at = 1
        self._left = 0

    @property
    def cell(self) -> str:
        """The cell under the cursor, one of `CELLS`."""
        return CELLS[self._at]

    def show(self, counts: Mapping[str, int]) -> None:
        """Show the number of examples in each cell; none before they are counted."""
        self._counts = counts
        self.refresh()

    def refresh_text(self) -> None:
        """Update after a change of language, theme or glyphs."""
        self.refresh()

    def action_step(self, by: int) -> None:
        """Move to the other cell of the line (1) or of the column (2)."""
        self._at ^= by
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Move to the cell that was clicked, and list it."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y in {1, 2} and offset.x >= self._left:
            self._at = (offset.y - 1) * 2 + min(1, (offset.x - self._left) // _CELL)
            self.refresh()
            self.post_message(self.Moved(self.cell))

    def on_focus(self) -> None:
        """Show the cursor as focused."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as not focused."""
        self.refresh()

    def render(self) -> Content:
        """Return the three lines."""
        context, glyphs = self.context, self.context.glyphs
        first, second = self._names()
        sides = [context.t("{name} right", name=first), context.t("{name} wrong", name=first)]
        across = [context.t("{name} right", name=second), context.t("{name} wrong", name=second)]
        self._left = min(max(map(width_of, sides)), max(8, self.content_size.width - 2 * _CELL)) + 2
        heads = [fit(Content.styled(name, context.palette.muted), _CELL, glyphs, right=True) for name in across]
        lines = [Content("").join([Content(" " * self._left), *heads])]
        for line in range(2):
            label = fit(Content.styled(sides[line], context.palette.muted), self._left, glyphs)
            lines.append(Content("").join([label, *(self._cell(line * 2 + column) for column in range(2))]))
        return Content("\n").join(lines)

    def _cell(self, at: int) -> Content:
        context, palette = self.context, self.context.palette
        total = sum(self._counts.values())
        count = self._counts.get(CELLS[at])
        shown = context.glyphs.dash
        if count is not None:
            shown = f"{context.language.count(count)}  {context.language.percent(count / total if total else 0.0)}"
        here = at == self._at
        cursor = context.glyphs.cursor if here else " "
        style = f"bold {palette.text}"
        if here:
            style += f" on {palette.blend(palette.ground, palette.accent, 0.24 if self.has_focus else 0.10)}"
        return Content.styled(cursor, palette.accent) + fit(
            Content(shown), _CELL - 1, context.glyphs, right=True
        ).stylize(style)
