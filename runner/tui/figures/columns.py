"""Vertical columns of several parts, such as right and wrong answers by confidence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from textual.content import Content

from runner.tui.figures.fitting import fit, flat, width_of
from runner.tui.widgets.figure import Canvas

__all__ = ["Stack", "columns"]

_WIDEST = 12


@dataclass(frozen=True, slots=True)
class Stack:
    """A column.

    Attributes:
        label: Under it.
        parts: From the ground upward; what is negative or not finite counts as nothing.
        shown: Over it: its number.
    """

    label: str
    parts: tuple[float, ...]
    shown: str


def columns(stacks: Sequence[Stack], canvas: Canvas, *, names: tuple[str, ...], height: int = 10) -> Content:
    """Draw columns over their labels, or rows where their labels have no room side by side.

    Args:
        stacks: From left to right.
        canvas: Where to draw.
        names: Of the parts, for the legend; parts differ by sign and by colour.
        height: Lines of the highest column.
    """
    if not stacks:
        return Content("")
    glyphs, palette = canvas.glyphs, canvas.palette
    needed = max(width_of(flat(text, glyphs)) for stack in stacks for text in (stack.label, stack.shown))
    wide = min(_WIDEST, canvas.width // len(stacks) - 1)
    highest = max(sum(_clean(stack)) for stack in stacks)
    styles = _styles(canvas, max(len(names), *(len(stack.parts) for stack in stacks)))
    legend = Content("   ").join(
        Content.assemble((sign, colour), " ", (flat(name, glyphs), palette.muted))
        for (sign, colour), name in zip(styles, names, strict=False)
    )
    upright = wide >= max(3, needed)
    body = _upright(stacks, canvas, wide, highest, max(1, height), styles) if upright else []
    body = body or _lying(stacks, canvas, highest, styles)
    return Content("\n").join([*body, Content(""), *legend.wrap(max(1, canvas.width))] if names else body)


def _clean(stack: Stack) -> list[float]:
    return [part if math.isfinite(part) and part > 0 else 0.0 for part in stack.parts]


def _styles(canvas: Canvas, count: int) -> list[tuple[str, str]]:
    shades, series = canvas.glyphs.shades, canvas.palette.series
    signs = (shades[4], shades[2], shades[3], shades[1])
    colours = (canvas.palette.good, canvas.palette.bad, *series[1:5], *series[6:])
    return [(signs[part % len(signs)], colours[part % len(colours)]) for part in range(count)]


def _divided(parts: Sequence[float], highest: float, cells: int) -> list[int]:
    """Divide a column's cells among its parts; none that is there goes without, as long as there are enough."""
    ends, total = [0], 0.0
    for part in parts:
        total += part
        ends.append(round(min(1.0, total / highest) * cells) if highest > 0 else 0)
    sizes = [after - before for before, after in pairwise(ends)]
    for index, part in enumerate(parts):
        if part > 0 and sizes[index] == 0:
            sizes[index] = 1
            largest = max(range(len(sizes)), key=lambda one: sizes[one])
            if sum(sizes) > max(1, ends[-1]) and sizes[largest] > 1:
                sizes[largest] -= 1
    return sizes


def _upright(
    stacks: Sequence[Stack],
    canvas: Canvas,
    wide: int,
    highest: float,
    height: int,
    styles: Sequence[tuple[str, str]],
) -> list[Content]:
    glyphs, palette = canvas.glyphs, canvas.palette
    grid: list[list[Content]] = []
    for stack in stacks:
        column = []
        for size, (sign, colour) in zip(_divided(_clean(stack), highest, height), styles, strict=False):
            column += [Content.styled(sign * wide, colour)] * size
        column.append(_middle(stack.shown, wide, palette.text, canvas))
        grid.append(column + [Content(" " * wide)] * (height + 1 - len(column)))
    lines = [Content(" ").join(column[level] for column in grid) for level in range(height, -1, -1)]
    lines.append(Content.styled(("-" if glyphs.ascii else "─") * ((wide + 1) * len(stacks) - 1), palette.faint))
    lines.append(Content(" ").join(_middle(stack.label, wide, palette.muted, canvas) for stack in stacks))
    return lines


def _middle(text: str, wide: int, style: str, canvas: Canvas) -> Content:
    shown = flat(text, canvas.glyphs)
    left = max(0, (wide - width_of(shown)) // 2)
    return Content(" " * left) + fit(Content.styled(shown, style), wide - left, canvas.glyphs)


def _lying(stacks: Sequence[Stack], canvas: Canvas, highest: float, styles: Sequence[tuple[str, str]]) -> list[Content]:
    glyphs, palette = canvas.glyphs, canvas.palette
    label = min(max(width_of(flat(stack.label, glyphs)) for stack in stacks), max(4, canvas.width // 3))
    number = min(max(width_of(flat(stack.shown, glyphs)) for stack in stacks), max(4, canvas.width // 3))
    room = max(1, canvas.width - label - number - 4)
    lines = []
    for stack in stacks:
        sizes = _divided(_clean(stack), highest, room)
        bar = Content.assemble(
            *((sign * size, colour) for size, (sign, colour) in zip(sizes, styles, strict=False)),
            " " * max(0, room - sum(sizes)),
        )
        head = fit(Content.styled(stack.label, palette.muted), label, glyphs)
        tail = fit(Content.styled(stack.shown, palette.text), number, glyphs, right=True)
        lines.append(Content("  ").join((head, bar.truncate(room), tail)).truncate(canvas.width))
    return lines
