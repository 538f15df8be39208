"""Axes that make no mountain of a molehill: few trials, equal values, and words in the order of their bars."""

from dataclasses import replace

import pytest

from catalog.results import ClassWords, ImportantWord, Interpretation
from runner.presentation.language import Language
from runner.report.figures import history, words
from runner.report.gathering import gather
from runner.report.telling import Teller


@pytest.fixture
def drawn(whole):
    """Return a function that draws the history of trials with these values."""
    results, teller = gather(whole, "imdb-minilm"), Teller(Language("en"))
    trial = next(found for found in results.trials if found.state == "complete")

    def draw(values, metric="accuracy"):
        trials = tuple(replace(trial, number=number, value=value) for number, value in enumerate(values))
        study = replace(results.study, metric=metric)
        return history.draw(replace(results, trials=trials, study=study), teller).plot["layout"]

    return draw


@pytest.mark.parametrize(("trials", "step"), [(2, 1), (3, 1), (12, 2), (40, 5), (100, 10), (101, 20), (10_000, 1000)])
def test_ticks_are_whole_numbers_and_few(drawn, trials, step):
    """However few the trials, each tick is one of them; the axis ends half a trial beyond."""
    axis = drawn([0.5] * trials)["xaxis"]
    assert (axis["tick0"], axis["dtick"]) == (0, step)
    assert list(axis["range"]) == [-0.5, trials - 0.5]


@pytest.mark.parametrize("value", [0.0, 0.01, 0.5, 0.985, 1.0])
def test_equal_shares_have_an_axis_within_what_shares_can_be(drawn, value):
    """Equal values lie on a span of four points, which does not leave 0 to 1."""
    low, high = drawn([value] * 3)["yaxis"]["range"]
    assert 0 <= low <= value <= high <= 1
    assert high - low == pytest.approx(0.04)


def test_values_that_differ_fill_their_axis(drawn):
    """A wide span gets a little room at both ends."""
    assert list(drawn([0.5, 0.9])["yaxis"]["range"]) == pytest.approx([0.468, 0.932])


@pytest.mark.parametrize("value", [0.0, 0.3, 4.0])
def test_equal_losses_have_an_axis_too(drawn, value):
    """Numbers that are no shares have a span that suits their size."""
    low, high = drawn([value] * 2, "log_loss")["yaxis"]["range"]
    assert low < value < high
    assert high - low <= 0.05 * max(value, 0.01)


def test_words_are_drawn_in_the_order_of_their_bars(whole):
    """A class's bars grow shorter from top to bottom, whatever its list was ordered by; numbers keep their place."""
    found = (ImportantWord("common", 0.4, 90), ImportantWord("rare", 0.9, 5), ImportantWord("middling", 0.5, 9))
    classes = (ClassWords("no", found), ClassWords("yes", found[:1]))
    results = replace(gather(whole, "imdb-minilm"), interpretation=Interpretation("x", 9, 5, classes, (), None, 1.0))
    figure = words.draw(results, Teller(Language("en")))
    assert [-x for x in figure.plot["data"][0]["x"]] == [0.9, 0.5, 0.4]
    assert list(figure.plot["layout"]["yaxis"]["ticktext"]) == ["rare", "middling", "common", "common"]
    assert [row.cells[2].of for row in figure.table.rows] == [
        f"words.{at}.weight" for at in ("0.1", "0.2", "0.0", "1.0")
    ]
