"""Charts over parameters: parallel coordinates, contour, rank, and the distribution of the values."""

from dataclasses import replace

import pytest

from catalog.figures import Empty
from runner.store.records import TrialRecord
from runner.study.charts import chart_of


def test_a_path_holds_the_parameters_and_the_value_of_its_trial(whole):
    """Choices are places among their categories; what a trial does not have is a gap."""
    trials = {**whole.trials, 9: replace(whole.trials[9], params={"epochs": 2})}
    figure = chart_of("parallel").figure(replace(whole, trials=trials), 9)
    paths = {path.name.values["number"]: path for path in figure.paths}
    assert [axis.label for axis in figure.dimensions[:-1]] == ["learning_rate", "batch_size", "epochs"]
    assert paths[7].values == (3.784456717994551e-5, 0.0, 2.0, 0.9189189189189189)
    assert paths[7].score == 1.0
    assert paths[9].values[:2] == (None, None)
    assert [path.role for path in figure.paths[-2:]] == ["winner", "selected"]


def test_ranks_are_even_whatever_the_values(trials_of):
    """One value that is far off does not flatten the shades of the others."""
    snapshot = trials_of(0.5, 0.50001, 0.50002, -1e9)
    trials = {n: replace(t, params={"x": n / 10, "y": (n * 7 % 4) / 10}) for n, t in snapshot.trials.items()}
    snapshot = replace(snapshot, trials=trials)
    assert chart_of("rank").figure(snapshot).series[0].scores == pytest.approx((1 / 3, 2 / 3, 1.0, 0.0))


def test_a_surface_knows_nothing_far_from_every_trial(whole):
    """A surface's cells hold means of trials nearby, within the measured values, or nothing."""
    surface = chart_of("contour").figure(whole, chosen={"x": "learning_rate", "y": "epochs"}).surface
    cells = [value for row in surface.values for value in row]
    known = [trial.value for trial in whole.ranked]
    assert None in cells
    assert all(min(known) - 1e-9 <= value <= max(known) + 1e-9 for value in cells if value is not None)
    assert surface.scale.better == "high"
    categories = chart_of("contour").figure(whole, chosen={"x": "batch_size", "y": "epochs"}).surface
    assert categories.x == (0.0, 1.0)


@pytest.mark.parametrize("key", ["contour", "rank"])
def test_two_axes_need_two_parameters(trials_of, whole, key):
    """A study of one parameter says so; the same parameter chosen twice gives way to another."""
    figure = chart_of(key).figure(trials_of(0.1, 0.2))
    assert isinstance(figure, Empty)
    assert "two parameters" in figure.reason.template
    twice = chart_of(key).figure(whole, chosen={"x": "epochs", "y": "epochs"})
    assert (twice.x.label, twice.y.label) == ("epochs", "learning_rate")


def test_values_of_any_kind_are_categories(trials_of):
    """Truth values, texts and numbers next to each other each keep their own place."""
    snapshot = trials_of(0.1, 0.2, 0.3, 0.4)
    values = [True, "1", 1, None]
    trials = {n: replace(t, params={"x": values[n]}) for n, t in snapshot.trials.items()}
    axis = chart_of("slice").figure(replace(snapshot, trials=trials)).x
    assert [getattr(name, "template", name) for name in axis.categories] == ["yes", "1", "1"]


def test_the_distribution_ends_at_one(trials_of):
    """Each complete trial has the share of trials whose value is at most its own; equal values have one share."""
    snapshot = trials_of(0.3, 0.1, 0.1, 0.2)
    snapshot = replace(snapshot, trials={**snapshot.trials, 4: TrialRecord(4, "pruned", "search", {}, 0.9)})
    points = chart_of("edf").figure(snapshot).series[0].points
    assert points == ((0.1, 0.5), (0.1, 0.5), (0.2, 0.75), (0.3, 1.0))
