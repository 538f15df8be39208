"""The registry of charts, and what all of them have in common."""

import json
from dataclasses import replace

import pytest

from catalog.errors import InputError
from catalog.figures import Empty, Plot, check, to_json
from runner.study.charts import CHARTS, StudySnapshot, chart_of
from runner.study.charts.snapshot import PARTS


def parts_of(snapshot, needs):
    """Return a snapshot that holds only what a chart says that it needs."""
    empty = {"epochs": {}, "evaluations": (), "insights": {}}
    return replace(snapshot, **{name: value for name, value in empty.items() if name not in needs})


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.key)
@pytest.mark.parametrize("selected", [None, 3, 6, 99])
def test_a_chart_of_a_whole_study_is_a_sound_figure(whole, chart, selected):
    """Every chart has something to draw, of what it needs alone, whichever trial is selected; its JSON is JSON."""
    assert chart.needs <= PARTS
    figure = chart.figure(parts_of(whole, chart.needs), selected)
    check(figure)
    json.dumps(to_json(figure), allow_nan=False)
    if chart.key != "training":  # of which only the winner was measured
        assert not isinstance(figure, Empty)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.key)
def test_a_chart_without_data_says_why(whole, chart):
    """A study without a trial has a figure of the chart's name with a reason, and raises nothing."""
    record = replace(whole.record, winner=None, best=None, baseline=None, space={}, state="queued")
    figure = chart.figure(StudySnapshot(record, {}))
    assert isinstance(figure, Empty)
    assert (figure.key, figure.title) == (chart.key, chart.label)
    assert len(figure.reason.template) > 15
    check(figure)


def test_an_unknown_chart_is_an_error_that_names_the_known_ones():
    """For an unknown chart no other chart is drawn."""
    with pytest.raises(InputError, match=r"no chart 'histry'; did you mean 'history'\? charts: history, importance"):
        chart_of("histry")


def test_an_unknown_option_or_value_is_an_error_that_names_the_known_ones(whole):
    """Options and values are checked, so that a mistyped one draws nothing else."""
    with pytest.raises(InputError, match="chart slice has no option 'parametr'; it has: parameter"):
        chart_of("slice").figure(whole, chosen={"parametr": "epochs"})
    with pytest.raises(InputError, match="allowed: learning_rate, batch_size, epochs"):
        chart_of("slice").figure(whole, chosen={"parameter": "epoch"})


@pytest.mark.parametrize("key", ["history", "slice", "edf", "pareto", "contour", "rank", "parallel", "curves"])
def test_only_the_winner_of_a_closed_study_is_called_so(whole, open_study, key):
    """A star is the configuration that is kept: before a study is closed there is none, and the cursor is no winner."""
    if key == "pareto":
        open_study = replace(open_study, evaluations=whole.evaluations)
    assert roles(chart_of(key).figure(open_study, 3)).isdisjoint({"winner"})
    if key not in {"pareto", "curves"}:  # trial 3 has no evaluation and no epochs
        assert {"winner", "selected"} <= roles(chart_of(key).figure(whole, 3))
    assert "selected" not in roles(chart_of(key).figure(whole))


def roles(figure):
    """Return the roles of what a figure draws."""
    return {one.role for one in (figure.series if isinstance(figure, Plot) else figure.paths)}


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_every_axis_of_the_metric_says_which_end_is_better(whole, direction):
    """The label, the unit and the better end are on the axis, in every chart that has one."""
    metrics = [{**metric, "direction": direction} for metric in whole.record.metrics]
    snapshot = replace(whole, record=replace(whole.record, direction=direction, metrics=metrics))
    better = "high" if direction == "maximize" else "low"
    for key in ("history", "slice", "curves", "pareto"):
        axis = chart_of(key).figure(snapshot).y
        assert (axis.better, axis.format, axis.label.template) == (better, "percent", "Accuracy")
    assert chart_of("edf").figure(snapshot).x.better == better
    assert chart_of("parallel").figure(snapshot).dimensions[-1].better == better
    assert chart_of("verdict").figure(snapshot).axis.better == better


def test_a_parameter_that_was_searched_by_its_logarithm_has_such_an_axis(whole):
    """The axis of such a parameter ends where the search does, and choices are categories."""
    rate = chart_of("slice").figure(whole, chosen={"parameter": "learning_rate"}).x
    assert (rate.scale, rate.low, rate.high) == ("log", 1e-5, 5e-5)
    assert chart_of("slice").figure(whole, chosen={"parameter": "batch_size"}).x.categories == ("16", "32")
    epochs = chart_of("slice").figure(whole, chosen={"parameter": "epochs"}).x
    assert (epochs.scale, epochs.format) == ("linear", "count")
