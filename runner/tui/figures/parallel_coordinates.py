"""Parallel coordinates: every configuration is a line through its parameters and its value (Inselberg 1985)."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from catalog.figures import Axis, ParallelCoordinates, Path, Role
from runner.tui.figures.canvas import Canvas, paragraph
from runner.tui.figures.fitting import cut, flat, width_of
from runner.tui.figures.frame import Ruler, place_on
from runner.tui.figures.legend import entries_in
from runner.tui.figures.raster import Raster
from runner.tui.figures.roles import colour_of, mark_of, shade_of
from runner.tui.figures.scales import value_text

__all__ = ["parallel_coordinates"]

_LEAST = 8
_LINES = (6, 36)
_ROOMY = 18
"""Least lines for a legend."""

_OVER: Final[tuple[Role, ...]] = ("pruned", "failed", "running", "given", "recipe", "baseline", "winner", "selected")
"""Roles whose lines have their own colour; later ones are drawn over earlier ones and over all others."""


def parallel_coordinates(figure: ParallelCoordinates, canvas: Canvas) -> list[Content]:
    """Return axes side by side and a line for each path, the better over the worse, the selected one on top.

    If there is no room for all axes, the first ones stay, and the last, which is the value.
    """
    dimensions = figure.dimensions
    if not dimensions:
        return []
    glyphs, palette = canvas.glyphs, canvas.palette
    most = max(1, canvas.width // (_LEAST + 1))
    shown = list(range(len(dimensions)))
    if len(shown) > most:
        shown = [*range(most - 1), len(dimensions) - 1]
    slot = canvas.width // len(shown)
    legend = [Content(""), *_legend(figure.paths, canvas)] if canvas.height >= _ROOMY else []
    height = max(_LINES[0], min(_LINES[1], canvas.height - 4 - len(legend)))
    raster = Raster(slot * len(shown), height, ascii_only=glyphs.ascii)
    columns = [index * slot + slot // 2 for index in range(len(shown))]
    for column in columns:
        for line in range(height):
            raster.sign(column, line, "|" if glyphs.ascii else "│", palette.faint)
    rulers = {index: _ruler(figure, index) for index in shown}
    for path in sorted(figure.paths, key=lambda one: (_rank(one), one.score)):
        stops = [None if (ruler := rulers[index]) is None else _share(ruler, path.values[index]) for index in shown]
        _draw(path, stops, columns, raster, canvas)
    ends = [_ends(rulers[index], canvas) for index in shown]
    lines = [
        _captions([_name(dimensions[index], canvas) for index in shown], slot, palette.text, canvas),
        _captions([high for _, high in ends], slot, palette.muted, canvas),
        *raster.lines(),
        _captions([low for low, _ in ends], slot, palette.muted, canvas),
    ]
    if len(shown) < len(dimensions):
        hidden = canvas.t("{count:count} more parameters have no room here.", count=len(dimensions) - len(shown))
        lines += paragraph(hidden, canvas, palette.muted)
    return [line.truncate(canvas.width) for line in [*lines, *legend]]


def _rank(path: Path) -> int:
    return _OVER.index(path.role) + 1 if path.role in _OVER else 0


def _name(axis: Axis, canvas: Canvas) -> str:
    """Return the name of an axis, with an arrow before it to its better end."""
    arrow = {"high": "↑ ", "low": "↓ ", None: ""}[axis.better]
    return flat(arrow, canvas.glyphs) + canvas.text(axis.label, 40)


def _ruler(figure: ParallelCoordinates, index: int) -> Ruler | None:
    """Return the axis over the existing values, within its own limits if it has them."""
    axis = figure.dimensions[index]
    if axis.categories:
        return Ruler(axis, 0.0, max(1.0, len(axis.categories) - 1.0))
    place = place_on(axis)
    given = [path.values[index] for path in figure.paths] + [axis.low, axis.high]
    known = [at for value in given if value is not None and (at := place(value)) is not None]
    return Ruler(axis, min(known), max(known)) if known else None


def _share(ruler: Ruler, value: float | None) -> float | None:
    at = None if value is None else place_on(ruler.axis)(value)
    if at is None:
        return None
    spread = ruler.high / 2 - ruler.low / 2
    return min(1.0, max(0.0, (at / 2 - ruler.low / 2) / spread)) if spread > 0 else 0.5


def _ends(ruler: Ruler | None, canvas: Canvas) -> tuple[str, str]:
    if ruler is None:
        return canvas.glyphs.dash, canvas.glyphs.dash
    if names := ruler.axis.categories:
        return canvas.text(names[0], 40), canvas.text(names[-1], 40)
    values = [10.0**end if ruler.axis.scale == "log" else end for end in (ruler.low, ruler.high)]
    low, high = (canvas.text(value_text(value, ruler.axis.format, canvas.language)) for value in values)
    return low, f"{high} {canvas.t('log')}" if ruler.axis.scale == "log" else high


def _draw(path: Path, stops: Sequence[float | None], columns: Sequence[int], raster: Raster, canvas: Canvas) -> None:
    over = path.role in _OVER
    style = colour_of(path.role, canvas) if over else shade_of(path.score, canvas)
    if path.role in {"winner", "selected"}:
        style = f"bold {style}"
    before: tuple[int, int] | None = None
    at = []
    for share, column in zip(stops, columns, strict=True):
        if share is None:
            before = None
            continue
        here = (column * raster.across, round((1 - share) * (raster.dots[1] - 1)))
        if before is not None:
            raster.line(before, here, style, mark_of(path.role, canvas) if over else ".")
        at.append(here)
        before = here
    for x, y in at:
        mark = mark_of(path.role, canvas) if over else "+" if canvas.glyphs.ascii else "┼"
        raster.sign(x // raster.across, y // raster.down, mark, style)


def _legend(paths: Sequence[Path], canvas: Canvas) -> list[Content]:
    """Return the meaning of the colours, those of single paths first."""
    palette, glyphs = canvas.palette, canvas.glyphs
    rule = glyphs.rest * 2
    entries = []
    for role in reversed(_OVER):
        names = [path.name for path in paths if path.role == role]
        if len(names) == 1:
            mark = (f"{mark_of(role, canvas)}{rule}", colour_of(role, canvas))
            entries.append(Content.assemble(mark, (f" {canvas.text(names[0], 32)}", palette.muted)))
    better = Content.assemble(
        *((rule, shade_of(score, canvas)) for score in (0.0, 0.5, 1.0)),
        (f" {flat(canvas.t('the stronger, the better'), glyphs)}", palette.muted),
    )
    return list(entries_in([*entries, better], canvas, 2).split("\n"))


def _captions(strings: Sequence[str], slot: int, style: str, canvas: Canvas) -> Content:
    parts = []
    for text in strings:
        shown = cut(text, slot - 1, canvas.glyphs)
        left = max(0, min((slot - width_of(shown)) // 2 + slot % 2, slot - 1 - width_of(shown)))
        parts += [Content(" " * left), Content.styled(shown, style), Content(" " * (slot - left - width_of(shown)))]
    return Content("").join(parts)
