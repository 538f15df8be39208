"""Every kind of figure: what it draws, and that nothing that comes in makes it wider than its place."""

import random

import pytest
from rich.cells import cell_len

from catalog.figures import (
    KINDS,
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
    Matrix,
    ParallelCoordinates,
    Part,
    Path,
    Plot,
    Role,
    Series,
    Span,
    Table,
    Timeline,
    check,
)
from catalog.statement import Statement
from runner.tui.figures.render import render
from runner.tui.figures.roles import colour_of, mark_of
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, LIGHT

SHARE = Axis("accuracy", "percent", better="high")
ABOUT = ("key", "title")


def lines(content):
    return content.plain.replace("\u00a0", " ").split("\n")


def body(figure, canvas):
    """Return the lines below the title."""
    check(figure)
    return lines(render(figure, canvas))[1:]


def two_classes(counts, diagonal=True, names=("no", "yes")):
    return Matrix(
        *ABOUT, Axis("true", categories=names), Axis("predicted", categories=names), counts, diagonal=diagonal
    )


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_roles_are_told_apart(canvas, glyphs, theme):
    """Every role has a mark of one cell and a colour; only right and wrong share those of complete and failed."""
    where = canvas(glyphs=glyphs, theme=theme)
    appearance = {role: (mark_of(role, where), colour_of(role, where)) for role in Role.__args__}
    assert all(cell_len(mark) == 1 and (mark.isascii() or glyphs is UNICODE) for mark, _ in appearance.values())
    distinct = {role: look for role, look in appearance.items() if role not in {"right", "wrong"}}
    assert len(set(distinct.values())) == len(distinct)
    assert [role for role, (mark, _) in appearance.items() if mark == "★"] == (["winner"] if glyphs is UNICODE else [])
    assert appearance["pruned"] == (glyphs.states["pruned"], where.palette.warn)


def test_texts_are_told_in_the_language_and_made_safe(canvas):
    """A statement is translated with its numbers, a string is shown as it stands, and controls cannot pass."""
    said = Statement("{count:count} more", {"count": 1000})
    figure = Empty("key", "a\x1b[31m title", said, caption=("[bold]", "second."))
    assert lines(render(figure, canvas(code="de"))) == ["a\\x1b[31m title", "1.000 weitere", "[bold] second."]


def test_bars_are_as_long_as_their_values(canvas):
    """Half the value is half the bar; a little is a cell, nothing is none; numbers end at the right."""
    figure = Bars(*ABOUT, SHARE, (Bar("a", 1.0), Bar("bb", 0.5), Bar("c", 1e-9), Bar("d", 0.0)))
    head, *drawn = body(figure, canvas())
    assert head == "accuracy  better →"
    lengths = [line.count("━") for line in drawn]
    assert lengths[0] == 60 - 2 - 7 - 4
    assert abs(lengths[0] - 2 * lengths[1]) <= 1
    assert lengths[2:] == [1, 0]
    assert {len(line) for line in drawn} == {60}
    assert drawn[1].endswith(" 50.0 %")


def test_negative_bars_go_left_of_an_axis(canvas):
    """Bars below nothing end where those above begin."""
    _, above, below = body(Bars(*ABOUT, Axis("w"), (Bar("a", 2.0), Bar("b", -2.0, "negative"))), canvas())
    assert abs(below.rindex("━") + 1 - above.index("━")) <= 1


def test_bars_show_interval_and_note(canvas):
    """The interval stands over the bar and in brackets next to the value; without room the value alone is written."""
    figure = Bars(*ABOUT, Axis("share", "percent", high=1.0), (Bar("a", 0.5, low=0.2, high=0.8, note="12 rows"),))
    wide = body(figure, canvas(80))[1]
    assert "├" in wide
    assert wide.endswith("50.0 %  [20.0–80.0 %]  12 rows")
    narrow = body(figure, canvas(40, glyphs=ASCII))[1]
    assert narrow.count("|") == 2
    assert narrow.endswith("50.0 %")


def test_intervals_lie_over_an_axis(canvas):
    """Dots stand within their intervals over ticks, with value, interval and number of examples; None is a dash."""
    items = (Interval("short", 0.9, 0.85, 0.93, count=120), Interval("long", 0.8, 0.7, 0.88), Interval("none", None))
    head, short, long, none, ticks = body(Intervals(*ABOUT, SHARE, items), canvas(80))
    assert "better" in head
    assert short.endswith("90.0 %  [85.0–93.0 %]  n = 120")
    assert short.index("├") < short.index("◆") < short.index("┤")
    assert long.index("◆") < short.index("◆")
    assert none.endswith("–")
    assert len(ticks.split("%")) > 2


def test_histogram_keeps_proportions_and_shows_counts(canvas):
    """A bin of two is lower than one of five, and that lower than one of fourteen; every part's number is there."""
    counts = ((1, 1), (4, 1), (7, 7), (14, 14))
    bins = tuple(Bin(n / 10, (n + 1) / 10, each) for n, each in enumerate(counts, 5))
    figure = Histogram(*ABOUT, Axis("confidence", "percent"), (Part("right", "right"), Part("wrong", "wrong")), bins)
    drawn = body(figure, canvas(60, 24))
    tops = [next(row for row, line in enumerate(drawn) if str(total) in line.split()) for total in (28, 14, 5, 2)]
    assert tops == sorted(tops)
    floor = next(row for row, line in enumerate(drawn) if "───" in line)
    heights = [floor - top - 1 for top in tops]
    assert heights[0] == 2 * heights[1]
    assert drawn[floor + 1].split() == ["50–60", "60–70", "70–80", "80–90"]
    assert [line.split()[1:] for line in drawn[floor + 2 : floor + 4]] == [
        ["right", "1", "4", "7", "14"],
        ["wrong", "1", "1", "7", "14"],
    ]
    assert drawn[floor + 4].strip() == "confidence (%)"
    narrow = body(figure, canvas(26))
    assert narrow[1].startswith("50–60")
    assert narrow[4].endswith("14 + 14")
    assert abs(narrow[3].count("█") - narrow[3].count("▒")) <= 1


def test_matrix_has_counts_and_shares_of_the_row(canvas):
    """Each cell says how many and which share of its row, right aligned under its class."""
    drawn = body(two_classes(((90, 10), (300, 700))), canvas(height=0))
    assert drawn[1].split() == ["true", "no", "yes"]
    assert drawn[2].split() == ["no", "90", "10"]
    assert drawn[3].split() == ["90.0", "%", "10.0", "%"]
    assert drawn[5].split() == ["30.0", "%", "70.0", "%"]
    assert drawn[2].index("10") + 2 == drawn[1].index("yes") + 3
    assert "–" in "".join(body(two_classes(((0, 0), (1, 2))), canvas()))


def test_matrix_keeps_the_classes_that_are_confused_most(canvas):
    """Where not all classes have room those with the most mistakes stay, and a line says so."""
    counts = [[50 if i == j else 0 for j in range(12)] for i in range(12)]
    counts[3][7] = counts[7][3] = 9
    figure = two_classes(tuple(map(tuple, counts)), names=tuple(f"c{i}" for i in range(12)))
    expected = " ".join(" ".join(body(figure, canvas(30))).split())
    assert "c3" in expected
    assert "c7" in expected
    assert "of 12" in expected
    alike = body(two_classes(((50, 0), (0, 50)), names=("a long name of one", "a long name of two")), canvas(30))
    assert alike[1].split()[1:] == ["1", "2"]


def test_matrix_of_other_things_keeps_its_largest(canvas):
    """Rows and columns need not be alike; without room for all columns the largest stay."""
    rows, columns = Axis("tag", categories=("a", "b")), Axis("hour", categories=tuple(map(str, range(20))))
    figure = Matrix(*ABOUT, rows, columns, (tuple(range(20)), tuple(range(20))))
    drawn = body(figure, canvas(40, 0))
    assert drawn[1].split() == ["tag", "16", "17", "18", "19"]
    assert "2 of 2 rows, 4 of 20 columns" in " ".join(" ".join(drawn).split())


def test_tall_cells_hold_their_numbers_in_the_middle(canvas):
    """A matrix of two classes fills the lines it is given, and no line is wider than its place."""
    drawn = body(two_classes(((90, 10), (3, 7)), names=("negative", "positive")), canvas(70, 21))
    assert len(drawn) == 2 + 2 * 8
    assert [place for place, line in enumerate(drawn) if "90.0" in line] == [6]
    assert drawn[5].split()[:2] == ["negative", "90"]
    assert max(map(len, drawn)) <= 70


def test_timeline_lies_on_its_axis(canvas):
    """A span begins and ends where its seconds are, in the unit that the axis tells; one that goes on ends now."""
    spans = (Span("0", 0.0, 600.0, "complete", "92 %"), Span("1", 600.0, 1200.0, "pruned"), Span("2", 1200.0, None))
    drawn = body(Timeline(*ABOUT, spans, 1500.0), canvas(80))
    assert "0 min" in drawn[0]
    assert drawn[2].rindex("━") + 1 == drawn[3].index("━")
    assert drawn[3].startswith("✂ 1")
    assert drawn[2].endswith("92 %")
    assert drawn[4].rstrip().endswith("━")
    assert "h" in body(Timeline(*ABOUT, (Span("a", 0.0, 9e4, "running"),), 0.0), canvas(80))[0]


def test_highlights_are_marked_by_their_weight(canvas):
    """Strong ones stand between two marks that say which way they pull; weak ones and the rest are as they were."""
    text = "While stunning, the weak plot ruined it."
    marks = (Highlight(6, 14, -0.8), Highlight(20, 24, 0.9), Highlight(25, 29, 0.01))
    figure = HighlightedText(*ABOUT, text, marks, "pulls to negative", "pulls to positive")
    drawn = body(figure, canvas())
    assert drawn[0] == "While ▒stunning▒, the ▓weak▓ plot ruined it."
    assert drawn[2] == "▓ pulls to negative   ▒ pulls to positive"
    plain = "\n".join(body(figure, canvas(20, glyphs=ASCII)))
    assert "-stunning-" in plain
    assert "+weak+" in plain
    assert body(HighlightedText(*ABOUT, "as it is", ()), canvas()) == ["as it is"]


def test_highlights_with_labels_stand_in_brackets(canvas):
    """What is labelled has its label next to it; one that overlaps another, or lies outside, stays out."""
    marks = (
        Highlight(0, 6, label="PER"),
        Highlight(3, 9, label="X"),
        Highlight(15, 21, label="LOC"),
        Highlight(20, 99),
    )
    figure = HighlightedText(*ABOUT, "Angela went to Berlin.", marks)
    assert body(figure, canvas()) == ["[Angela PER] went to [Berlin LOC]."]
    assert body(HighlightedText(*ABOUT, "a\x1bb", (Highlight(-3, 2),)), canvas()) == ["a\\x1bb"]


def test_a_long_text_is_cut_and_says_so(canvas):
    """Of a text of a million characters as many are drawn as a reader scrolls through."""
    drawn = body(HighlightedText(*ABOUT, "word " * 200_000, ()), canvas())
    assert len(drawn) < 150
    assert "1,000,000" in " ".join(drawn)


def test_table_aligns_numbers(canvas):
    """Numbers stand at the right in their format, text at the left; an empty cell is a dash."""
    columns = (Column("class"), Column("rows", "count"), Column("F1", "percent"))
    drawn = body(Table(*ABOUT, columns, (("negative", 1200, 0.93), ("positive", 3, None))), canvas())
    assert [line.split() for line in drawn] == [
        ["class", "rows", "F1"],
        ["negative", "1,200", "93.0", "%"],
        ["positive", "3", "–"],
    ]
    assert drawn[1].index("1,200") + 5 == drawn[2].index("3") + 1


def test_parallel_coordinates_draw_the_selected_path_over_all(canvas):
    """Every path goes through its axes; those with a role of their own lie on top, with its mark."""
    dimensions = (Axis("rate", scale="log"), Axis("size", categories=("16", "32")), Axis("accuracy", better="high"))
    paths = (
        Path("trial 1", (1e-5, 1.0, 0.9), 1.0),
        Path("trial 2", (1e-4, 0.0, 0.6), 0.0, "selected"),
        Path("trial 3", (None, 0.0, 0.7), 0.5),
    )
    drawn = body(ParallelCoordinates(*ABOUT, dimensions, paths), canvas(60, 30))
    assert drawn[0].split() == ["rate", "size", "↑", "accuracy"]
    assert drawn[1].split() == ["1e-4", "log", "32", "0.9"]
    assert "1e-5 16 0.6" in " ".join(" ".join(drawn).split())
    assert sum(line.count("⊕") for line in drawn) == 3 + 1
    assert drawn[-1].startswith("⊕── trial 2")
    assert drawn[-1].endswith("the stronger, the better")
    few = body(ParallelCoordinates(*ABOUT, tuple(Axis(str(n)) for n in range(9)), ()), canvas(40))
    assert "no room" in " ".join(few)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("width", [1, 7, 38, 100])
def test_nothing_breaks_a_figure(canvas, figures, glyphs, width):
    """Whatever a plugin may return, no line is wider than its place, no control passes, and ASCII stays ASCII."""
    dice = random.Random(width)
    for _ in range(8):
        made = figures(dice)
        assert [figure.kind for figure in made] == list(KINDS)
        for figure in made:
            check(figure)
            drawn = render(figure, canvas(width, 12, glyphs))
            for line in lines(drawn):
                assert cell_len(line) <= max(2, width)
                assert line.replace("\u034f", "").isprintable()
            plain = drawn.plain.replace("\u00a0", " ")
            assert glyphs is UNICODE or not set("─━│┤├┼★◆█▒…–") & set(plain)


def test_ten_thousand_of_anything_are_drawn_at_once(canvas):
    """Figures of ten thousand points, bars, spans and rows stay short: what is left out is counted."""
    many = range(10_000)
    figures = (
        Plot(*ABOUT, Axis("n", "count"), SHARE, (Series("s", tuple((float(n), n / 1e4) for n in many), "line"),)),
        Bars(*ABOUT, Axis("n"), tuple(Bar(str(n), float(n)) for n in many)),
        Intervals(*ABOUT, Axis("n"), tuple(Interval(str(n), float(n)) for n in many)),
        Timeline(*ABOUT, tuple(Span(str(n), float(n), n + 1.0) for n in many), 1e4),
        Table(*ABOUT, (Column("n", "count"),), tuple((n,) for n in many)),
    )
    for figure in figures:
        drawn = body(figure, canvas(80))
        assert len(drawn) < 220
        assert isinstance(figure, Plot | Timeline) or drawn[-1].startswith("9,800 more") or "9,800" in drawn[-2]
