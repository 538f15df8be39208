"""The course of a number in one line of text."""

import math
from collections.abc import Sequence

from runner.tui.glyphs import Glyphs

__all__ = ["sparkline"]


def sparkline(values: Sequence[float], width: int, glyphs: Glyphs) -> str:
    """Return one character for each value, the higher the greater; the mean of neighbours if there are too many.

    Args:
        values: Values in order of time. A value that is not finite leaves a gap.
        width: Most cells of the line.
        glyphs: Glyphs; their ramp has the characters.
    """
    if width < 1 or not values:
        return ""
    count = min(width, len(values))
    means = []
    for place in range(count):
        part = values[place * len(values) // count : (place + 1) * len(values) // count]
        known = [value for value in part if value is not None and math.isfinite(value)]
        means.append(sum(value / len(known) for value in known) if known else None)
    shown = [mean for mean in means if mean is not None]
    if not shown:
        return " " * count
    low, steps = min(shown), len(glyphs.ramp)
    half = max(shown) / 2 - low / 2  # halves, because the difference of the largest floats is not a finite float
    if half <= 0:
        return "".join(" " if mean is None else glyphs.ramp[steps // 2 - 1] for mean in means)
    return "".join(
        " " if mean is None else glyphs.ramp[min(steps - 1, int((mean / 2 - low / 2) / half * steps))] for mean in means
    )
