"""Values in readable form, and round values for the ticks of an axis."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from catalog.figures import Format
from catalog.statement import Statement
from runner.presentation.language import Language

__all__ = ["interval_text", "log_ticks", "tick_labels", "ticks_of", "value_text"]

_NO_BREAK = "\u00a0"
_HOUR = 3600.0
_UNITS = {
    "seconds": ((_HOUR, "h"), (60.0, "min"), (1.0, "s")),
    "bytes": ((1e9, "GB"), (1e6, "MB"), (1e3, "KB"), (1.0, "B")),
}
_LONG_STEPS = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0)
_HUGE = 1e12
_FARTHEST, _SMALLEST, _MOST_DECADES = 1e300, 1e-290, 60
_HUNDRED = frozenset({"percent", "points"})
"""Formats whose values are shares of one and shown in per cent."""


def ticks_of(form: Format, low: float, high: float, most: int) -> list[float]:
    """Return at most `most` round values between `low` and `high`, but at least two if there are two.

    Counts have whole numbers; durations multiples of 1, 2, 5, 10, 15, 20, 30 seconds or minutes, or of hours; all
    others multiples of 1, 2 or 5 times a power of ten.
    """
    most = max(2, most)
    if not math.isfinite(high - low) or high - low < _SMALLEST:
        return [low] if math.isfinite(low) else []
    if form == "count":
        return _round(low, high, most, whole=True)
    if form == "seconds" and high - low > _LONG_STEPS[0] * most:
        if (high - low) / most > _LONG_STEPS[-1]:
            hours = [hour * _HOUR for hour in _round(low / _HOUR, high / _HOUR, most, whole=True)]
            if len(hours) > 1:
                return hours
        found: list[float] = []
        for step in reversed(_LONG_STEPS):
            finer = _multiples(low, high, step)
            if len(finer) > most:
                return found if len(found) > 1 else [finer[0], finer[-1]]
            found = finer
    return _round(low, high, most)


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return ticks between 10 to the `low` and 10 to the `high`, as their logarithms.

    Powers of ten if there are two or more, with 2 and 5 times them if there is room; otherwise round numbers.
    """
    if not math.isfinite(high - low) or high - low < _SMALLEST:
        return [low] if math.isfinite(low) else []
    most = max(2, most)
    first, last = math.floor(low), math.ceil(high)
    for factors in ((1, 2, 5), (1, 3), (1,)) if last - first <= _MOST_DECADES else ():
        marks = [power + math.log10(factor) for power in range(first, last + 1) for factor in factors]
        marks = [mark for mark in marks if low - 1e-9 <= mark <= high + 1e-9]
        if 2 <= len(marks) <= most:
            return marks
    if high - low < 2 and low > -300 and high < 300:  # nearly a linear scale
        return [math.log10(value) for value in _round(10**low, 10**high, most) if value > 0]
    return _round(low, high, most, whole=True)


def tick_labels(form: Format, values: Sequence[float], language: Language) -> list[str]:
    """Return the labels of ticks: all in one unit and with enough decimal places to differ."""
    if not values:
        return []
    if form == "count" or max(map(abs, values)) >= _HUGE:
        return [value_text(value, form, language) for value in values]
    size, unit = 1.0, ""
    if form in _HUNDRED:
        size, unit = 0.01, "%" if form == "percent" else ""
    elif form in _UNITS:
        step = _distance(values) * (1 + 1e-9)
        size, unit = next(((size, unit) for size, unit in _UNITS[form] if step >= size), _UNITS[form][-1])
    numbers = [value / size for value in values]
    if max(map(abs, numbers)) >= 1e7 or 0 < max(map(abs, numbers)) < 1e-3:
        labels = [language.number(number) for number in numbers]
    else:
        fine = _distance(numbers) * 1e-3
        places = next((n for n in range(12) if all(abs(round(one, n) - one) <= fine for one in numbers)), 12)
        labels = [language.decimal(number, places) for number in numbers]
    return [f"{label}{_NO_BREAK}{unit}" if unit else label for label in labels]


def value_text(value: float, form: Format, language: Language) -> str:
    """Return one value with its unit; with a power of ten if it is huge."""
    if abs(value) >= _HUGE:
        value = max(-_FARTHEST, min(_FARTHEST, value))  # in per cent the value must still be a float
        unit = {"percent": "%", "seconds": "s", "bytes": "B"}.get(form, "")
        return f"{language.number(value * (100 if form in _HUNDRED else 1))}{_NO_BREAK if unit else ''}{unit}"
    if form == "points":
        return language.say(Statement("{difference:points} points", {"difference": value}))
    writers: Mapping[str, Callable[[float], str]] = {
        "percent": language.percent,
        "seconds": language.seconds,
        "bytes": language.size,
        "count": language.count,
    }
    return writers.get(form, language.number)(value)


def interval_text(low: float, high: float, form: Format, language: Language, dash: str) -> str:
    """Return an interval in brackets; its unit is written once."""
    last = value_text(high, form, language)
    first = language.decimal(low * 100, 1) if form in _HUNDRED and abs(low) < _HUGE else value_text(low, form, language)
    gap = " " if low < 0 or dash == "-" else ""  # a dash next to a minus cannot be read
    return f"[{first}{gap}{dash}{gap}{last}]"


def _distance(values: Sequence[float]) -> float:
    """Return the smallest distance of neighbours; of a single value the value itself, of none 1."""
    return min((after - before for before, after in pairwise(values) if after > before), default=abs(values[0])) or 1.0


def _round(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten; if there are none, the two outer ones of a finer step."""
    step = _step((high - low) / most)
    if whole:
        step = max(1.0, step)
    while len(found := _multiples(low, high, step)) > most:
        step = _step(step * 1.5)
    while len(found) < 2 and step > (high - low) / 16 and not (whole and step <= 1):
        step = max(1.0, _step(step / 4)) if whole else _step(step / 4)
        finer = _multiples(low, high, step)
        found = [finer[0], finer[-1]] if len(finer) > 1 else finer
    return found


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
