"""`Canvas`: the size and style that a drawing is made for."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.content import Content

from catalog.figures import Text
from catalog.statement import Statement
from runner.presentation.language import Language
from runner.presentation.text import safe
from runner.tui.figures.fitting import flat
from runner.tui.glyphs import Glyphs
from runner.tui.palette import Palette

__all__ = ["Canvas", "Draw", "paragraph"]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size and style that a drawing is made for.

    Attributes:
        width: Cells across.
        height: Visible lines; a longer drawing can be scrolled.
        palette: Colours of the drawing.
        glyphs: Glyphs of the drawing.
        language: Language of the drawing.
        t: Translates, as `AppContext.t`.
    """

    width: int
    height: int
    palette: Palette
    glyphs: Glyphs
    language: Language
    t: Callable[..., str]

    def text(self, text: Text, limit: int | None = None) -> str:
        """Return a text of a figure on one line: a statement in the user's language, text of the data made safe."""
        return flat(safe(self.language.say(text) if isinstance(text, Statement) else text, limit), self.glyphs)


Draw = Callable[[Canvas], Content]
"""A drawing: returns its lines as one styled text, none wider than the canvas."""


def paragraph(text: str, canvas: Canvas, style: str = "") -> list[Content]:
    """Return the lines of a safe text, none wider than the canvas."""
    content = Content.styled(flat(text, canvas.glyphs), style) if text else Content("")
    return list(content.wrap(max(1, canvas.width))) or [Content("")]
