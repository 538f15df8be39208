"""What a chart shows: series over two axes, as plain data."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Axis", "Drawing", "Kind", "Series"]

Kind = Literal["number", "percent", "log", "seconds", "count"]
"""How an axis is divided and written: plain numbers, shares of one, logarithms, durations, whole numbers."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis.

    Attributes:
        label: What it measures; anybody's text, made safe.
        kind: How it is divided and written.
        low: Where it begins; None, or what cannot be: at the smallest value.
        high: Where it ends; None, or what cannot be: at the largest value.
        names: Of the values 0, 1, 2 ... where it has no numbers.
    """

    label: str
    kind: Kind = "number"
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together.

    Attributes:
        name: For the legend; anybody's text, made safe.
        points: x and y. Those that are not finite, or not above 0 on an axis of logarithms, are left out.
        kind: Joined, on their own, as steps that hold until the next point, or as bars from nothing.
        color: As ``#rrggbb``; None: that of its place among the series.
        mark: A sign of one cell; None: that of its place among the series.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    kind: Literal["line", "scatter", "steps", "bars"] = "line"
    color: str | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart.

    Attributes:
        series: Later ones lie over earlier ones.
        x: Axis from left to right.
        y: Axis upward.
        legend: Whether the names of the series are shown.
        levels: Heights to draw a line at, each with its name, such as that of a baseline.
    """

    series: tuple[Series, ...]
    x: Axis
    y: Axis
    legend: bool = True
    levels: tuple[tuple[float, str], ...] = ()
