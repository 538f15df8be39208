"""The style of all drawings: the marks of roles, axes, and labels that cannot be read as markup.

Colours are variables of the style sheet, which has a light and a dark value of each.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from catalog.figures import Axis, Format, Role, Text
from runner.report.formatting import ReportFormatter

__all__ = [
    "BLUE", "FEW", "FONT", "GRID", "INK", "LOOKS", "MUTED", "SCALE", "SIZES", "SURFACE",
    "Trace", "error_bars", "escaped", "label", "plotly_axis", "styled", "tick_format", "title",
]  # fmt: skip

Trace = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Look:
    """How a role is drawn in all figures: colour, mark of a point, dash of a line, hatching of a bar."""

    colour: str
    symbol: str = "circle"
    dash: str = "solid"
    pattern: str = ""


# After Okabe and Ito (2008); no role differs from another by its colour alone.
BLUE, _ORANGE, _GREEN, _RED = "var(--blue)", "var(--orange)", "var(--green)", "var(--red)"
_GREY, INK, SURFACE, GRID, MUTED = "var(--grey)", "var(--ink)", "var(--surface)", "var(--grid)", "var(--muted)"
SCALE: Final = [[0, "var(--heat-low)"], [1, "var(--heat-high)"]]
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
LOOKS: Mapping[Role, _Look] = {
    "main": _Look(BLUE),
    "other": _Look(_GREY, "circle-open", pattern="."),
    "reference": _Look(_GREY, dash="dash"),
    "winner": _Look(_GREEN, "star"),
    "given": _Look(_ORANGE, "diamond", "dash"),
    "recipe": _Look(_GREEN, "square"),
    "baseline": _Look(_GREY, "square", "dot", "."),
    "selected": _Look(INK, "circle-open"),
    "best_so_far": _Look(BLUE, dash="dot"),
    "front": _Look(_GREEN, dash="dot"),
    "complete": _Look(BLUE),
    "pruned": _Look(_ORANGE, "circle-open", "dot", "/"),
    "failed": _Look(_RED, "x", pattern="x"),
    "running": _Look(_GREEN, "circle-open", "dash", "."),
    "train": _Look(_ORANGE, "diamond", "dash"),
    "validation": _Look(BLUE),
    "test": _Look(_GREEN, "square", "dot"),
    "right": _Look(BLUE),
    "wrong": _Look(_RED, "x", pattern="/"),
    "before": _Look(_ORANGE, "diamond-open", "dot"),
    "after": _Look(BLUE),
    "positive": _Look(BLUE),
    "negative": _Look(_ORANGE, "diamond", "dash", "/"),
}
SIZES: Mapping[Role, int] = {"winner": 19, "selected": 17}
"""Size in pixels of the marks that lie on top of others."""
_LEAST = 0.04
"""The least span of an axis: of shares, and of other values relative to their size."""
_MOST_TICKS = 10
FEW = 6
"""Ticks of an axis of durations; rows and columns of a matrix that has room for numbers."""
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


def label(text: Text, formatter: ReportFormatter, limit: int = 24) -> str:
    """Return a text as a label: Plotly reads some HTML and entities in labels."""
    return escaped(formatter.text(text, limit))


def escaped(text: str) -> str:
    """Return a text without the characters that Plotly reads as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def styled(**settings: Any) -> dict[str, Any]:
    """Return the settings of an axis in the common style."""
    return {
        "gridcolor": GRID,
        "linecolor": GRID,
        "zeroline": False,
        "automargin": True,
        "tickfont": {"size": 12, "color": MUTED},
        **settings,
    }


def title(axis: Axis, formatter: ReportFormatter) -> dict[str, Any]:
    """Return the label of an axis: what it measures, the unit, the scale, and which end is better."""
    t = formatter.t
    ends = {"high": t("higher is better"), "low": t("lower is better")}
    said = [
        "" if axis.unit is None else formatter.text(axis.unit, 20),
        t("logarithmic") if axis.scale == "log" else "",
        ends[axis.better] if axis.better else "",
    ]
    known = ", ".join(filter(None, said))
    text = formatter.text(axis.label, 60) + (f" ({known})" if known else "")
    return {"text": escaped(text), "font": {"size": 12, "color": MUTED}, "standoff": 10}


def plotly_axis(axis: Axis, values: Iterable[float], formatter: ReportFormatter, **settings: Any) -> dict[str, Any]:
    """Return an axis over `values`; its span has a minimum, so that tiny differences do not look large."""
    found = styled(title=title(axis, formatter), **settings)
    if axis.categories:
        places = list(range(len(axis.categories)))
        names = [label(name, formatter) for name in axis.categories]
        return {**found, "tickvals": places, "ticktext": names, "range": [-0.5, len(places) - 0.5]}
    low, high = _ends(axis, list(values))
    if axis.scale == "log" and low > 0:
        numbers = _log_ticks(low, high)
        labels = [formatter.shown(number, axis.format) for number in numbers]
        ends = [math.log10(low), math.log10(high)]
        return {**found, "type": "log", "range": ends, "tickvals": numbers, "ticktext": labels}
    found |= {"range": [low, high], "tickformat": tick_format(axis.format, high - low)}
    if axis.format == "count":
        found |= {"tick0": 0, "dtick": _step(high - low)}
    if axis.format == "seconds":
        ticks = _seconds(high)
        found |= {"tickvals": ticks, "ticktext": [formatter.shown(tick, "seconds") for tick in ticks]}
    return found


def tick_format(format: Format, span: float) -> str:  # noqa: A002 -- the name of the concept
    """Return Plotly's tick format for an axis that spans `span`."""
    if format == "percent":
        return ".0%" if span >= 0.2 else ".1%"
    return {"count": ",d", "bytes": "~s"}.get(format, "")


def _ends(axis: Axis, values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    share = axis.format == "percent"
    if axis.scale == "log":
        low, high = low / 1.15, high * 1.15
    else:
        least = _LEAST if share else _LEAST * max(abs(low), abs(high), 1e-3)
        spare = max(0.08 * (high - low), (least - (high - low)) / 2)
        low, high = low - spare, high + spare
        if (
            share and min(values, default=0.0) >= 0 and max(values, default=1.0) <= 1
        ):  # the part that is cut off at one end is added at the other
            low, high = max(0.0, low - max(0.0, high - 1)), min(1.0, high + max(0.0, -low))
    return low if axis.low is None else axis.low, high if axis.high is None else axis.high


def _step(span: float) -> int:
    """Return the distance between ticks: 1, 2 or 5 times a power of ten, such that there are at most ten ticks."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power * _MOST_TICKS >= span:
                return step * power
        power *= 10


def _log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers from `low` to `high`, more of them if these are close; the two ends if there are too few."""
    powers = [10.0**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    for digits in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        ticks = [power * digit for power in powers for digit in digits if low <= power * digit <= high]
        if len(ticks) >= 3:
            return ticks[:: -(-len(ticks) // _MOST_TICKS)]
    return [low, high]


def _seconds(longest: float) -> list[int]:
    step = next((step for step in _SECONDS if step * FEW >= longest), _SECONDS[-1] * math.ceil(longest / 86400 / FEW))
    return list(range(0, math.floor(longest) + 1, step))


def error_bars(values: Sequence[float], ends: Sequence[tuple[float, float]], colour: str) -> dict[str, Any]:
    """Return the intervals of some values."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for value, (_, high) in zip(values, ends, strict=True)],
        "arrayminus": [value - low for value, (low, _) in zip(values, ends, strict=True)],
        "color": colour,
        "thickness": 2,
        "width": 6,
    }
