"""`TextPane`: an input text exactly as the user typed or pasted it, displayed so that it cannot harm a terminal."""

import unicodedata
from dataclasses import dataclass

from rich.text import Text
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from runner.presentation.text import HOSTILE
from runner.tui.context import AppContext

__all__ = ["LONGEST", "TextPane"]

LONGEST = 200_000
"""Most characters of a text; a model reads a few thousand of them."""


class TextPane(TextArea):
    """An editor for a text of up to `LONGEST` characters.

    Args:
        context: The context of the app.
        example: Placeholder while the text is empty.
    """

    @dataclass
    class Refused(Message):
        """An insertion was refused: the text would have become too long."""

        size: int

    def __init__(self, context: AppContext, example: str = "") -> None:
        super().__init__("", soft_wrap=True, tab_behavior="focus", id="text", placeholder=Content(example))
        self.context = context

    def show(self, text: str) -> None:
        """Replace the text; undo restores the former one."""
        self.history.checkpoint()
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.history.checkpoint()

    def edit(self, edit: Edit) -> EditResult:
        """Change the text, unless it becomes too long."""
        if len(edit.text) > 1 and len(self.text) + len(edit.text) > LONGEST:
            self.post_message(self.Refused(len(edit.text)))
            return EditResult(edit.to_location, "")
        return super().edit(edit)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the text; nothing after its removal, when the screen may still show it but its styles are gone."""
        return super().render_lines(crop) if self.is_attached else [Strip.blank(crop.width)] * crop.height

    def get_line(self, line_index: int) -> Text:
        """Return a line with a glyph in place of every invisible character."""
        line = super().get_line(line_index)
        if line.plain.replace("\t", "").isprintable():
            return line
        sign = "?" if self.context.glyphs.ascii else "\N{REPLACEMENT CHARACTER}"
        seen = (c if c == "\t" or unicodedata.category(c) not in HOSTILE else sign for c in line.plain)
        return Text("".join(seen), end="", no_wrap=True)
