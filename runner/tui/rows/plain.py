"""Keeps to ASCII what is drawn where only that can be: signs and spaces of numbers, never anybody's words."""

from textual.content import Content

from runner.tui.figures.fitting import flat
from runner.tui.glyphs import Glyphs

__all__ = ["drawable"]


def drawable(content: Content, glyphs: Glyphs) -> Content:
    """Return text whose ellipses, dashes and unbreakable spaces are ASCII where the signs are; styles stay."""
    if not glyphs.ascii or content.plain.isascii():
        return content
    lines = "\n".join(flat(line, glyphs) for line in content.plain.split("\n"))
    return Content(lines, list(content.spans), strip_control_codes=False)
