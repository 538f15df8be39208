"""Parallel coordinates: every trial a line through its parameters and its score (Inselberg 1985)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from runner.tui.figures.fitting import cut, flat, width_of
from runner.tui.figures.raster import Raster
from runner.tui.widgets.figure import Canvas

__all__ = ["Dimension", "Path", "parallel"]

_LEAST = 8
_LINES = (6, 36)
_ROOMY = 18
"""Lines from which on there is room for a legend."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """An axis.

    Attributes:
        label: Its name; anybody's text, made safe.
        low: Value at its foot.
        high: Value at its top.
        log: Whether distances are those of logarithms.
        names: Of the values 0, 1, 2 ... where it has no numbers.
        ends: What to write at foot and top where a plain number would lack its unit.
    """

    label: str
    low: float
    high: float
    log: bool = False
    names: tuple[str, ...] = ()
    ends: tuple[str, str] | None = None

    def share(self, value: float | None) -> float | None:
        """Return how far up the axis a value stands, 0 to 1; None where it stands nowhere on it."""
        if value is None or not math.isfinite(value):
            return None
        low, high = (0.0, len(self.names) - 1.0) if self.names else (self.low, self.high)
        if self.log and not self.names:
            if min(value, low, high) <= 0:
                return None
            value, low, high = math.log(value), math.log(low), math.log(high)
        spread = high / 2 - low / 2
        if not math.isfinite(spread):
            return None
        return min(1.0, max(0.0, (value / 2 - low / 2) / spread)) if spread > 0 else 0.5


@dataclass(frozen=True, slots=True)
class Path:
    """A line.

    Attributes:
        values: One for each dimension; None where it has none, and the line is broken.
        quality: 0 for the worst to 1 for the best, by which it is coloured.
        chosen: Whether it lies over the others.
    """

    values: tuple[float | None, ...]
    quality: float
    chosen: bool = False


def parallel(dimensions: Sequence[Dimension], paths: Sequence[Path], canvas: Canvas) -> Content:
    """Draw axes side by side and a line for each path, the better ones over the worse, the chosen one over all.

    Args:
        dimensions: From left to right; of those that have no room the first ones stay, and the last, the score.
        paths: In any order.
        canvas: Where to draw.
    """
    if not dimensions:
        return Content("")
    glyphs, palette = canvas.glyphs, canvas.palette
    most = max(1, canvas.width // (_LEAST + 1))
    shown = list(range(len(dimensions)))
    if len(shown) > most:
        shown = [*range(most - 1), len(dimensions) - 1]
    slot = canvas.width // len(shown)
    legend = _legend(paths, canvas) if canvas.height >= _ROOMY else []
    height = max(_LINES[0], min(_LINES[1], canvas.height - 4 - len(legend)))
    raster = Raster(slot * len(shown), height, ascii_only=glyphs.ascii)
    places = [index * slot + slot // 2 for index in range(len(shown))]
    for place in places:
        for line in range(height):
            raster.sign(place, line, "|" if glyphs.ascii else "│", palette.faint)
    for path in sorted(paths, key=lambda one: (one.chosen, _finite(one.quality))):
        _draw(path, [dimensions[index] for index in shown], shown, places, raster, canvas)
    ends = [_ends(dimensions[index], canvas) for index in shown]
    lines = [
        _captions([flat(dimensions[index].label, glyphs) for index in shown], slot, palette.text, canvas),
        _captions([high for _, high in ends], slot, palette.muted, canvas),
        *raster.lines(),
        _captions([low for low, _ in ends], slot, palette.muted, canvas),
    ]
    if len(shown) < len(dimensions):
        hidden = len(dimensions) - len(shown)
        told = canvas.t("{count:count} more parameters have no room here.", count=hidden)
        lines += Content.styled(flat(told, glyphs), palette.muted).wrap(canvas.width)
    return Content("\n").join(line.truncate(canvas.width) for line in [*lines, *legend])


def _legend(paths: Sequence[Path], canvas: Canvas) -> list[Content]:
    """Return what the colours mean, after an empty line."""
    palette, glyphs = canvas.palette, canvas.glyphs
    rule = glyphs.rest * 2
    told = Content.assemble(
        (rule, palette.blend(palette.faint, palette.accent, 0.15)),
        (rule, palette.blend(palette.faint, palette.accent, 0.5)),
        (rule, palette.accent),
        (f" {flat(canvas.t('the stronger, the better'), glyphs)}", palette.muted),
    )
    if any(path.chosen for path in paths):
        mine = flat(canvas.t("under the cursor"), glyphs)
        told = Content.assemble(
            (f"{glyphs.series[0]}{rule}", f"bold {palette.warn}"), (f" {mine}   ", palette.muted), told
        )
    return [Content(""), told]


def _finite(quality: float) -> float:
    return min(1.0, max(0.0, quality)) if math.isfinite(quality) else 0.0


def _draw(
    path: Path,
    dimensions: Sequence[Dimension],
    shown: Sequence[int],
    places: Sequence[int],
    raster: Raster,
    canvas: Canvas,
) -> None:
    palette = canvas.palette
    style = (
        f"bold {palette.warn}" if path.chosen else palette.blend(palette.faint, palette.accent, _finite(path.quality))
    )
    sign = "*" if path.chosen else "."
    before: tuple[int, int] | None = None
    stops = []
    for dimension, index, place in zip(dimensions, shown, places, strict=True):
        share = dimension.share(path.values[index] if index < len(path.values) else None)
        if share is None:
            before = None
            continue
        here = (place * raster.across, round((1 - share) * (raster.dots[1] - 1)))
        if before is not None:
            raster.line(before, here, style, sign)
        stops.append(here)
        before = here
    for x, y in stops:
        mark = canvas.glyphs.series[0] if path.chosen else "+" if canvas.glyphs.ascii else "┼"
        raster.sign(x // raster.across, y // raster.down, mark, style)


def _ends(dimension: Dimension, canvas: Canvas) -> tuple[str, str]:
    if texts := dimension.ends or dimension.names:
        return flat(texts[0], canvas.glyphs), flat(texts[-1], canvas.glyphs)
    known = [value if math.isfinite(value) else None for value in (dimension.low, dimension.high)]
    low, high = (canvas.glyphs.dash if value is None else canvas.language.number(value) for value in known)
    return low, high


def _captions(texts: Sequence[str], slot: int, style: str, canvas: Canvas) -> Content:
    parts = []
    for text in texts:
        shown = cut(text, slot - 1, canvas.glyphs)
        left = max(0, min((slot - width_of(shown)) // 2 + slot % 2, slot - 1 - width_of(shown)))
        parts += [Content(" " * left), Content.styled(shown, style), Content(" " * (slot - left - width_of(shown)))]
    return Content("").join(parts)
