"""Canvases for drawings, and figures of every kind with whatever text and numbers may come in."""

import random
from functools import partial

import pytest

from catalog.figures import (
    Axis,
    Bar,
    Bars,
    Bin,
    Column,
    Empty,
    Highlight,
    HighlightedText,
    Histogram,
    Interval,
    Intervals,
    Level,
    Matrix,
    ParallelCoordinates,
    Part,
    Path,
    Plot,
    Role,
    Series,
    Span,
    Surface,
    Table,
    Timeline,
)
from catalog.statement import Statement
from runner.presentation.language import Language
from runner.tui.figures.canvas import Canvas
from runner.tui.glyphs import UNICODE
from runner.tui.palette import DARK, palette_of

TEXTS = ("", "[/x]", "\x1b[31m", "a\nb", "\u202eevil", "日本語の長い名前", "❤\ufe0f", "=cmd()", "word " * 12)
NUMBERS = (0.0, -1.0, 0.5, 1e308, -1e308, 5e-324, 3.0, 1e15, -0.2, 1e-12, 12345.6)
FORMATS = ("number", "percent", "count", "seconds", "bytes", "points", "text")


@pytest.fixture(name="canvas")
def canvas_fixture():
    """Return a function that makes a canvas."""

    def make(width=60, height=20, glyphs=UNICODE, code="en", theme=DARK):
        language = Language(code)
        return Canvas(width, height, palette_of(theme, {}), glyphs, language, language.translate)

    return make


@pytest.fixture(name="figures")
def figures_fixture():
    """Return a function that makes a figure of every kind by chance, each one that `catalog.figures.check` accepts."""
    return _figures


def _figures(dice: random.Random):
    number, count = partial(dice.choice, NUMBERS), dice.randint(0, 5)
    some, role = range(count), partial(dice.choice, Role.__args__)

    def text():
        found = dice.choice(TEXTS)
        return Statement("{name} of {count:count}", {"name": found, "count": 3}) if dice.random() < 0.3 else found

    def maybe(value):
        return value if dice.random() < 0.7 else None

    def axis():
        return Axis(
            text(),
            dice.choice(FORMATS),
            maybe(text()),
            dice.choice(("linear", "log")),
            maybe(number()),
            maybe(number()),
            dice.choice(("high", "low", None)),
            tuple(text() for _ in some) if dice.random() < 0.2 else (),
        )

    def series():
        points = tuple((number(), number()) for _ in some)
        ends = tuple(maybe((number(), number())) for _ in some) if dice.random() < 0.5 else ()
        labels = tuple(text() for _ in some) if dice.random() < 0.5 else ()
        scores = tuple(dice.random() for _ in some) if dice.random() < 0.3 else ()
        return Series(text(), points, dice.choice(("line", "steps", "points")), role(), ends, labels, scores)

    def about():
        return "k", text()

    names = tuple(text() for _ in some)
    long = "".join(dice.choice(TEXTS) for _ in range(8))
    surface = Surface(tuple(number() for _ in some), (1.0, 2.0), (tuple(maybe(number()) for _ in some),) * 2, axis())
    return [
        Plot(
            *about(),
            axis(),
            axis(),
            tuple(series() for _ in some),
            tuple(Level(number(), text(), role()) for _ in range(2)),
            maybe(surface),
            caption=(text(), text()),
        ),
        Bars(
            *about(),
            axis(),
            tuple(Bar(text(), number(), role(), maybe(number()), maybe(number()), maybe(text())) for _ in some),
        ),
        Histogram(
            *about(),
            axis(),
            (Part(text(), "right"), Part(text(), "wrong")),
            tuple(Bin(number(), number(), (dice.randint(0, 10**9), dice.randint(0, 3))) for _ in some),
        ),
        Matrix(
            *about(),
            Axis(text(), categories=names),
            Axis(text(), categories=names),
            tuple(tuple(dice.randint(0, 10**9) for _ in some) for _ in some),
            dice.random() < 0.5,
        ),
        Intervals(
            *about(),
            axis(),
            tuple(
                Interval(text(), maybe(number()), maybe(number()), maybe(number()), role(), maybe(dice.randint(0, 9)))
                for _ in some
            ),
        ),
        ParallelCoordinates(
            *about(),
            tuple(axis() for _ in some),
            tuple(Path(text(), tuple(maybe(number()) for _ in some), dice.random(), role()) for _ in range(5)),
        ),
        Timeline(
            *about(), tuple(Span(text(), number(), maybe(number()), role(), maybe(text())) for _ in some), number()
        ),
        HighlightedText(
            *about(),
            long,
            tuple(Highlight(n * 2 - 1, n * 3, dice.uniform(-1, 1), maybe(text())) for n in range(9)),
            maybe(text()),
            maybe(text()),
        ),
        Table(
            *about(),
            tuple(Column(text(), dice.choice(FORMATS)) for _ in some),
            tuple(tuple(dice.choice((text(), number(), None)) for _ in some) for _ in range(4)),
        ),
        Empty(*about(), text()),
    ]
