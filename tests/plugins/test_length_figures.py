"""What the figures of a text classification say about lengths, and which of them belong together."""

from dataclasses import asdict, replace

from made_study import Texts, evaluation, interpretation

from plugins.nlp.text_classification.figures import evaluation_figures
from plugins.nlp.text_classification.records import LengthBucket
from runner.presentation.english import english

LABELS = ("negative", "positive")
FOUND = evaluation("test", 0.917, 2, LABELS)
INSIGHTS = {"interpretation": asdict(interpretation(Texts()))}


def drawn(found=FOUND):
    """Return the figures by key."""
    return {figure.key: figure for figure in evaluation_figures(found, {"labels": list(LABELS)}, INSIGHTS)}


def said_of(buckets):
    """Return what the figure of lengths says of buckets."""
    found = replace(FOUND, details={**FOUND.details, "lengths": [asdict(one) for one in buckets]})
    return english(drawn(found)["lengths"].caption[0])


def test_what_stands_out_by_length_is_beyond_chance():
    """A bucket is named only if its whole interval lies below the accuracy of the others."""
    level = [LengthBucket("tokens", 1 + 9 * i, 9 + 9 * i, 100, 0.9, 0.83, 0.95, 0.9, 0.0) for i in range(4)]
    assert said_of(level).startswith("No length stands out")
    short = LengthBucket("tokens", 99, 120, 100, 0.6, 0.5, 0.69, 0.9, 0.0)
    assert "99–120 tokens are judged worst: 60.0" in said_of([*level, short])
    cut = LengthBucket("tokens", 99, 120, 100, 0.6, 0.5, 0.69, 0.9, 1.0)
    assert "let the model see more" in said_of([*level, cut])
    assert "nothing to compare" in said_of(level[:1])


def test_figures_are_grouped():
    """Figures that belong together have one group, so that a front end can show them on one page."""
    groups = {key: figure.group.template for key, figure in drawn().items()}
    assert list(dict.fromkeys(groups.values())) == ["Confusion", "Confidence", "Length", "Words"]
    assert groups["temperature"] == "Confidence"
