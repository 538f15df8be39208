"""Ticks are round and never one alone, values have their units, in both languages."""

import math
import random

import pytest

from runner.presentation.language import Language
from runner.tui.figures.scales import interval_text, log_ticks, tick_labels, ticks_of, value_text

ENGLISH, GERMAN = Language("en"), Language("de")
FORMATS = ("number", "percent", "count", "seconds", "bytes", "points", "text")


def test_ticks_are_round():
    """Ticks are round in their unit, and written with as many places as they need, in the language."""
    assert ticks_of("number", 0.0, 1.0, 6) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks_of("seconds", 0, 3600, 5) == [0, 900, 1800, 2700, 3600]
    assert tick_labels("seconds", [0, 900], ENGLISH) == ["0\u00a0min", "15\u00a0min"]
    assert tick_labels("percent", [0.9, 0.905], GERMAN) == ["90,0\u00a0%", "90,5\u00a0%"]
    assert tick_labels("bytes", [0, 5e7, 1e8], ENGLISH) == ["0\u00a0MB", "50\u00a0MB", "100\u00a0MB"]
    assert tick_labels("points", [-0.01, 0, 0.01], ENGLISH) == ["-1", "0", "1"]
    assert [round(10**mark, 9) for mark in log_ticks(-5, -3, 4)] == [1e-5, 1e-4, 1e-3]
    assert len(log_ticks(math.log10(0.5), math.log10(0.9), 5)) >= 2


def test_counts_have_whole_ticks():
    """Between two epochs there is no tick, however much room there is."""
    assert ticks_of("count", 0.9, 3.1, 8) == [1, 2, 3]
    assert tick_labels("count", [1000, 2000], ENGLISH) == ["1,000", "2,000"]
    assert all(mark == int(mark) for mark in ticks_of("count", -0.3, 19.4, 6))


@pytest.mark.parametrize("form", FORMATS)
def test_no_tick_stands_alone(form):
    """However little room there is, there are two ticks, and their labels differ."""
    dice = random.Random(form)
    for _ in range(300):
        low = dice.choice((0.0, -1.0, 0.013, 0.87, 120.0, 5e4)) * dice.random()
        high = low + dice.choice((0.002, 0.5, 3.0, 59.0, 400.0, 1e5)) * (0.3 + dice.random())
        if form == "count" and math.floor(high) - math.ceil(low) < 1:
            continue  # only one whole number lies there
        most = dice.randint(1, 8)
        marks = ticks_of(form, low, high, most)
        assert 2 <= len(marks) <= max(2, most)
        assert all(low - 1e-9 <= mark <= high + (high - low) * 1e-6 for mark in marks)
        labels = tick_labels(form, marks, ENGLISH)
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("form", FORMATS)
def test_no_number_ends_ticks(form):
    """The largest, smallest and closest numbers give ticks, or none, and every one can be written."""
    for low, high in ((1e15, 1e15 + 1), (0, 5e-324), (-1e300, 1e300), (3, 3), (math.nan, 1), (-1e-320, 1e-310)):
        for marks in (ticks_of(form, low, high, 5), log_ticks(low, high, 5)):
            assert len(marks) <= 5
            assert all(tick_labels(form, marks, GERMAN))


def test_values_have_their_unit():
    """A value is written by its format, an interval has its unit once, and huge values have powers of ten."""
    written = {form: value_text(0.125, form, ENGLISH).replace("\u00a0", " ") for form in FORMATS}
    assert written["percent"] == "12.5 %"
    assert written["points"] == "12.5 points"
    assert written["seconds"] == "0.125 s"
    assert written["number"] == "0.125"
    assert value_text(1e15, "percent", ENGLISH).replace("\u00a0", " ") == "1e17 %"
    assert interval_text(0.81, 0.9, "percent", GERMAN, "–").replace("\u00a0", " ") == "[81,0–90,0 %]"
    assert interval_text(-0.1, 0.2, "number", ENGLISH, "–") == "[-0.1 – 0.2]"
