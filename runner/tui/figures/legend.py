"""The legend: what a figure's axes measure and what its marks mean."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from textual.content import Content

from catalog.figures import Axis, Plot, Series
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import fit, flat
from runner.tui.figures.roles import colour_of, mark_of, shade_of
from runner.tui.figures.scales import value_text

__all__ = ["MOST_LABELS", "axis_title", "entries_in", "legend"]

MOST_LABELS = 16
"""Most points with labels: more labels would hide the points."""

_NAME = 32
_ALONE = ("selected", "winner")
"""Roles of single points that a reader wants to identify."""
_ROOMY = 16
"""Least lines of a plot whose legend has a third line."""


def axis_title(axis: Axis, canvas: Canvas, direction: Literal["up", "across"] = "across", limit: int = 60) -> str:
    """Return the label of an axis: its name, its unit, whether it is logarithmic, and which end is better."""
    t, glyphs = canvas.t, canvas.glyphs
    units = [canvas.text(axis.unit, 20)] if axis.unit is not None else [t("points")] if axis.format == "points" else []
    if axis.scale == "log" and not axis.categories:
        units.append(t("log"))
    title = canvas.text(axis.label, limit) + (f" ({', '.join(units)})" if units else "")
    match axis.better, direction:
        case None, _:
            return flat(title, glyphs)
        case "high", "across":
            return flat(f"{title}  {t('better')} →", glyphs)
        case "low", "across":
            return flat(f"{title}  ← {t('better')}", glyphs)
        case end, _:
            return flat(f"{title}  {'↑' if end == 'high' else '↓'} {t('better')}", glyphs)


def legend(plot: Plot, canvas: Canvas) -> Content:
    """Return the label of the vertical axis of a plot and the meaning of its marks, on at most a few lines."""
    glyphs, palette = canvas.glyphs, canvas.palette
    entries = [Content.styled(axis_title(plot.y, canvas, "up"), f"bold {palette.text}")]
    for level in plot.levels:
        shown = f"{canvas.text(level.name, _NAME)} {value_text(level.value, plot.y.format, canvas.language)}".strip()
        sign = "-" if glyphs.ascii else "┄"
        entries.append(
            Content.assemble((sign, colour_of(level.role, canvas)), " ", (flat(shown, glyphs), palette.muted))
        )
    drawn = [series for series in plot.series if series.points]
    if len(drawn) > 1 or plot.levels:
        points = {point for series in drawn if series.labels for point in series.points}
        entries += _series(drawn, canvas, labelled=len(points) > MOST_LABELS)
    if any(series.scores for series in drawn):
        dots = ((glyphs.bullet, shade_of(score, canvas)) for score in (0.0, 0.5, 1.0))
        line = flat(canvas.t("the stronger, the better"), glyphs)
        entries.append(Content.assemble(*dots, (f" {line}", palette.muted)))
    if plot.surface is not None:
        shades = "".join(glyphs.shades[1:4])
        line = axis_title(plot.surface.scale, canvas)
        entries.append(Content.assemble((shades, palette.accent), (f" {line}", palette.muted)))
    return entries_in([entry for entry in entries if entry.plain.strip()], canvas, 3 if canvas.height >= _ROOMY else 2)


def entries_in(entries: Sequence[Content], canvas: Canvas, most: int) -> Content:
    """Return entries side by side on at most `most` lines; the last says how many have no room."""
    glyphs, palette = canvas.glyphs, canvas.palette
    lines, at = [Content("")], 0
    for place, entry in enumerate(entries):
        last = len(lines) == most
        if at and at + 3 + entry.cell_length > canvas.width - (14 if last and place + 1 < len(entries) else 0):
            if last:
                text = flat(canvas.t("{count:count} more", count=len(entries) - place), glyphs)
                lines[-1] += Content.assemble("   ", (text, palette.muted))
                break
            lines.append(Content(""))
            at = 0
        shown = entry if entry.cell_length <= canvas.width else fit(entry, canvas.width, glyphs)
        lines[-1] += Content.assemble("   " if at else "", shown)
        at = lines[-1].cell_length
    return Content("\n").join(line.truncate(canvas.width) for line in lines)


def _series(drawn: Sequence[Series], canvas: Canvas, *, labelled: bool) -> list[Content]:
    """Return an entry for each series; with `labelled` also the label of its only point, shown nowhere else."""
    seen: Counter[str] = Counter()
    entries = []
    for series in drawn:
        repeat, seen[series.role] = seen[series.role], seen[series.role] + 1
        name = canvas.text(series.name, _NAME)
        if labelled and len(series.labels) == 1 and series.role in _ALONE:
            name = f"{name}: {canvas.text(series.labels[0], _NAME)}"
        if name.strip():
            mark = (mark_of(series.role, canvas, repeat), colour_of(series.role, canvas, repeat))
            entries.append(Content.assemble(mark, (f" {name}", canvas.palette.muted)))
    return entries
