"""History: best so far, failed trials, levels, and very many trials."""

import random

import pytest

from runner.study.charts import chart_of
from runner.study.charts.snapshot import MOST_POINTS

HISTORY = chart_of("history")


def series(figure, role):
    """Return the series of a role."""
    return next(one for one in figure.series if one.role == role)


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_best_so_far_has_points_of_the_trials_that_made_it_alone(trials_of, direction):
    """A step stands at each trial that was better than all before, and nowhere else, not even at the end."""
    values = [0.5, 0.4, 0.6, 0.6, 0.3, 0.7, 0.65]
    figure = HISTORY.figure(trials_of(*values, direction=direction))
    better = max if direction == "maximize" else min
    expected, held = [], None
    for number, value in enumerate(values):
        if held is None or (value != held and better(value, held) == value):
            held = value
            expected.append((float(number), value))
    found = series(figure, "best_so_far")
    assert (found.draw, found.points) == ("steps", tuple(expected))


def test_pruned_and_failed_trials_are_shown_as_such(whole):
    """Each such trial is drawn once, with its state as role; a failed one says why and is at the worse end."""
    figure = HISTORY.figure(whole)
    assert [x for x, _ in series(figure, "pruned").points] == [4.0, 8.0]
    failed = series(figure, "failed")
    assert failed.points == ((6.0, min(t.value for t in whole.trials.values() if t.value is not None)),)
    assert failed.labels[0].values["reason"] == "out_of_memory"
    assert [x for x, _ in series(figure, "given").points] == [0.0]


def test_given_configuration_and_baseline_are_told_apart(whole):
    """Given configuration and baseline have levels in roles of their own, with the values of the store."""
    levels = {level.role: level.value for level in HISTORY.figure(whole).levels}
    assert levels == {"given": whole.trials[0].value, "baseline": 0.8828}


def test_of_very_many_trials_the_best_and_a_sample_are_shown(trials_of):
    """The caption says how many there are; the best one is among those that are drawn."""
    luck = random.Random(0)
    snapshot = trials_of(*(luck.random() for _ in range(10_000)))
    figure = HISTORY.figure(snapshot, selected=777)
    assert len(series(figure, "complete").points) <= MOST_POINTS
    best = snapshot.ranked[0]
    assert (float(best.number), best.value) in series(figure, "complete").points
    assert [x for x, _ in series(figure, "selected").points] == [777.0]
    assert figure.caption[-1].values["all"] == 10_000
