"""Text of several lines inside a drawing."""

from textual.content import Content

from runner.tui.figures.fitting import flat
from runner.tui.widgets.figure import Canvas

__all__ = ["paragraph"]


def paragraph(text: str, canvas: Canvas, style: str = "") -> list[Content]:
    """Return the lines of a text that was made safe, none wider than the canvas."""
    content = Content.styled(flat(text, canvas.glyphs), style) if text else Content("")
    return list(content.wrap(max(1, canvas.width))) or [Content("")]
