"""The line over a chart: what it measures, and what its signs mean."""

from textual.content import Content

from runner.presentation.text import safe
from runner.tui.figures.drawing import Drawing, Series
from runner.tui.figures.fitting import fit, flat, width_of
from runner.tui.figures.scales import written
from runner.tui.widgets.figure import Canvas

__all__ = ["caption", "colour_of", "mark_of"]

_MOST_LINES = 2
_NAME = 32


def mark_of(series: Series, index: int, canvas: Canvas) -> str:
    """Return the sign of a series, one cell wide: its own, else that of its place. Bars are filled with it."""
    signs, shades = canvas.glyphs.series, canvas.glyphs.shades
    if series.kind == "bars":
        signs = shades[4] + shades[2] + shades[3]
    own = flat(series.mark or "", canvas.glyphs)
    usable = width_of(own) == 1 and len(own) == 1 and (own.isascii() or not canvas.glyphs.ascii)
    return own if usable else signs[index % len(signs)]


def colour_of(series: Series, index: int, canvas: Canvas) -> str:
    """Return the colour of a series: its own, else that of its place."""
    given = series.color or ""
    if len(given) == 7 and given[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in given[1:]):
        return given
    return canvas.palette.series[index % len(canvas.palette.series)]


def caption(drawing: Drawing, canvas: Canvas) -> Content:
    """Return what the chart measures and what its signs mean, on at most a few lines."""
    glyphs, palette = canvas.glyphs, canvas.palette
    entries = [Content.styled(flat(safe(drawing.y.label, 60), glyphs), f"bold {palette.text}")]
    entries += [_level(value, name, drawing, canvas) for value, name in drawing.levels if _finite(value)]
    if drawing.legend:
        for index, series in enumerate(drawing.series):
            if series.points and series.name:
                sign = (mark_of(series, index, canvas), colour_of(series, index, canvas))
                entries.append(Content.assemble(sign, (f" {flat(safe(series.name, _NAME), glyphs)}", palette.muted)))
    lines, at = [Content("")], 0
    for place, entry in enumerate(entry for entry in entries if entry.plain):
        last = len(lines) == _MOST_LINES
        if at and at + 3 + entry.cell_length > canvas.width - (14 if last else 0):
            if last:
                told = flat(canvas.t("{count:count} more", count=len(entries) - place), glyphs)
                lines[-1] += Content.assemble("   ", (told, palette.muted))
                break
            lines.append(Content(""))
            at = 0
        shown = entry if entry.cell_length <= canvas.width else fit(entry, canvas.width, glyphs)
        lines[-1] += Content.assemble("   " if at else "", shown)
        at = lines[-1].cell_length
    return Content("\n").join(line.truncate(canvas.width) for line in lines)


def _level(value: float, name: str, drawing: Drawing, canvas: Canvas) -> Content:
    sign = "-" if canvas.glyphs.ascii else "┄"
    shown = f"{safe(name, _NAME)} {written(value, drawing.y.kind, canvas.language)}".strip()
    return Content.assemble((sign, canvas.palette.text), " ", (flat(shown, canvas.glyphs), canvas.palette.muted))


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) <= 1e300
