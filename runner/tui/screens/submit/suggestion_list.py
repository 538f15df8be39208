"""The small list of suggestions below the cursor."""

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Offset, Size
from textual.widgets import Static

from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.screens.submit.spec_schema import Suggestion

__all__ = ["SuggestionList"]

_LINES = 8
_WIDEST = 44


class SuggestionList(Static):
    """Shows suggestions, one of them chosen; hidden while there are none.

    Args:
        context: The context of the app.
    """

    DEFAULT_CSS = """
    SuggestionList { display: none; layer: above; position: absolute; width: auto; height: auto; background: $panel; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__("", markup=False)
        self.context = context
        self._offers: tuple[Suggestion, ...] = ()
        self._at = 0

    @property
    def is_open(self) -> bool:
        """Whether the list is visible."""
        return bool(self._offers)

    @property
    def chosen(self) -> Suggestion | None:
        """The chosen suggestion."""
        return self._offers[self._at] if self._offers else None

    @property
    def offers(self) -> tuple[Suggestion, ...]:
        """All suggestions."""
        return self._offers

    def open(self, offers: Sequence[Suggestion], cursor: Offset, screen: Size) -> None:
        """Show suggestions below the cursor, or above it if there is no room below."""
        self._offers, self._at = tuple(offers), 0
        self.display = bool(offers)
        if not offers:
            return
        width = min(_WIDEST, max(len(offer.label) for offer in offers)) + 3
        lines = min(_LINES, len(offers))
        below = cursor.y + 1 + lines < screen.height - 1
        line = cursor.y + 1 if below else max(1, cursor.y - lines)
        self.styles.offset = (max(0, min(cursor.x, screen.width - width - 1)), line)
        self.refresh_text()

    def close(self) -> None:
        """Hide the list."""
        self._offers = ()
        self.display = False

    def step(self, by: int) -> None:
        """Choose another suggestion; the first comes after the last."""
        if self._offers:
            self._at = (self._at + by) % len(self._offers)
            self.refresh_text()

    def refresh_text(self) -> None:
        """Draw with the current glyphs and colours."""
        palette, glyphs = self.context.palette, self.context.glyphs
        first = min(max(0, self._at - _LINES + 1), max(0, len(self._offers) - _LINES))
        width = min(_WIDEST, max((len(offer.label) for offer in self._offers), default=0))
        lines = []
        for index, offer in enumerate(self._offers[first : first + _LINES], first):
            text = f"{safe(offer.label, _WIDEST):{width}} "
            chosen = index == self._at
            style = f"bold {palette.on(palette.accent)} on {palette.accent}" if chosen else palette.text
            lines.append(Content.styled(f"{glyphs.cursor if chosen else ' '} {text}", style))
        self.update(Content("\n").join(lines))
