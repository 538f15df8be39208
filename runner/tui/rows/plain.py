"""Converts glyphs and spaces of numbers to ASCII if the terminal has only ASCII; foreign text is not converted."""

from textual.content import Content

from runner.tui.figures.fitting import flat
from runner.tui.glyphs import Glyphs

__all__ = ["drawable"]


def drawable(content: Content, glyphs: Glyphs) -> Content:
    """Return text whose ellipses, dashes and no-break spaces are ASCII if the glyphs are; styles stay."""
    if not glyphs.ascii or content.plain.isascii():
        return content
    lines = "\n".join(flat(line, glyphs) for line in content.plain.split("\n"))
    return Content(lines, list(content.spans), strip_control_codes=False)
