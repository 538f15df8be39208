"""A text whose words show which way they pulled the answer."""

import math
from collections.abc import Sequence

from textual.content import Content

from catalog.results import WordWeight
from runner.presentation.text import safe
from runner.tui.figures.fitting import flat
from runner.tui.widgets.figure import Canvas

__all__ = ["class_colour", "legend_of", "tokens"]

_MARKED = 0.3
"""Share of the strongest word's weight from which on a word has its marks: about the strongest tenth of a review."""

_TINTED = 0.05


def tokens(
    text: str,
    words: Sequence[WordWeight],
    canvas: Canvas,
    *,
    label: str,
    other: str = "",
    labels: Sequence[str] = (),
    legend: bool = True,
) -> Content:
    """Return the text, wrapped, each word on a ground of its strength; strong ones stand between two marks.

    Args:
        text: The whole text; anybody's, made safe.
        words: With their places in it. Those that are not in the text are left out.
        canvas: Where to draw.
        label: The predicted class, towards which positive weights pull.
        other: The class towards which negative weights pull, where there are two.
        labels: All classes in their order: a word then has the colour and the mark of the class that it pulls to,
            whichever class was predicted.
        legend: Whether lines below say what the marks mean.
    """
    palette, glyphs = canvas.palette, canvas.glyphs
    looks = _looks(label, other, labels, canvas)
    placed = [word for word in words if 0 <= word.start < word.end <= len(text) and math.isfinite(word.weight)]
    strongest = max((abs(word.weight) for word in placed), default=0.0)
    parts: list[tuple[str, str]] = []
    at = 0
    for word in sorted(placed, key=lambda one: one.start):
        if word.start < at:
            continue
        strength = abs(word.weight) / strongest if strongest else 0.0
        colour, mark = looks[0] if word.weight >= 0 else looks[1]
        parts.append((safe(text[at : word.start]), palette.text))
        shown = safe(text[word.start : word.end])
        if strength >= _MARKED:
            ground = palette.blend(palette.ground, colour, 0.15 + 0.6 * strength)
            parts += [(mark, colour), (shown, f"bold {palette.on(ground)} on {ground}"), (mark, colour)]
        elif strength >= _TINTED:
            ground = palette.blend(palette.ground, colour, 0.5 * strength)
            parts.append((shown, f"{palette.text} on {ground}"))
        else:
            parts.append((shown, palette.text))
        at = word.end
    parts.append((safe(text[at:]), palette.muted if at else palette.text))
    body = Content.assemble(*((flat(part, glyphs), style) for part, style in parts))
    lines = body.wrap(max(1, canvas.width))
    if strongest and legend:
        lines += [Content(""), *_legend(looks, label, other, canvas)]
    return Content("\n").join(line.rstrip() for line in lines)


def class_colour(label: str, labels: Sequence[str], canvas: Canvas) -> str:
    """Return the colour that a class has wherever classes are told apart."""
    series = canvas.palette.series
    return series[labels.index(label) % len(series)] if label in labels else canvas.palette.toward


def legend_of(labels: Sequence[str], canvas: Canvas) -> Content:
    """Return the legend of texts whose words are marked by the class that they pull to; empty unless there are two."""
    if len(labels) != 2:
        return Content("")
    looks = _looks(labels[0], labels[1], labels, canvas)
    return Content("\n").join(_legend(looks, labels[0], labels[1], canvas))


def _looks(label: str, other: str, labels: Sequence[str], canvas: Canvas) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return colour and mark of what speaks for the label, and of what speaks against it."""
    palette, glyphs = canvas.palette, canvas.glyphs
    marks = (glyphs.toward, glyphs.against) if glyphs.ascii else (glyphs.shades[3], glyphs.shades[2])
    if label not in labels:
        return (palette.toward, marks[0]), (palette.against, marks[1])
    if other not in labels or len(labels) != 2:
        return (class_colour(label, labels, canvas), marks[0]), (palette.muted, marks[1])
    if glyphs.ascii:  # so that "negative" and "positive" read as they should; the legend says it for all others
        marks = (marks[1], marks[0])
    first, second = ((class_colour(one, labels, canvas), mark) for one, mark in zip(labels, marks, strict=True))
    return (first, second) if label == labels[0] else (second, first)


def _legend(looks: tuple[tuple[str, str], tuple[str, str]], label: str, other: str, canvas: Canvas) -> list[Content]:
    palette = canvas.palette
    told = [canvas.t("pulls to {label}", label=safe(label, 40))]
    told.append(canvas.t("pulls to {label}", label=safe(other, 40)) if other else canvas.t("pulls away from it"))
    entries = [
        Content.assemble((f"{mark} ", colour), (flat(text, canvas.glyphs), palette.muted))
        for (colour, mark), text in zip(looks, told, strict=True)
    ]
    line = Content("   ").join(entries)
    if line.cell_length <= canvas.width:
        return [line]
    return [part for entry in entries for part in entry.wrap(max(1, canvas.width))]
