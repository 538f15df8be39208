"""A text with highlights; the background of a character shows its weight."""

from textual.content import Content

from catalog.figures import Highlight, HighlightedText, Text
from runner.presentation.text import safe
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import flat
from runner.tui.figures.legend import entries_in

__all__ = ["highlighted_text"]

_MARKED = 0.3
"""Weight from which a highlight has marks: about the strongest tenth of the words of a long text."""
_TINTED = 0.05
_LONGEST = 6000
"""Most characters of a text that are drawn: some eighty lines of a narrow screen."""


def highlighted_text(figure: HighlightedText, canvas: Canvas) -> list[Content]:
    """Return the text, wrapped; strong highlights are between two marks, those with a label in brackets."""
    palette, glyphs = canvas.palette, canvas.glyphs
    text = figure.text[:_LONGEST]
    parts: list[tuple[str, str]] = []
    at = 0
    for mark in sorted(figure.highlights, key=lambda one: (one.start, one.end)):
        if not at <= mark.start < mark.end <= len(text):
            continue
        parts.append((safe(text[at : mark.start]), palette.text))
        parts += _highlight(mark, safe(text[mark.start : mark.end]), figure, canvas)
        at = mark.end
    parts.append((safe(text[at:]), palette.text))
    body = Content.assemble(*((flat(part, glyphs), style) for part, style in parts))
    lines = [line.rstrip() for line in body.wrap(max(1, canvas.width))]
    if len(text) < len(figure.text):
        note = canvas.t("Shown are {shown:count} characters of {all:count}.", shown=len(text), all=len(figure.text))
        lines += paragraph(note, canvas, palette.warn)
    legend = _legend(figure, canvas)
    return [*lines, Content(""), *entries_in(legend, canvas, len(legend)).split("\n")] if legend and at else lines


def _highlight(mark: Highlight, shown: str, figure: HighlightedText, canvas: Canvas) -> list[tuple[str, str]]:
    palette, strength = canvas.palette, min(1.0, abs(mark.weight))
    sign, colour = _look(canvas, positive=mark.weight >= 0)
    if mark.label is not None:
        colour = _label_colour(mark.label, figure, canvas)
        ground = palette.blend(palette.ground, colour, 0.15 + 0.5 * strength)
        word = (shown, f"bold {palette.on(ground)} on {ground}")
        return [("[", colour), word, (f" {canvas.text(mark.label, 40)}]", colour)]
    if strength >= _MARKED:
        ground = palette.blend(palette.ground, colour, 0.15 + 0.6 * strength)
        return [(sign, colour), (shown, f"bold {palette.on(ground)} on {ground}"), (sign, colour)]
    if strength >= _TINTED:
        ground = palette.blend(palette.ground, colour, 0.5 * strength)
        return [(shown, f"{palette.text} on {ground}")]
    return [(shown, palette.text)]


def _look(canvas: Canvas, *, positive: bool) -> tuple[str, str]:
    """Return mark and colour of the sign of a weight."""
    palette, glyphs = canvas.palette, canvas.glyphs
    if positive:
        return glyphs.toward if glyphs.ascii else glyphs.shades[3], palette.toward
    return glyphs.against if glyphs.ascii else glyphs.shades[2], palette.against


def _label_colour(label: Text, figure: HighlightedText, canvas: Canvas) -> str:
    """Return the colour of a label: each label in the text has its own, as far as there are colours."""
    names = sorted({canvas.text(one.label) for one in figure.highlights if one.label is not None})
    return canvas.palette.series[names.index(canvas.text(label)) % len(canvas.palette.series)]


def _legend(figure: HighlightedText, canvas: Canvas) -> list[Content]:
    entries = []
    for text, positive in ((figure.positive, True), (figure.negative, False)):
        if text is not None:
            sign, colour = _look(canvas, positive=positive)
            entries.append(Content.assemble((sign, colour), (f" {canvas.text(text, 60)}", canvas.palette.muted)))
    return entries
