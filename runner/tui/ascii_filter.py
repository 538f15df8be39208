"""Converts all drawn lines to ASCII: the last resort after `glyphs.ASCII`, for borders and untrusted text."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

__all__ = ["AsciiFilter", "as_ascii"]

_SIGNS = {
    "─━╌┄▀▔╴╶": "-",
    "│┃┆┊▌▐▏▕▎▊╎": "|",
    "╭╮╰╯┌┐└┘├┤┬┴┼╪": "+",
    "█▉▓▒░": "#",
    "▇▆▅▄": "=",
    "▃▂▁": "_",
    "\u00a0\u202f": " ",
    "…": "~",
    "–—−": "-",
    "·•": ".",
    "×✗": "x",
    "→›▶": ">",
    "←◀": "<",
    "↑▲": "^",
    "↓▼✓": "v",
    "★●": "*",
    "\u2018\u2019": "'",
    "\u201c\u201d\u201e": '"',
}
_PLAIN = {ord(sign): plain for signs, plain in _SIGNS.items() for sign in signs}


class AsciiFilter(LineFilter):
    """Replaces every character outside ASCII, cell by cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII; each keeps its width."""
        del background
        return [
            segment if segment.text.isascii() else Segment(as_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def as_ascii(text: str) -> str:
    """Return text in ASCII of the same width: letters without diacritics, a question mark for other characters."""
    return "".join(sign if sign.isascii() else _plain(sign) for sign in text.translate(_PLAIN))


def _plain(sign: str) -> str:
    width = cell_len(sign)
    if width == 0:
        return ""
    base = unicodedata.normalize("NFKD", sign)[0]
    return base if base.isascii() and base.isprintable() and width == 1 else "?" * width
