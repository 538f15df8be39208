"""Round numbers for the ticks of an axis, and how a person reads them."""

import math
from collections.abc import Sequence
from itertools import pairwise

from runner.presentation.language import Language
from runner.tui.figures.drawing import Kind

__all__ = ["log_ticks", "number_labels", "percent_labels", "seconds_labels", "seconds_ticks", "ticks", "written"]

_NO_BREAK = "\u00a0"
_UNITS = ((3600.0, "h"), (60.0, "min"), (1.0, "s"))
_LONG_STEPS = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0)
_HOUR = 3600.0
_HUGE = 1e12


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` multiples of 1, 2 or 5 times a power of ten between `low` and `high`, both included."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1 or not math.isfinite(high - low):
        return [low] if math.isfinite(low) and most > 0 else []
    step = _step((high - low) / most)
    while len(found := _multiples(low, high, step)) > most:
        step = _step(step * 1.5)
    return found


def seconds_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round durations: multiples of 1, 2, 5, 10, 15, 20, 30 seconds or minutes, or of whole hours."""
    if not math.isfinite(high - low) or high - low <= _LONG_STEPS[0] * most or most < 1:
        return ticks(low, high, most)
    if (high - low) / most > _LONG_STEPS[-1]:
        return [hours * _HOUR for hours in ticks(low / _HOUR, high / _HOUR, most) if hours == int(hours)]
    for step in _LONG_STEPS:
        if len(found := _multiples(low, high, step)) <= most:
            return found
    return ticks(low, high, most)


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return values to mark between 10 to the `low` and 10 to the `high`, as their logarithms.

    Powers of ten where there are two or more, with 2 and 5 times them where there is room; else round numbers.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return [low] if math.isfinite(low) and most > 0 else []
    first, last = math.floor(low), math.ceil(high)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        marks = [power + math.log10(factor) for power in range(first, last + 1) for factor in factors]
        marks = [mark for mark in marks if low - 1e-9 <= mark <= high + 1e-9]
        if 2 <= len(marks) <= most:
            return marks
    if last - first <= 1 and high < 300:  # less than a power of ten, nearly a linear scale
        return [math.log10(value) for value in ticks(10**low, 10**high, most) if value > 0]
    return [float(power) for power in ticks(first, last, most) if low <= power <= high and power == int(power)]


def number_labels(values: Sequence[float], language: Language) -> list[str]:
    """Return ticks as numbers, all with the places that their distance needs."""
    if not values:
        return []
    largest = max(abs(value) for value in values)
    step = _distance(values)
    if largest >= 1e7 or 0 < largest < 1e-3:
        return [language.number(value) for value in values]
    places = max(0, min(12, -math.floor(math.log10(step) + 1e-9)))
    return [language.decimal(value, places) for value in values]


def percent_labels(values: Sequence[float], language: Language) -> list[str]:
    """Return ticks, shares of one, in per cent."""
    step = _distance(values) * 100
    places = max(0, min(6, -math.floor(math.log10(step) + 1e-9))) if values else 0
    return [
        language.percent(value, places) if abs(value) < _HUGE else written(value, "percent", language)
        for value in values
    ]


def seconds_labels(values: Sequence[float], language: Language) -> list[str]:
    """Return ticks as durations, all in one unit: that of which they are round numbers."""
    if not values:
        return []
    step = _distance(values)
    size, unit = next(((size, unit) for size, unit in _UNITS if step >= size * (1 - 1e-9)), _UNITS[-1])
    return [f"{label}{_NO_BREAK}{unit}" for label in number_labels([value / size for value in values], language)]


def written(value: float, kind: Kind, language: Language) -> str:
    """Return one value as an axis of its kind writes it; with a power of ten where it is huge."""
    if abs(value) >= _HUGE and kind != "number":
        unit = {"percent": f"{_NO_BREAK}%", "seconds": f"{_NO_BREAK}s"}.get(kind, "")
        return language.number(value * (100 if kind == "percent" else 1)) + unit
    match kind:
        case "percent":
            return language.percent(value)
        case "seconds":
            return language.seconds(value)
        case "count":
            return language.count(value)
        case _:
            return language.number(value)


def _step(least: float) -> float:
    power = math.floor(math.log10(least)) if least > 0 else 0
    unit = 10.0**power if power > -308 else 1e-308
    return next((unit * factor for factor in (1, 2, 5) if unit * factor >= least * (1 - 1e-9)), unit * 10)


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last - first > 1000:  # so many are never drawn: the caller takes a longer step
        last = first + 1000
    power = math.floor(math.log10(step))
    return [round(number * step, -power + 1) if power > -300 else number * step for number in range(first, last + 1)]


def _distance(values: Sequence[float]) -> float:
    gaps = [after - before for before, after in pairwise(values) if after > before]
    if gaps:
        return min(gaps)
    value = abs(values[0]) if values else 1.0
    return 10.0 ** (math.floor(math.log10(value)) - 2) if value > 0 else 1.0
