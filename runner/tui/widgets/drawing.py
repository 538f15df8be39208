"""`Drawing`: text in character cells that is drawn again for every size, theme and language."""

from textual.content import Content
from textual.events import Resize
from textual.widget import Widget

from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas, Draw

__all__ = ["Drawing"]


class Drawing(Widget):
    """Shows a drawing; empty until `show` is called.

    Args:
        context: The context of the app.
        id: As in Textual.
        classes: As in Textual.
    """

    DEFAULT_CSS = """
    Drawing { width: 1fr; height: auto; min-height: 1; }
    """

    def __init__(self, context: AppContext, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id, classes=classes)
        self.context = context
        self._draw: Draw | None = None
        self._drawn: tuple[tuple[int, int], Content] | None = None

    def show(self, draw: Draw) -> None:
        """Show this drawing from now on."""
        self._draw = draw
        self.refresh_text()

    def refresh_text(self) -> None:
        """Draw again after a change of language, theme or glyphs."""
        before, self._drawn = self._drawn, None
        content = self._content(self.content_size.width)
        # A new layout of the screen takes far longer than drawing: only if the height of the drawing changes.
        same = before is not None and self._lines(before[1]) == self._lines(content)
        self.refresh(layout=not same)

    def _lines(self, content: Content) -> float:
        """Return the lines that a drawing takes, at least the given minimum."""
        least = self.styles.min_height
        return max(content.plain.count("\n") + 1, least.cells or 1 if least is not None else 1)

    def on_resize(self, event: Resize) -> None:
        """Draw for the new size."""
        del event
        self._drawn = None

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Return the lines of the drawing at this width."""
        del container, viewport
        return max(1, self._content(width).plain.count("\n") + 1)

    def render(self) -> Content:
        """Return the drawing."""
        return self._content(self.content_size.width)

    @property
    def plain(self) -> str:
        """The drawing without colours, for the clipboard."""
        return self._content(self.content_size.width).plain

    def _content(self, width: int) -> Content:
        if self._draw is None or width <= 0:
            return Content("")
        height = self.parent.size.height if isinstance(self.parent, Widget) else self.size.height
        if self._drawn is None or self._drawn[0] != (width, height):
            context = self.context
            canvas = Canvas(width, height, context.palette, context.glyphs, context.language, context.t)
            self._drawn = ((width, height), self._draw(canvas))
        return self._drawn[1]
