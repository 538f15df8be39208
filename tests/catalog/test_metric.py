"""The record of a metric: which way it improves, how its names are cut, and how a study keeps it."""

import json
from dataclasses import replace

import pytest

from catalog.metric import Direction, Metric, metric_from_json, metric_to_json, unknown_metric
from catalog.statement import Statement
from runner.presentation.english import english
from runner.presentation.metrics import metric_phrase, with_metrics

OF_FRAUD = Metric(
    "f1",
    Direction.MAXIMIZE,
    Statement("F1 of {label}", {"label": "fraud"}),
    Statement("F1 of {label}", {"label": "fraud"}),
    "percent",
    Statement("harmonic mean of precision and recall"),
    0.0,
    1.0,
    "fraud",
)
LOSS = unknown_metric("log_loss", Direction.MINIMIZE)


@pytest.mark.parametrize("metric", [OF_FRAUD, LOSS])
def test_a_study_keeps_the_whole_record(metric) -> None:
    """A metric's record is the same after it was stored as JSON."""
    assert metric_from_json(json.loads(json.dumps(metric_to_json(metric)))) == metric


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"format": "furlongs"}, ValueError),
        ({"name": 3}, ValueError),
        ({"direction": "sideways"}, ValueError),
        ({"low": "low"}, ValueError),
        ({"explanation": 3}, (TypeError, ValueError, KeyError, AttributeError)),
    ],
)
def test_records_that_are_damaged_are_refused(change, error) -> None:
    """An invalid record raises, and is not shown as a metric; so does one with a missing field."""
    stored = metric_to_json(OF_FRAUD)
    with pytest.raises(error):
        metric_from_json(stored | change)
    with pytest.raises(KeyError):
        metric_from_json({name: value for name, value in stored.items() if name not in change})


def test_better_depends_on_the_direction() -> None:
    """More is better of what is maximised, less of a loss; a gain is positive either way."""
    assert OF_FRAUD.better(0.9, 0.8)
    assert not OF_FRAUD.better(0.8, 0.8)
    assert OF_FRAUD.gain(0.9, 0.8) == pytest.approx(0.1)
    assert LOSS.better(0.2, 0.3)
    assert LOSS.gain(0.2, 0.3) == pytest.approx(0.1)


def test_metrics_that_no_task_describes_keep_their_keys() -> None:
    """Without a task's record, label and phrase are the metric's key itself."""
    assert (english(LOSS.label), metric_phrase(LOSS), LOSS.of) == ("log_loss", "log_loss", None)


def test_long_names_of_classes_are_cut() -> None:
    """A class name takes no more room than there is."""
    values = {"label": "a very long name of a class indeed"}
    long = replace(OF_FRAUD, phrase=Statement("F1 of {label}", values))
    assert metric_phrase(long, width=10) == "F1 of a very lo…"


def test_statements_of_older_studies_get_the_class() -> None:
    """A sentence that holds the key of a metric is shown with the metric's phrase, wherever in it the key is."""
    found = {"f1": OF_FRAUD}
    amount = Statement("{difference:points} points of {metric}", {"difference": 0.018, "metric": "f1"})
    whole = with_metrics(Statement("trial 3 is ahead by {by}.", {"by": amount}), found.__getitem__)
    assert english(whole) == "Trial 3 is ahead by 1.8 points of F1 of fraud."
    other = Statement("same {metric}", {"metric": "accuracy"})
    assert english(with_metrics(other, unknown_metric)) == english(other)
