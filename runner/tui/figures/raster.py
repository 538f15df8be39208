"""A field of dots in character cells: eight to a cell in braille, one to a cell in ASCII."""

from collections.abc import Iterator

from textual.content import Content

__all__ = ["Raster"]

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Bits of a braille pattern by column and line (Unicode 15, section 21.1)."""


class Raster:
    """Dots and characters on `width` times `height` cells; later drawing covers earlier drawing.

    Args:
        width: Cells across, at least 1.
        height: Lines, at least 1.
        ascii_only: Whether dots are drawn as ASCII characters, one to a cell.
    """

    def __init__(self, width: int, height: int, *, ascii_only: bool) -> None:
        self.width, self.height = max(1, width), max(1, height)
        self.across, self.down = (1, 1) if ascii_only else (2, 4)
        self._bits: dict[tuple[int, int], int] = {}
        self._signs: dict[tuple[int, int], str] = {}
        self._styles: dict[tuple[int, int], str] = {}

    @property
    def dots(self) -> tuple[int, int]:
        """Dots across and down."""
        return self.width * self.across, self.height * self.down

    def dot(self, x: int, y: int, style: str, sign: str = ".") -> None:
        """Draw a dot, in ASCII as `sign`; a dot outside the raster is left out."""
        cell = (x // self.across, y // self.down)
        if not (0 <= cell[0] < self.width and 0 <= cell[1] < self.height):
            return
        if self.down == 1:
            self._signs[cell] = sign
        else:
            self._bits[cell] = self._bits.get(cell, 0) | _DOTS[x % 2][y % 4]
            self._signs.pop(cell, None)
        self._styles[cell] = style

    def line(self, start: tuple[int, int], end: tuple[int, int], style: str, sign: str = ".") -> None:
        """Draw a straight line of dots from one dot to another."""
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            self.dot(x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps), style, sign)

    def sign(self, column: int, line: int, sign: str, style: str) -> None:
        """Draw a character of one cell over the current content of the cell."""
        if 0 <= column < self.width and 0 <= line < self.height:
            self._signs[column, line] = sign
            self._styles[column, line] = style

    def free(self, column: int, line: int) -> bool:
        """Return whether nothing has been drawn in a cell."""
        return (column, line) not in self._styles

    def lines(self) -> Iterator[Content]:
        """Yield the lines, each exactly as wide as the raster."""
        for line in range(self.height):
            parts: list[tuple[str, str]] = []
            for column in range(self.width):
                cell = (column, line)
                sign = self._signs.get(cell) or (chr(0x2800 + self._bits[cell]) if cell in self._bits else " ")
                style = self._styles.get(cell, "")
                if parts and parts[-1][1] == style:
                    parts[-1] = (parts[-1][0] + sign, style)
                else:
                    parts.append((sign, style))
            yield Content.assemble(*parts)
