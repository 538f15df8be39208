"""The table of a figure has each of its numbers, at the place where it stands in the figure's JSON."""

import pytest

from catalog import figures as f
from runner.presentation.figure_tables import Number, segments_of, table_of

AXIS = f.Axis("x", "percent")
NAMED = f.Axis("y", categories=("low", "high"))
FIGURES = [
    f.Plot(
        "plot", "P", AXIS, AXIS,
        (f.Series("s", ((0.1, 0.5), (0.2, 0.6)), intervals=((0.4, 0.6), None), labels=("a", "b")),),
        (f.Level(0.3, "given", "given"),),
    ),
    f.Bars("bars", "B", AXIS, (f.Bar("a", 0.5, low=0.4, high=0.6, note="7 texts"),)),
    f.Histogram("histogram", "H", AXIS, (f.Part("right"), f.Part("wrong")), (f.Bin(0.0, 0.5, (3, 1)),)),
    f.Matrix("matrix", "M", NAMED, NAMED, ((1, 2), (3, 4))),
    f.Intervals("intervals", "I", AXIS, (f.Interval("a", 0.9, 0.8, 1.0, count=7), f.Interval("b", None))),
    f.ParallelCoordinates("parallel", "P", (AXIS, NAMED), (f.Path("t", (0.25, 1.0), 1.0), f.Path("u", (None, 0.0), 0))),
    f.Timeline("timeline", "T", (f.Span("t", 1.0, 2.0), f.Span("u", 3.0, None)), 4.0),
    f.Table("table", "T", (f.Column("name"), f.Column("F1", "percent")), (("a", 0.5), ("b", None))),
]  # fmt: skip


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.key)
def test_every_number_stands_at_its_place(figure):
    """Each cell's place leads to its value in the JSON; rows are as wide as the columns."""
    written, table = f.to_json(figure), table_of(figure)
    numbers = [cell for row in table.rows for cell in row if isinstance(cell, Number)]
    assert numbers
    for number in numbers:
        found = written
        for step in number.place.split("."):
            found = found[int(step) if step.isdigit() else step]
        assert found == number.value
    assert {len(row) for row in table.rows} == {len(table.columns)}


def test_a_kind_without_numbers_has_no_table():
    """A text and an empty figure say all in words; every other kind has a table."""
    assert table_of(f.Empty("e", "E", "none")) is None
    assert table_of(f.HighlightedText("t", "T", "a", ())) is None
    assert {figure.kind for figure in FIGURES} == set(f.KINDS) - {"empty", "highlighted_text"}


def test_intervals_stand_beside_their_numbers():
    """A point with an interval is distinguished from one without; a level has its row."""
    rows = table_of(FIGURES[0]).rows
    assert [(row[3].low, row[3].high) for row in rows] == [(0.4, 0.6), (None, None), (None, None)]
    assert rows[2][0] == "given"


def test_a_part_of_what_is_counted_is_no_whole_number():
    """A quarter of an epoch is shown as such; whole ones stay counts."""
    series = f.Series("loss", ((0.25, 0.5), (1.0, 0.25)))
    rows = table_of(f.Plot("p", "P", f.Axis("Epoch", "count"), AXIS, (series,))).rows
    assert [row[0].format for row in rows] == ["number", "count"]
    bars = f.Bars("b", "B", f.Axis("Epochs", "count"), (f.Bar("a", 0.5), f.Bar("b", 2)))
    assert [row[1].format for row in table_of(bars).rows] == ["number", "count"]


def test_what_failed_has_no_value():
    """A failed trial has no value: the height at which it is drawn is no number of the store."""
    series = f.Series("failed", ((3.0, 0.1),), role="failed")
    assert table_of(f.Plot("p", "P", f.Axis("Trial", "count"), AXIS, (series,))).rows[0][-1] is None


def test_a_text_is_cut_at_its_highlights():
    """The pieces join to the text; a highlight that overlaps another or leaves the text is passed over."""
    marks = (f.Highlight(2, 6, 0.5), f.Highlight(4, 8), f.Highlight(7, 99), f.Highlight(7, 11, -1.0))
    pieces = list(segments_of(f.HighlightedText("t", "T", "a good film", marks)))
    assert pieces == [("a ", None), ("good", marks[0]), (" ", None), ("film", marks[3])]
