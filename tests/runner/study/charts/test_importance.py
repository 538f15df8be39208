"""Importance: shares with their intervals, and why there are none."""

from dataclasses import replace

import pytest

from catalog.figures import Empty
from runner.study.charts import chart_of

IMPORTANCE = chart_of("importance")


def test_shares_are_ranked_and_have_the_intervals_of_the_estimate(whole):
    """The largest share is on top; a study of the last release has shares without intervals."""
    found = {"method": "fANOVA", "trials": 9, "shares": {"a": 0.2, "b": 0.8}, "intervals": {"a": (0.1, 0.3)}}
    bars = IMPORTANCE.figure(replace(whole, insights={"importance": found})).bars
    assert [(bar.label, bar.value, bar.low, bar.high) for bar in bars] == [("b", 0.8, None, None), ("a", 0.2, 0.1, 0.3)]
    assert all(bar.low is None for bar in IMPORTANCE.figure(whole).bars)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ({"failure": {"kind": "error", "reason": "no library"}}, "could not be found out"),
        ({"new": "shape"}, "another version"),
        ({"method": "x", "trials": 3, "shares": {"a": "much"}}, "another version"),
        ({}, "four complete trials"),
    ],
)
def test_what_is_not_known_is_told(whole, stored, reason):
    """A failure, another version's shape and too few trials each have a reason of their own."""
    figure = IMPORTANCE.figure(replace(whole, insights={"importance": stored}))
    assert isinstance(figure, Empty)
    assert reason in figure.reason.template


def test_an_open_study_says_when_it_is_computed(open_study):
    """Nothing is wrong with a study that is not closed yet."""
    assert "when the study is closed" in IMPORTANCE.figure(open_study).reason.template
