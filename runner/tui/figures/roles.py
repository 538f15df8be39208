"""The colour and the mark of each role, the same in every figure."""

from collections.abc import Mapping
from typing import Final

from catalog.figures import Role
from runner.tui.figures.canvas import Canvas

__all__ = ["colour_of", "fill_of", "mark_of", "shade_of"]

_STATES: Final[Mapping[str, str]] = {
    "complete": "complete",
    "pruned": "pruned",
    "failed": "failed",
    "running": "running",
    "right": "complete",
    "wrong": "failed",
}
"""Roles with the colour and mark of a trial's state, as in tables."""

_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "main": ("◆", "@"),
    "other": ("◇", "+"),
    "reference": ("·", "."),
    "given": ("■", "#"),
    "recipe": ("□", "="),
    "baseline": ("▬", "_"),
    "selected": ("⊕", "&"),
    "best_so_far": ("─", "-"),
    "front": ("━", "~"),
    "train": ("△", "^"),
    "validation": ("▲", "V"),
    "test": ("▽", "T"),
    "before": ("○", "b"),
    "after": ("●", "a"),
}
"""Marks in Unicode and ASCII; those of the winner and of the two signs come from the app's glyphs."""

_COLOURS: Final[Mapping[str, str | int]] = {
    "main": 0,
    "other": 7,
    "reference": "muted",
    "winner": "accent",
    "given": 3,
    "recipe": 6,
    "baseline": 4,
    "selected": "text",
    "best_so_far": "muted",
    "front": 2,
    "train": 1,
    "validation": 0,
    "test": 2,
    "before": 7,
    "after": 0,
    "positive": "toward",
    "negative": "against",
}
"""Colours: names in the palette, or indices of its series."""


def mark_of(role: Role, canvas: Canvas, repeat: int = 0) -> str:
    """Return the mark of a role, one cell wide.

    Args:
        role: The role.
        canvas: The canvas to draw for.
        repeat: Number of earlier series of this role: those after the first have their own marks.
    """
    glyphs = canvas.glyphs
    if repeat:
        return glyphs.series[(repeat - 1) % len(glyphs.series)]
    if state := _STATES.get(role):
        return glyphs.states[state]
    own = {"winner": glyphs.star, "positive": glyphs.toward, "negative": glyphs.against}
    return own[role] if role in own else _MARKS[role][glyphs.ascii]


def colour_of(role: Role, canvas: Canvas, repeat: int = 0) -> str:
    """Return the colour of a role as ``#rrggbb``; arguments as for `mark_of`."""
    palette = canvas.palette
    if repeat:
        return palette.series[repeat % len(palette.series)]
    if state := _STATES.get(role):
        return palette.state(state)
    found = _COLOURS[role]
    return palette.series[found] if isinstance(found, int) else str(getattr(palette, found))


def shade_of(score: float, canvas: Canvas) -> str:
    """Return the colour of a rank from 0 to 1: the better, the stronger."""
    return canvas.palette.blend(canvas.palette.faint, canvas.palette.accent, 0.15 + 0.85 * score)


def fill_of(place: int, canvas: Canvas) -> str:
    """Return the fill of a part by its index, so that parts differ without colours too."""
    shades = canvas.glyphs.shades
    return (shades[4], shades[2], shades[3], shades[1])[place % 4]
