"""The confusion matrix: what was taken for what."""

from collections.abc import Sequence

from textual.content import Content

from runner.tui.figures.fitting import cut, fit, flat, width_of
from runner.tui.widgets.figure import Canvas

__all__ = ["heat_map"]

_WIDEST = 14
_NARROWEST = 8
_WIDER = 3
"""Cells of the screen that a cell is wide for each line that it is tall, where there is room."""


def heat_map(counts: Sequence[Sequence[int]], labels: Sequence[str], canvas: Canvas, *, tall: int = 2) -> Content:
    """Draw counts and shares of the row, the true class downward and the predicted one across.

    Right ones are shaded in the accent, wrong ones in the colour of what is bad, by their share of the row. Where not
    all classes have room, those stay that are confused most, and a line says so.

    Args:
        counts: Square; ``counts[i][j]`` rows of class i were taken for class j.
        labels: Of the classes; anybody's text, made safe.
        canvas: Where to draw.
        tall: Lines of a cell, at least 2; taller ones may be wider too.
    """
    tall = max(2, tall)
    size = min(len(counts), len(labels), *(len(row) for row in counts)) if counts else 0
    if not size:
        return Content("")
    glyphs, palette = canvas.glyphs, canvas.palette
    names = [flat(label, glyphs) for label in labels[:size]]
    corner = canvas.t("true")
    side = min(max(width_of(text) for text in (*names, corner)), max(4, canvas.width // 4))
    room = canvas.width - side - 1
    # No cell is narrower: of hundreds of classes only those are written out that could have room.
    chosen = _most_confused(counts, size, max(1, min(size, (room + 1) // (_NARROWEST + 1))))
    cells = {(i, j): _cell(counts[i][j], sum(counts[i]), canvas) for i in chosen for j in chosen}
    wanted = 2 + max(_NARROWEST - 2, *(width_of(text) for cell in cells.values() for text in cell))
    chosen = _most_confused(counts, size, max(1, min(len(chosen), (room + 1) // (wanted + 1))))
    wide = min(max(wanted, max(width_of(names[index]) for index in chosen) + 2), _WIDEST)
    if tall > 2:
        wide = max(wide, _WIDER * tall)
    wide = max(min(wide, (room + 1) // len(chosen) - 1), min(wanted, room))
    across = canvas.t("predicted")
    heads = [cut(names[index], wide - 2, glyphs) for index in chosen]
    if len(set(heads)) < len(heads):  # names that begin alike are told apart by numbers
        heads = [str(index + 1) for index in chosen]
        names = [f"{index + 1} {name}" for index, name in enumerate(names)]
    lines = [
        Content.assemble(
            " " * (side + 1), fit(Content.styled(across, palette.muted), (wide + 1) * len(chosen), glyphs)
        ),
        _line(
            fit(Content.styled(corner, palette.muted), side, glyphs),
            [_placed(head, wide, canvas, large=tall > 2).stylize(f"bold {palette.text}") for head in heads],
        ),
    ]
    for i in chosen:
        whole = sum(counts[i])
        for part in range(-((tall - 2) // 2), tall - (tall - 2) // 2):
            head = fit(Content.styled(names[i], f"bold {palette.text}") if part == 0 else "", side, glyphs)
            row = []
            for j in chosen:
                share = counts[i][j] / whole if whole else 0.0
                ground = palette.blend(palette.raised, palette.accent if i == j else palette.bad, share)
                style = f"{palette.on(ground)} on {ground}" if share >= 0.02 else f"{palette.muted} on {ground}"
                text = cells[i, j][part] if part in (0, 1) else ""
                row.append(_placed(text, wide, canvas, large=tall > 2).stylize(style))
            lines.append(_line(head, row))
    if len(chosen) < size:
        told = canvas.t(
            "Shown are the {shown:count} of {all:count} classes that are confused most.", shown=len(chosen), all=size
        )
        lines += [Content(""), *Content.styled(flat(told, glyphs), palette.muted).wrap(canvas.width)]
    return Content("\n").join(line.truncate(canvas.width) for line in lines)


def _cell(count: int, whole: int, canvas: Canvas) -> tuple[str, str]:
    language = canvas.language
    share = language.percent(count / whole) if whole else canvas.glyphs.dash
    return language.count(count), flat(share, canvas.glyphs)


def _placed(text: str, wide: int, canvas: Canvas, *, large: bool) -> Content:
    """Return a cell's text: at its right edge, or in the middle of a large cell."""
    shown = text + " " * ((wide - width_of(text)) // 2) if large else f"{text} "
    return fit(shown, wide, canvas.glyphs, right=True)


def _line(head: Content, cells: Sequence[Content]) -> Content:
    return Content(" ").join((head, *cells))


def _most_confused(counts: Sequence[Sequence[int]], size: int, room: int) -> list[int]:
    """Return so many classes, in their order, whose rows and columns hold the most mistakes."""
    mistakes = [sum(counts[i][:size]) + sum(row[i] for row in counts[:size]) - 2 * counts[i][i] for i in range(size)]
    return sorted(sorted(range(size), key=lambda i: (-mistakes[i], i))[:room])
