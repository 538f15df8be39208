"""The figures of a text classification hold the numbers of its evaluation, and say why they are missing."""

from dataclasses import asdict, replace

import pytest
from made_study import Texts, bins, evaluation, interpretation
from with_details import with_details

from catalog import registry
from catalog.contract.capabilities import BuildsFigures
from catalog.figures import Empty, check
from plugins.classification.records import ClassScores, class_details
from plugins.nlp.text_classification.figures import evaluation_figures
from plugins.nlp.text_classification.records import length_details

LABELS = ("negative", "positive")
FOUND = evaluation("test", 0.917, 2, LABELS)
CLASSES, LENGTHS = class_details(FOUND), length_details(FOUND).lengths
DATA = {"labels": list(LABELS)}
SCORES = {"before": {"ece": 0.06, "log_loss": 0.3}, "after": {"ece": 0.02, "log_loss": 0.2}}
INSIGHTS = {
    "calibration": {
        "temperature": 1.4,
        "rows": 222,
        "test": SCORES,
        "validation": None,
        "confidence_before": [asdict(one) for one in bins(9, 1.31)],
    },
    "interpretation": asdict(interpretation(Texts())),
}


def drawn(found=FOUND, data=DATA, insights=INSIGHTS):
    """Return the figures by key, each of them sound."""
    figures = list(evaluation_figures(found, data, insights))
    for figure in figures:
        check(figure)
    assert len({figure.key for figure in figures}) == len(figures)
    return {figure.key: figure for figure in figures}


def test_the_task_offers_them():
    """The capability is found on the task, which needs no heavy library for it."""
    assert isinstance(registry.load_task("nlp/text-classification"), BuildsFigures)


def test_counts_are_those_of_the_evaluation():
    """Matrix and histogram hold the very counts; the histogram begins at the first bin that has any."""
    figures = drawn()
    assert figures["confusion"].counts == CLASSES.confusion
    assert figures["confusion"].down.categories == LABELS
    filled = [(one.low, one.high, (one.right, one.wrong)) for one in CLASSES.confidence[10:]]
    assert [(one.low, one.high, one.counts) for one in figures["confidence"].bins] == filled
    assert [row[0] for row in figures["classes"].rows] == list(LABELS)


def test_reliability_is_points_with_their_counts_and_intervals():
    """No line joins bins, each says how many texts it rests on; before the temperature only on test."""
    figure = drawn()["reliability"]
    assert [(one.role, one.draw) for one in figure.series] == [
        ("reference", "line"),
        ("before", "points"),
        ("after", "points"),
    ]
    after = figure.series[2]
    rows = [one.right + one.wrong for one in CLASSES.confidence[10:]]
    assert [label.values["rows"] for label in after.labels] == rows
    for (_, share), (low, high) in zip(after.points, after.intervals, strict=True):
        assert 0 <= low <= share <= high <= 1
    assert len(drawn(replace(FOUND, split="validation"))["reliability"].series) == 2


def test_wilson_intervals_are_those_of_the_formula():
    """8 of 10 lie within 0.490 and 0.943 (Wilson 1927)."""
    one = replace(CLASSES.confidence[-1], right=8, wrong=2)
    figure = drawn(with_details(FOUND, confidence=(one,)), insights={})["reliability"]
    assert figure.series[1].intervals[0] == pytest.approx((0.4901625, 0.9433178), abs=1e-6)


def test_the_temperature_is_a_table_of_before_and_after():
    """Each metric is a column of its own format."""
    figure = drawn()["temperature"]
    assert [column.format for column in figure.columns] == ["text", "text", "percent", "number"]
    assert [row[2:] for row in figure.rows] == [(0.06, 0.3), (0.02, 0.2)]


def test_lengths_have_their_intervals_and_cuts():
    """Truncation has a figure of its own, and none if nothing was cut."""
    figures = drawn()
    accuracy = figures["lengths"].series[1]
    assert [y for _, y in accuracy.points] == [one.accuracy for one in LENGTHS]
    assert accuracy.intervals == tuple((one.accuracy_low, one.accuracy_high) for one in LENGTHS)
    assert [bar.value for bar in figures["truncation"].bars] == [one.truncated for one in LENGTHS]
    whole = tuple(replace(one, truncated=0.0) for one in LENGTHS)
    assert "truncation" not in drawn(with_details(FOUND, lengths=whole))


def test_words_and_examples_are_those_of_the_interpretation():
    """Words of all classes share one scale and fall from top to bottom; highlights stand at their words."""
    figures = drawn()
    stored = INSIGHTS["interpretation"]
    for index, words in enumerate(stored["classes"]):
        figure = figures[f"words-{index}"]
        assert [(bar.label, bar.value) for bar in figure.bars] == [(w["word"], w["weight"]) for w in words["words"]]
        assert figure.axis.high == 0.873
    for index, example in enumerate(stored["examples"]):
        figure, words = figures[f"example-{index}"], example["explanation"]["words"]
        assert [figure.text[one.start : one.end] for one in figure.highlights] == [word["word"] for word in words]
        assert max(abs(one.weight) for one in figure.highlights) == 1.0


def test_of_very_many_classes_those_with_the_most_errors_are_drawn():
    """Captions say of how many."""
    many = 150
    confusion = tuple(tuple(9 if i == j else (many - i) * (j == i + 1) for j in range(many)) for i in range(many))
    scores = tuple(ClassScores(f"class {i}", 9, 9, 0.5, 0.5, i / many) for i in range(many))
    figures = drawn(
        with_details(FOUND, confusion=confusion, classes=scores), {"labels": [f"class {i}" for i in range(many)]}
    )
    assert len(figures["confusion"].counts) == 20
    assert figures["confusion"].caption[1].values == {"classes": 150}
    assert figures["classes"].rows[0][0] == "class 0"
    assert len(figures["classes"].rows) == 100


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (None, "the study is not closed"),
        ({"failure": {"kind": "error", "reason": "captum is missing"}}, "could not be found out"),
        ({"new": "shape"}, "another version"),
    ],
)
def test_what_is_missing_says_why(stored, reason):
    """An evaluation of the last release and insights that are not known each give a reason, and raise nothing."""
    bare = with_details(FOUND, confusion=(), classes=(), confidence=(), lengths=())
    figures = drawn(bare, {}, {} if stored is None else dict.fromkeys(("calibration", "interpretation"), stored))
    assert all(isinstance(figure, Empty) for figure in figures.values())
    assert {"confusion", "classes", "confidence", "reliability", "lengths"} <= set(figures)
    for key in ("temperature", "words", "examples"):
        assert reason in figures[key].reason.template
