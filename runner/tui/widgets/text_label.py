"""`TextLabel`: a line or paragraph whose text is updated after a change of language, theme or glyphs."""

from collections.abc import Callable

from textual.content import Content
from textual.widgets import Static

__all__ = ["TextLabel"]


class TextLabel(Static):
    """Shows the text that `get_text` returns; plain text is never read as markup.

    Args:
        get_text: Returns the text in the current language.
        id: As in Textual.
        classes: As in Textual.
    """

    def __init__(
        self,
        get_text: Callable[[], str | Content],
        *,
        id: str | None = None,  # noqa: A002 -- Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__("", id=id, classes=classes, markup=False)
        self._get_text = get_text
        self._shown: Content | None = None

    def on_mount(self) -> None:
        """Show the text for the first time."""
        self.refresh_text()

    def refresh_text(self) -> None:
        """Update the text."""
        shown = self._get_text()
        content = shown if isinstance(shown, Content) else Content(shown)
        before, self._shown = self._shown, content
        if before is None or not content.is_same(before):
            # A new layout of the screen takes far longer than writing a line: only if the height of the text changes.
            self.update(content, layout=before is None or self._takes_other_room(before, content))

    def _takes_other_room(self, before: Content, now: Content) -> bool:
        width = self.content_size.width
        if width <= 0 or self.styles.is_auto_width:
            return True
        return len(before.wrap(width)) != len(now.wrap(width))
