"""Charts over time and cost: timeline, learning curves, Pareto front; and the verdict."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.figures import Empty
from runner.store.records import EvaluationRecord
from runner.study.charts import chart_of


def test_spans_have_the_states_of_their_trials(whole):
    """Times count from the first trial; a value is next to its span."""
    figure = chart_of("timeline").figure(whole)
    assert [span.role for span in figure.spans][:9] == [
        *["complete"] * 4,
        "pruned",
        "complete",
        "failed",
        "complete",
        "pruned",
    ]
    assert (figure.spans[1].start, figure.spans[1].end) == (420.0, 780.0)
    assert figure.spans[7].note.values == {"value": 0.9189189189189189}


def test_a_trial_that_nobody_trains_any_more_is_no_running_one(whole):
    """The span of a trial whose process is gone says that it was interrupted, and does not go on."""
    trials = {**whole.trials, 11: replace(whole.trials[11], state="running", value=None, finished=None)}
    span = chart_of("timeline").figure(replace(whole, trials=trials)).spans[-1]
    assert (span.role, span.note.template, span.end) == ("other", "interrupted", span.start)


def test_curves_have_the_roles_of_their_trials(whole):
    """The winner lies over the others and the selected trial over all; the axis is that of the metric asked for."""
    epochs = {**whole.epochs, "trial/5": whole.epochs["trial/7"], "trial/3": whole.epochs["trial/7"]}
    figure = chart_of("curves").figure(replace(whole, epochs=epochs), 3, {"metric": "loss"})
    assert [one.role for one in figure.series] == ["complete", "winner", "selected"]
    assert (figure.y.better, figure.y.label.template) == ("low", "Loss")


def test_the_training_of_a_trial_has_train_and_validation(whole):
    """What was measured on train comes first among the metrics; the loss on train is that of the optimiser."""
    chart = chart_of("training")
    assert list(chart.options[0].values(whole)) == ["accuracy", "loss"]
    figure = chart.figure(whole, chosen={"metric": "loss"})
    assert [one.role for one in figure.series] == ["train", "validation"]
    assert figure.series[0].points[0] == (0.25, whole.epochs["trial/7"][0].train_loss)
    assert figure.key == "training-loss"


def evaluations(*facts):
    """Return evaluations of trials on validation from number, value, size and seconds of 1,000 rows."""
    return tuple(
        EvaluationRecord(
            f"trial/{number}",
            "validation",
            1000,
            {"accuracy": value},
            None,
            {"model_bytes": size, "seconds": seconds},
        )
        for number, value, size, seconds in facts
    )


@pytest.fixture
def measured(trials_of, whole):
    """Return a study of four trials, one after the other, of three sizes and speeds."""
    snapshot = trials_of(0.5, 0.8, 0.7, 0.9)
    start = whole.trials[0].started
    trials = {
        n: replace(t, started=start + timedelta(minutes=n), finished=start + timedelta(minutes=n, seconds=50))
        for n, t in snapshot.trials.items()
    }
    found = evaluations((0, 0.5, 1e6, 1.0), (1, 0.8, 2e6, 2.0), (2, 0.7, 4e6, 4.0), (3, 0.9, 8e6, 8.0))
    return replace(snapshot, trials=trials, evaluations=found)


def test_the_front_holds_what_no_other_beats_in_both(measured):
    """Sizes are in bytes, speeds in examples a second; trial 2 is larger, slower and worse than trial 1."""
    small = chart_of("pareto").figure(measured)
    assert small.series[0].points == ((1e6, 0.5), (2e6, 0.8), (8e6, 0.9))
    assert (small.x.better, small.x.format, small.x.scale) == ("low", "bytes", "log")
    fast = chart_of("pareto").figure(measured, chosen={"by": "speed"})
    assert fast.series[0].points == ((125.0, 0.9), (500.0, 0.8), (1000.0, 0.5))
    assert fast.x.better == "high"


def test_speeds_that_were_not_measured_alike_are_left_out(measured):
    """A trial that ran in parallel with another was slowed down: it has no speed, and if all did there is no chart."""
    trials = dict(measured.trials)
    trials[1] = replace(trials[1], finished=trials[2].started + timedelta(seconds=1))
    figure = chart_of("pareto").figure(replace(measured, trials=trials), chosen={"by": "speed"})
    assert sorted(x for one in figure.series if one.role in {"given", "complete"} for x, _ in one.points) == [
        125.0,
        1000.0,
    ]
    assert figure.caption[-1].values == {"trials": 2}
    start = trials[0].started
    together = {n: replace(t, started=start, finished=start + timedelta(minutes=9)) for n, t in trials.items()}
    empty = chart_of("pareto").figure(replace(measured, trials=together), chosen={"by": "speed"})
    assert isinstance(empty, Empty)
    assert "cannot be compared" in empty.reason.template


def test_the_verdict_has_the_intervals_of_the_evaluations(whole):
    """The verdict shows winner, given configuration and baseline on test, in roles of their own."""
    figure = chart_of("verdict").figure(whole)
    assert [(item.role, item.value, item.count) for item in figure.items] == [
        ("winner", 0.917, 1000),
        ("given", 0.901, 1000),
        ("baseline", 0.863, 1000),
    ]
    assert all((item.low, item.high) == (item.value - 0.0191, item.value + 0.0183) for item in figure.items)
    assert figure.items[0].label.values == {"number": 7}
