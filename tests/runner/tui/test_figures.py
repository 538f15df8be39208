"""Figures: what they draw, and that nothing that comes in makes them wider than their place."""

import math
import random
from functools import partial

import pytest
from rich.cells import cell_len

from catalog.results import WordWeight
from runner.presentation.language import Language
from runner.tui.figures.bars import Bar, bars
from runner.tui.figures.columns import Stack, columns
from runner.tui.figures.heat import heat_map
from runner.tui.figures.parallel import Dimension, Path, parallel
from runner.tui.figures.scales import log_ticks, percent_labels, seconds_labels, seconds_ticks, ticks
from runner.tui.figures.sparkline import sparkline
from runner.tui.figures.timeline import Span, timeline
from runner.tui.figures.tokens import tokens
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, palette_of
from runner.tui.widgets.figure import Canvas

ENGLISH, GERMAN = Language("en"), Language("de")
HOSTILE = ("", "[/x]", "\x1b[31m", "a\nb", "\u202eevil", "日本語の長い名前", "❤\ufe0f", "=cmd()", "word " * 12)
NUMBERS = (0.0, -1.0, 0.5, math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 3.0, 1e15, -0.2, 1e-12, 12345.6)


def canvas(width=60, height=20, glyphs=UNICODE, language=ENGLISH):
    return Canvas(width, height, palette_of(DARK, {}), glyphs, language, language.translate)


def lines(content):
    return content.plain.split("\n")


def test_sparkline_follows_the_values():
    """One sign for each value, means where there are too many, a gap where a value is none."""
    assert sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8, UNICODE) == "▁▂▃▄▅▆▇█"
    assert sparkline([0, 0, 8, 8], 2, UNICODE) == "▁█"
    assert sparkline([1, math.nan, 2], 9, UNICODE) == "▁ █"
    assert sparkline([5, 5], 9, UNICODE) == "▄▄"
    assert sparkline([-1e308, 1e308], 9, ASCII) == ".#"
    assert sparkline([], 9, UNICODE) == sparkline([1], 0, UNICODE) == ""


def test_bars_are_as_long_as_their_values():
    """Half the value is half the bar; a little is a cell, nothing is none; numbers end at the right."""
    drawn = lines(
        bars([Bar("a", 1.0, "100 %"), Bar("bb", 0.5, "50 %"), Bar("c", 1e-9, "0 %"), Bar("d", 0, "0")], canvas())
    )
    lengths = [line.count("━") for line in drawn]
    assert lengths[0] == 60 - 2 - 5 - 4
    assert abs(lengths[0] - 2 * lengths[1]) <= 1
    assert lengths[2:] == [1, 0]
    assert {len(line) for line in drawn} == {60}
    assert drawn[1].endswith(" 50 %")


def test_negative_bars_go_left_of_an_axis():
    """Bars below nothing end where those above begin, and differ in colour."""
    drawn = bars([Bar("a", 2, "2"), Bar("b", -2, "-2")], canvas())
    above, below = lines(drawn)
    assert abs(below.rindex("━") + 1 - above.index("━")) <= 1
    palette = canvas().palette
    assert {palette.toward, palette.against} <= {str(span.style) for span in drawn.spans}


def test_bars_show_their_interval():
    """The interval stands over the bar, its ends and the value marked."""
    assert "├" in bars([Bar("a", 0.5, "50 %", low=0.4, high=0.7)], canvas()).plain
    assert lines(bars([Bar("a", 0.5, "50 %", low=0.2, high=0.8)], canvas(glyphs=ASCII), largest=1.0))[0].count("|") == 2


def test_heat_map_has_counts_and_shares_of_the_row():
    """Each cell says how many and which share of its row, right aligned under its class."""
    drawn = lines(heat_map([[90, 10], [300, 700]], ["no", "yes"], canvas()))
    assert drawn[1].split() == ["true", "no", "yes"]
    assert drawn[2].split() == ["no", "90", "10"]
    assert drawn[3].replace("\u00a0", " ").split() == ["90.0", "%", "10.0", "%"]
    assert drawn[5].replace("\u00a0", " ").split() == ["30.0", "%", "70.0", "%"]
    assert drawn[2].index("10") + 2 == drawn[1].index("yes") + 3
    empty = heat_map([[0, 0], [1, 2]], ["a", "b"], canvas())
    assert "–" in empty.plain


def test_heat_map_keeps_the_classes_that_are_confused_most():
    """Where not all classes have room those with the most mistakes stay, and a line says so."""
    counts = [[50 if i == j else 0 for j in range(12)] for i in range(12)]
    counts[3][7] = counts[7][3] = 9
    told = heat_map(counts, [f"c{i}" for i in range(12)], canvas(30))
    assert "c3" in told.plain
    assert "c7" in told.plain
    assert "of 12 classes" in " ".join(told.plain.split())
    alike = lines(heat_map(counts[:2], ["a long name of one", "a long name of two"], canvas(30)))
    assert alike[1].split()[1:] == ["1", "2"]


def test_timeline_lies_on_its_axis():
    """A span begins and ends where its seconds are, in the unit that the axis tells."""
    drawn = lines(timeline([Span("0", 0, 600, "complete", "92 %"), Span("1", 600, 1200, "pruned")], canvas(80)))
    assert "0 min" in drawn[0]
    assert drawn[2].rindex("━") + 1 == drawn[3].index("━")
    assert drawn[3].startswith("✂ 1")
    assert drawn[2].endswith("92 %")
    assert "h" in lines(timeline([Span("a", 0, 9e4, "running")], canvas(80)))[0]


def test_tokens_mark_strong_words():
    """Strong words stand between marks that say which way they pull; weak ones and the rest are as they were."""
    text = "While stunning, the weak plot ruined it."
    words = [WordWeight("stunning", 6, 14, -0.8), WordWeight("weak", 20, 24, 0.9), WordWeight("plot", 25, 29, 0.01)]
    drawn = tokens(text, words, canvas(), label="negative", other="positive")
    assert lines(drawn)[0] == "While ▒stunning▒, the ▓weak▓ plot ruined it."
    assert lines(drawn)[2] == "▓ pulls to negative   ▒ pulls to positive"
    plain = tokens(text, words, canvas(20, glyphs=ASCII), label="negative")
    assert "-stunning-" in plain.plain
    assert "+weak+" in plain.plain
    assert "away" in plain.plain
    assert lines(tokens("as it is", [], canvas(), label="x")) == ["as it is"]


def test_tokens_take_foreign_text():
    """Controls become visible, and words that are not where they say they are stay out."""
    words = [WordWeight("x", -3, 2, 1.0), WordWeight("y", 3, 99, 1.0), WordWeight("z", 0, 1, math.nan)]
    assert tokens("a\x1bb", words, canvas(), label="[/x]").plain == "a\\x1bb"


def test_columns_stack_their_parts():
    """Columns are as high as their sums, parts differ by sign, and a small part is still seen."""
    stacks = [Stack("50 %", (10, 10), "20"), Stack("90 %", (99, 1), "100"), Stack("x", (0, 0), "0")]
    drawn = columns(stacks, canvas(), names=("right", "wrong"), height=10)
    body = lines(drawn)
    assert sum("█" * 4 in line for line in body) >= 9
    assert sum("▒" * 4 in line[13:26] for line in body) == 1
    assert body[-1] == "█ right   ▒ wrong"
    narrow = lines(columns([Stack(f"{n}0-{n}9 %", (n, 1), str(n)) for n in range(9)], canvas(30), names=("a",)))
    assert narrow[5].startswith("50-59 %")
    assert narrow[5].endswith("5")


def test_parallel_draws_the_chosen_path_over_all():
    """Every path goes through its axes; the chosen one lies on top in its own colour."""
    dimensions = [Dimension("rate", 1e-6, 1e-3, log=True), Dimension("size", 0, 1, names=("16", "32"))]
    dimensions.append(Dimension("accuracy", 0.5, 1.0, ends=("50 %", "100 %")))
    paths = [Path((1e-5, 1.0, 0.9), 1.0), Path((1e-4, 0.0, 0.6), 0.0, chosen=True), Path((None, 0.0, 0.7), 0.5)]
    drawn = parallel(dimensions, paths, canvas(60, 16))
    assert lines(drawn)[0].split() == ["rate", "size", "accuracy"]
    assert lines(drawn)[1].split() == ["0.001", "32", "100", "%"]
    assert lines(drawn)[-1].split() == ["1e-6", "16", "50", "%"]
    assert drawn.plain.count("●") == 3
    assert "no room" in parallel([Dimension(str(n), 0, 1) for n in range(9)], [], canvas(40)).plain


def test_ticks_are_round():
    """Ticks are round in their unit, and written with as many places as they need, in the language."""
    assert ticks(0.0, 1.0, 6) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert seconds_ticks(0, 3600, 5) == [0, 900, 1800, 2700, 3600]
    assert seconds_labels([0, 900], ENGLISH) == ["0\u00a0min", "15\u00a0min"]
    assert percent_labels([0.9, 0.905], GERMAN) == ["90,0\u00a0%", "90,5\u00a0%"]
    assert [round(10**mark, 9) for mark in log_ticks(-5, -3, 4)] == [1e-5, 1e-4, 1e-3]
    assert len(log_ticks(math.log10(0.5), math.log10(0.9), 5)) >= 2
    for low, high in ((1e15, 1e15 + 1), (0, 5e-324), (-1e300, 1e300), (3, 3), (math.nan, 1)):
        assert len(ticks(low, high, 5)) <= 5


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("width", [1, 7, 38, 100])
def test_nothing_breaks_a_figure(glyphs, width):
    """Whatever comes in, no line is wider than its place, no control passes, and ASCII stays ASCII."""
    dice = random.Random(width)
    number, text = (
        partial(dice.choice, NUMBERS),
        partial(dice.choice, HOSTILE[:-1] if glyphs is UNICODE else HOSTILE[:4]),
    )
    where = canvas(width, 12, glyphs)
    for _ in range(25):
        count = dice.randint(0, 5)
        some = range(count)
        long = "".join(text() for _ in range(8))
        word = [WordWeight("w", n * 2 - 1, n * 3, number()) for n in some]
        drawn = [
            bars([Bar(text(), number(), text(), low=number(), high=number()) for _ in some], where, largest=number()),
            heat_map([[dice.randint(0, 10**9) for _ in some] for _ in some], [text() for _ in some], where),
            timeline(
                [Span(text(), number(), number(), dice.choice(("running", "strange")), text()) for _ in some], where
            ),
            tokens(long, word, where, label=text(), other=text()),
            columns([Stack(text(), (number(), number()), text()) for _ in some], where, names=(text(), text())),
            parallel(
                [Dimension(text(), number(), number(), dice.random() < 0.5) for _ in some],
                [Path(tuple(number() for _ in some), number(), dice.random() < 0.3) for _ in range(5)],
                where,
            ),
        ]
        for content in drawn:
            for line in lines(content):
                assert cell_len(line) <= width
                assert line.replace("\u00a0", " ").isprintable()
            assert glyphs is UNICODE or content.plain.isascii()
