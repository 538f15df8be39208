"""Figures as data: what is checked of a plugin's figure, and how it is written as JSON."""

import json
import re

import pytest

from catalog import figures as f
from catalog.statement import Statement

AXIS = f.Axis(Statement("Epoch"), "count")
FIGURES = [
    f.Plot("history", "History", AXIS, AXIS, (f.Series("search", ((0.0, 0.5),), intervals=((0.4, 0.6),)),)),
    f.Bars("importance", "Importance", AXIS, (f.Bar("learning_rate", 0.5),)),
    f.Histogram("confidence", "Confidence", AXIS, (f.Part("right", "right"),), (f.Bin(0.0, 0.1, (3,)),)),
    f.Matrix("confusion", "Confusion", f.Axis("True", categories=("a",)), f.Axis("Said", categories=("a",)), ((1,),)),
    f.Intervals("verdict", "Verdict", AXIS, (f.Interval("winner", 0.9, 0.8, 1.0, "winner", 800),)),
    f.ParallelCoordinates("parallel", "Parallel", (AXIS,), (f.Path("trial 1", (None,), 1.0),)),
    f.Timeline("timeline", "Timeline", (f.Span("trial 1", 0.0, None),), 5.0),
    f.HighlightedText("words", "Words", "a good film", (f.Highlight(2, 6, 0.5),)),
    f.Table("scores", "Scores", (f.Column("Class"), f.Column("F1", "percent")), (("a", None),)),
    f.Empty("speed", "Speed", Statement("Nothing was measured.")),
]


def test_every_kind_is_among_the_figures_here():
    """Every kind of figure has an example here, so that a new kind is tested too."""
    assert {figure.kind for figure in FIGURES} == set(f.KINDS)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.kind)
def test_a_figure_is_json_with_its_kind(figure):
    """A sound figure passes the check, and its JSON names its kind and all its fields."""
    f.check(figure)
    written = json.loads(json.dumps(f.to_json(figure), allow_nan=False))
    assert written["kind"] == figure.kind
    assert written["key"] == figure.key
    assert set(written) == {"kind", *type(figure).__dataclass_fields__}


def test_statements_are_written_as_templates():
    """A front end that reads the JSON can translate the statements in it."""
    written = f.to_json(f.Empty("speed", "Speed", Statement("After {n:count} trials.", {"n": 3})))
    assert written["reason"] == {"template": "After {n:count} trials.", "values": {"n": 3}}


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (object(), "object is no kind of figure; there are plot, bars"),
        (type("Own", (f.Empty,), {})("a", "A", "none"), "Own is no kind of figure"),
        (f.Empty("A b", "A", "none"), "'A b' is no key"),
        (f.Bars("b", "B", AXIS, (f.Bar("x", float("nan")),)), "b.bars.0.value is nan"),
        (f.Plot("p", "P", AXIS, AXIS, (f.Series("s", ((0.0, float("inf")),)),)), "p.series.0.points.0.1 is inf"),
        (f.Plot("p", "P", AXIS, AXIS, (f.Series("s", ((0.0, 1.0),), labels=("a", "b")),)), "series.0.labels has 2"),
        (f.Histogram("h", "H", AXIS, (), (f.Bin(0.0, 1.0, (1,)),)), "bins.0.counts has 1 entries instead of 0"),
        (f.Matrix("m", "M", AXIS, AXIS, ((1,),)), "counts has 1 entries instead of 0"),
        (
            f.ParallelCoordinates("q", "Q", (AXIS,), (f.Path("t", (), 1.0),)),
            "paths.0.values has 0 entries instead of 1",
        ),
        (f.Table("t", "T", (), ((1,),)), "rows.0 has 1 entries instead of 0"),
        (f.Plot("p", "P", AXIS, AXIS, (f.Series("s", ((0.0, 1.0),), scores=(1.0, 0.5)),)), "series.0.scores has 2"),
        (f.Plot("p", "P", AXIS, AXIS, (), surface=f.Surface((1.0,), (), ((1.0,),), AXIS)), "surface.values has 1"),
        (f.Plot("p", "P", AXIS, AXIS, (f.Series("s", ((0.0, "high"),)),)), "p.series.0.points.0.1: Input should be"),
        (f.Plot("p", "P", AXIS, AXIS, (f.Series("s", (), role="star"),)), "p.series.0.role: Input should be 'main'"),
        (f.Bars("b", None, AXIS, ()), "b.title"),
        (f.Bars("b", "B", AXIS, (f.Bar("x", object()),)), "'b' is no JSON"),
    ],
)
def test_what_is_no_figure_is_refused(figure, message):
    """A figure that breaks a rule is refused with what is wrong and where."""
    with pytest.raises(ValueError, match=re.escape(message)):
        f.check(figure)
