"""Axes that make no mountain of a molehill: few trials, equal values, logarithms, and what stands on them."""

from dataclasses import replace

import pytest

from catalog.figures import Axis, Plot, Series
from runner.presentation.language import Language
from runner.report.formatting import ReportFormatter
from runner.report.plotting import drawing_of
from runner.study.charts import chart_of, read_snapshot

TELLER = ReportFormatter(Language("en"))


@pytest.fixture
def drawn(whole):
    """Return a function that draws the history of trials with these values."""
    snapshot = read_snapshot(whole, "imdb-minilm")
    trial = next(found for found in snapshot.trials.values() if found.state == "complete")

    def draw(values, metric="accuracy"):
        trials = {number: replace(trial, number=number, value=value) for number, value in enumerate(values)}
        direction = snapshot.record.metric_of(metric).direction.value
        record = replace(snapshot.record, metric=metric, direction=direction, baseline=None)
        figure = chart_of("history").figure(replace(snapshot, trials=trials, record=record))
        return drawing_of(figure, TELLER).plot["layout"]

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


@pytest.mark.parametrize("values", [(1e-5, 5e-5), (1e-6, 1e-2), (2.0, 2.2), (90e6, 91e6), (3.0, 3.0)])
def test_a_logarithmic_axis_says_so_and_has_ticks(values):
    """However near or far its ends, an axis has two to ten ticks with their numbers written out."""
    axis = Axis("rate", scale="log", better="low", unit="1/s")
    figure = Plot("p", "P", axis, axis, (Series("s", tuple((value, value) for value in values)),))
    found = drawing_of(figure, TELLER).plot["layout"]["xaxis"]
    assert found["type"] == "log"
    assert found["title"]["text"] == "rate (1/s, logarithmic, lower is better)"
    low, high = (10**end for end in found["range"])
    assert 2 <= len(found["tickvals"]) == len(found["ticktext"]) <= 10
    assert all(low * 0.999 <= tick <= high * 1.001 for tick in found["tickvals"])
