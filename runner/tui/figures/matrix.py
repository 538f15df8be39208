"""Counts by row and column, shaded by their share of the row."""

from collections.abc import Sequence

from textual.content import Content

from catalog.figures import Matrix
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import cut, fit, flat, width_of

__all__ = ["matrix"]

_WIDEST, _NARROWEST = 14, 8
_WIDER = 3
"""Width of a cell of the matrix for each line of its height, if there is room."""
_TALLEST, _AROUND = 12, 5
"""Most lines of a cell, and lines around the cells."""


def matrix(figure: Matrix, canvas: Canvas) -> list[Content]:
    """Return counts and shares of the row; if there is no room for all rows and columns, the most informative ones.

    If the diagonal is the goal, cells on it have the accent colour, cells off it the colour of errors.
    """
    counts = figure.counts
    if not counts or not counts[0]:
        return []
    glyphs, palette = canvas.glyphs, canvas.palette
    down = [canvas.text(name, 40) for name in figure.down.categories]
    across = [canvas.text(name, 40) for name in figure.across.categories]
    corner, above = canvas.text(figure.down.label, 40), canvas.text(figure.across.label, 60)
    side = min(max(map(width_of, (*down, corner))), max(4, canvas.width // 4))
    room = canvas.width - side - 1
    # No cell is narrower: of hundreds of columns only those that could have room are formatted.
    rows, columns = _chosen(figure, max(1, (room + 1) // (_NARROWEST + 1)))
    cells = {(i, j): _cell(counts[i][j], sum(counts[i]), canvas) for i in rows for j in columns}
    wanted = 2 + max(_NARROWEST - 2, *(width_of(text) for cell in cells.values() for text in cell))
    rows, columns = _chosen(figure, max(1, min(len(columns), (room + 1) // (wanted + 1))))
    tall = max(2, min(_TALLEST, (canvas.height - _AROUND) // len(rows)))
    wide = min(max(wanted, max(width_of(across[index]) for index in columns) + 2), _WIDEST)
    if tall > 2:
        wide = max(wide, _WIDER * tall)
    wide = max(min(wide, (room + 1) // len(columns) - 1), min(wanted, room))
    heads = [cut(across[index], wide - 2, glyphs) for index in columns]
    if len(set(heads)) < len(heads):  # numbers distinguish names that begin alike
        heads = [str(index + 1) for index in columns]
        down = [f"{index + 1} {name}" for index, name in enumerate(down)]
    lines = [
        Content.assemble(
            " " * (side + 1), fit(Content.styled(above, palette.muted), (wide + 1) * len(columns), glyphs)
        ),
        Content(" ").join(
            (
                fit(Content.styled(corner, palette.muted), side, glyphs),
                *(_placed(head, wide, canvas, large=tall > 2).stylize(f"bold {palette.text}") for head in heads),
            )
        ),
    ]
    for i in rows:
        whole = sum(counts[i])
        for part in range(-((tall - 2) // 2), tall - (tall - 2) // 2):
            row = [fit(Content.styled(down[i], f"bold {palette.text}") if part == 0 else "", side, glyphs)]
            for j in columns:
                share = counts[i][j] / whole if whole else 0.0
                wanted_here = i == j or not figure.diagonal
                ground = palette.blend(palette.raised, palette.accent if wanted_here else palette.bad, share)
                style = f"{palette.on(ground)} on {ground}" if share >= 0.02 else f"{palette.muted} on {ground}"
                text = cells[i, j][part] if part in (0, 1) else ""
                row.append(_placed(text, wide, canvas, large=tall > 2).stylize(style))
            lines.append(Content(" ").join(row))
    if len(rows) < len(down) or len(columns) < len(across):
        lines += [Content(""), *paragraph(_left_out(figure, rows, columns, canvas), canvas, palette.muted)]
    return [line.truncate(canvas.width) for line in lines]


def _chosen(figure: Matrix, room: int) -> tuple[list[int], list[int]]:
    """Return at most `room` columns, and as many rows if the diagonal is the goal, else at most 40; in their order."""
    counts = figure.counts
    if figure.diagonal and len(counts) == len(counts[0]):
        size = len(counts)
        off_diagonal = [sum(counts[i]) + sum(row[i] for row in counts) - 2 * counts[i][i] for i in range(size)]
        both = sorted(sorted(range(size), key=lambda i: (-off_diagonal[i], i))[:room])
        return both, both
    rows, columns = ([sum(line) for line in counts], [sum(line) for line in zip(*counts, strict=True)])
    return _largest(rows, 40), _largest(columns, room)


def _largest(sums: Sequence[int], room: int) -> list[int]:
    return sorted(sorted(range(len(sums)), key=lambda i: (-sums[i], i))[:room])


def _left_out(figure: Matrix, rows: Sequence[int], columns: Sequence[int], canvas: Canvas) -> str:
    if figure.diagonal:
        return canvas.t(
            "Shown are the {shown:count} of {all:count} that have most off the diagonal.",
            shown=len(rows),
            all=len(figure.counts),
        )
    return canvas.t(
        "Shown are the largest: {rows:count} of {all_rows:count} rows, {columns:count} of {all_columns:count} columns.",
        rows=len(rows),
        all_rows=len(figure.counts),
        columns=len(columns),
        all_columns=len(figure.counts[0]),
    )


def _cell(count: int, whole: int, canvas: Canvas) -> tuple[str, str]:
    language = canvas.language
    share = language.percent(count / whole) if whole else canvas.glyphs.dash
    return language.count(count), flat(share, canvas.glyphs)


def _placed(text: str, wide: int, canvas: Canvas, *, large: bool) -> Content:
    """Return a cell's text: at its right edge, or in the middle of a large cell."""
    shown = text + " " * ((wide - width_of(text)) // 2) if large else f"{text} "
    return fit(shown, wide, canvas.glyphs, right=True)
