"""Fits text into cells: on one line, not too wide, and in ASCII if the terminal has only ASCII."""

import unicodedata

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from runner.tui.glyphs import Glyphs

__all__ = ["cut", "fit", "flat", "width_of"]

_PLAIN = str.maketrans("…–—−\u2011·×±→←↑↓›\u00a0\u202f", "~---" + "-.x~><^v>  ")
_SELECTORS = range(0xFE00, 0xFE10)


def flat(text: str, glyphs: Glyphs) -> str:
    """Return text on one line: a space for every separator, a question mark for what could move the cursor.

    `runner.presentation.text.safe` should make text safe first; this function keeps one forgotten call from
    breaking a screen. Every character stays one character, so that styles keep their places; of the selectors that make
    a sign wide in some terminals and not in others, a joiner of zero width remains.
    """
    if not text.isprintable() or any(ord(c) in _SELECTORS for c in text):
        text = "".join(map(_shown, text))
    return text if text.isascii() or not glyphs.ascii else text.translate(_PLAIN)


def _shown(character: str) -> str:
    if ord(character) in _SELECTORS:
        return "\u034f"
    if character.isprintable():
        return character
    return " " if character.isspace() or unicodedata.category(character)[0] == "Z" else "?"


def width_of(text: str) -> int:
    """Return the width of text in cells; a wide character has two."""
    return cell_len(text)


def cut(text: str, width: int, glyphs: Glyphs) -> str:
    """Return text no wider than `width`; text that is cut ends with an ellipsis."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + glyphs.ellipsis if width > 0 else ""


def fit(text: str | Content, width: int, glyphs: Glyphs, *, right: bool = False) -> Content:
    """Return text on one line, cut or padded to exactly `width` cells.

    Args:
        text: The text; its styles are kept.
        width: Cells; 0 or less gives an empty text.
        glyphs: Glyphs of the screen.
        right: Whether to align the text to the right, as with numbers.
    """
    if width <= 0:
        return Content("")
    content = text if isinstance(text, Content) else Content(text, strip_control_codes=False)
    line = flat(content.plain, glyphs)
    if line != content.plain:
        content = Content(line, list(content.spans), strip_control_codes=False)
    if content.cell_length > width:
        short = cut(line, width, glyphs)
        content = content[: len(short) - 1] + Content(glyphs.ellipsis)
    room = width - content.cell_length
    return content.pad_left(room) if right else content.pad_right(room)
