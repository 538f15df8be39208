"""Counts by bins: columns in proportion to each other, or rows if there is no room for columns."""

from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content

from catalog.figures import Bin, Histogram
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import cut, fit, width_of
from runner.tui.figures.legend import axis_title
from runner.tui.figures.roles import colour_of, fill_of
from runner.tui.figures.scales import value_text

__all__ = ["histogram"]

_WIDEST = 12
_LEAST_LINES, _MOST_LINES, _AROUND = 8, 24, 8
"""Least and most lines of the highest column, and the lines around the columns."""


def histogram(figure: Histogram, canvas: Canvas) -> list[Content]:
    """Return the columns above their ranges with the counts of each part below; rows if there is no room."""
    glyphs, palette = canvas.glyphs, canvas.palette
    axis = figure.x if figure.x.format != "percent" or figure.x.unit else replace(figure.x, unit="%")
    title = Content.styled(cut(axis_title(axis, canvas), canvas.width, glyphs), palette.muted)
    if not figure.bins or not figure.parts:
        return [title]
    labels = [_range(each, figure, canvas) for each in figure.bins]
    names = [canvas.text(part.name, 40) for part in figure.parts]
    side = min(2 + max(map(width_of, names)), max(4, canvas.width // 4)) + 1 if len(names) > 1 else 0
    numbers = [canvas.language.count(count) for each in figure.bins for count in (sum(each.counts), *each.counts)]
    needed = max(map(width_of, [*labels, *numbers]))
    wide = min(_WIDEST, (canvas.width - side) // len(labels) - 1)
    if wide >= max(3, needed):
        return [
            *_columns(figure, labels, names, side, wide, canvas),
            title.pad_left(max(0, min(side, canvas.width - title.cell_length))),
        ]
    return _rows(figure, labels, names, title, canvas)


def _range(each: Bin, figure: Histogram, canvas: Canvas) -> str:
    """Return the range of a bin; the per cent sign is only at the axis."""
    form, language = figure.x.format, canvas.language
    if form in {"percent", "points"}:
        ends = [value_text(max(-1e300, min(1e300, value)) * 100, "number", language) for value in (each.low, each.high)]
    else:
        ends = [value_text(value, form, language) for value in (each.low, each.high)]
    gap = " " if canvas.glyphs.ascii or each.low < 0 else ""
    whole = ends[0] if ends[0] == ends[1] else f"{ends[0]}{gap}{canvas.glyphs.dash}{gap}{ends[1]}"
    return canvas.text(whole)


def _columns(
    figure: Histogram, labels: Sequence[str], names: Sequence[str], side: int, wide: int, canvas: Canvas
) -> list[Content]:
    palette, glyphs = canvas.palette, canvas.glyphs
    height = max(_LEAST_LINES, min(_MOST_LINES, canvas.height - _AROUND - len(names)))
    highest = max(sum(each.counts) for each in figure.bins)
    grid = []
    for each in figure.bins:
        total = canvas.language.count(sum(each.counts))
        column = [*_column(each.counts, highest, height, wide, figure, canvas), _middle(total, wide, canvas)]
        grid.append(column + [Content(" " * wide)] * (height + 1 - len(column)))
    before = Content(" " * side)
    lines = [Content.assemble(before, Content(" ").join(c[level] for c in grid)) for level in range(height, -1, -1)]
    rule = ("-" if glyphs.ascii else "─") * ((wide + 1) * len(labels) - 1)
    lines.append(Content.assemble(before, (rule, palette.faint)))
    lines.append(
        Content.assemble(before, Content(" ").join(_middle(label, wide, canvas, palette.muted) for label in labels))
    )
    for place, name in enumerate(names if side else ()):
        head = Content.assemble(
            (fill_of(place, canvas), colour_of(figure.parts[place].role, canvas)), (f" {name}", palette.muted)
        )
        counts = [
            _middle(canvas.language.count(each.counts[place]), wide, canvas, palette.muted) for each in figure.bins
        ]
        lines.append(fit(head, side - 1, glyphs) + Content(" ") + Content(" ").join(counts))
    return [line.truncate(canvas.width) for line in lines]


def _column(
    counts: Sequence[int], highest: int, height: int, wide: int, figure: Histogram, canvas: Canvas
) -> list[Content]:
    """Return the cells of a column from the bottom up: its height in eighths of a line, in proportion to its sum."""
    total = sum(counts)
    eighths = max(1, round(total / highest * height * 8)) if total and highest else 0
    cells = []
    for cell in range(-(-eighths // 8)):
        middle = (cell * 8 + min(8, eighths - cell * 8) / 2) / eighths * total
        place, below = 0, 0
        while below + counts[place] < middle and place < len(counts) - 1:
            below += counts[place]
            place += 1
        part = min(8, eighths - cell * 8)
        sign = fill_of(place, canvas) if part == 8 else canvas.glyphs.ramp[part - 1]
        cells.append(Content.styled(sign * wide, colour_of(figure.parts[place].role, canvas)))
    return cells


def _middle(text: str, wide: int, canvas: Canvas, style: str = "") -> Content:
    left = max(0, (wide - width_of(text)) // 2)
    return Content(" " * left) + fit(Content.styled(text, style or canvas.palette.text), wide - left, canvas.glyphs)


def _rows(
    figure: Histogram, labels: Sequence[str], names: Sequence[str], title: Content, canvas: Canvas
) -> list[Content]:
    glyphs, palette = canvas.glyphs, canvas.palette
    counts = [" + ".join(map(canvas.language.count, each.counts)) for each in figure.bins]
    label = min(max(map(width_of, labels)), max(4, canvas.width // 3))
    number = min(max(map(width_of, counts)), max(4, canvas.width // 3))
    room = max(1, canvas.width - label - number - 4)
    highest = max(sum(each.counts) for each in figure.bins)
    lines = [title]
    for each, name, shown in zip(figure.bins, labels, counts, strict=True):
        ends, total = [0], 0
        for count in each.counts:
            total += count
            ends.append(round(total / highest * room) if highest else 0)
        bar = Content.assemble(
            *(
                (fill_of(place, canvas) * (ends[place + 1] - ends[place]), colour_of(part.role, canvas))
                for place, part in enumerate(figure.parts)
            ),
            " " * (room - ends[-1]),
        )
        head = fit(Content.styled(name, palette.muted), label, glyphs)
        tail = fit(Content.styled(shown, palette.text), number, glyphs, right=True)
        lines.append(Content("  ").join((head, bar, tail)).truncate(canvas.width))
    if len(names) > 1:
        line = Content(" + ").join(
            Content.assemble((fill_of(place, canvas), colour_of(part.role, canvas)), (f" {name}", palette.muted))
            for place, (part, name) in enumerate(zip(figure.parts, names, strict=True))
        )
        lines += line.wrap(max(1, canvas.width))
    return lines
