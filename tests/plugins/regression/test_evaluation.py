"""Evaluations of predicted numbers: intervals, groups, files, comparison, chance, conformal intervals, figures."""

import itertools
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from catalog.contract import DataSummary
from catalog.errors import DataError
from catalog.figures import Empty, check
from plugins.details import details_json
from plugins.regression.conformal import covered, fit_interval, interval_from_json, interval_to_json
from plugins.regression.evaluation import METRICS, chance_level, compare, measure, save_and_evaluate
from plugins.regression.evaluation import predictions as files
from plugins.regression.facts import target_facts
from plugins.regression.figures import regression_figures
from plugins.regression.figures.target import target_histogram
from plugins.regression.records import TargetData, regression_details
from plugins.regression.statistics import describe_target


def said(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truths = rng.normal(100, 20, rows)
    return truths, 0.7 * truths + rng.normal(30, 10, rows)


def data_of(**truths: np.ndarray) -> DataSummary:
    found = TargetData({split: describe_target(values) for split, values in truths.items()})
    return DataSummary("houses", "", {}, details=details_json(found))


def test_what_is_written_is_what_was_measured(tmp_path):
    """The file holds row, truth and prediction, and its reader finds the same metrics."""
    truths, predicted = said(200)
    found = save_and_evaluate("test", truths, predicted, tmp_path, 0.1, places=np.arange(200) + 5)
    table = pq.read_table(found.predictions)
    assert table.column_names == ["row", "truth", "predicted"]
    assert table["row"].to_pylist()[0] == 5
    read = files.read(found.predictions)
    assert measure(read.truths, read.predicted) == dict(found.metrics)
    json.dumps(found.details, allow_nan=False)


def test_intervals_hold_what_was_measured_and_narrow_with_rows(tmp_path):
    """Each metric has a 95 % interval around its value."""
    small, large = (save_and_evaluate("test", *said(rows), tmp_path, 0.1) for rows in (50, 5000))
    for found in (small, large):
        assert set(found.intervals) == set(METRICS)
        assert all(low <= found.metrics[name] <= high for name, (low, high) in found.intervals.items())
    for name in METRICS:
        assert np.ptp(large.intervals[name]) < np.ptp(small.intervals[name])


@pytest.mark.parametrize("rows", [1, 2, 7, 300])
def test_parts_of_an_evaluation_add_up(tmp_path, rows):
    """Residual bins and groups of truths hold every row once; figures can be drawn."""
    truths, predicted = said(rows)
    truths[: rows // 2] = 7.0
    found = save_and_evaluate("test", truths, predicted, tmp_path, 0.1)
    details = regression_details(found)
    assert sum(one.rows for one in details.residuals) == rows
    assert sum(one.rows for one in details.truth_groups) == rows
    groups = details.truth_groups
    assert all(first.high < second.low for first, second in itertools.pairwise(groups))
    for figure in (
        *regression_figures(found),
        *regression_figures(save_and_evaluate("x", truths, truths, tmp_path, 0)),
    ):
        check(figure)
        assert not isinstance(figure, Empty)


def test_a_better_model_is_found_better_and_an_equal_one_equal(tmp_path):
    """Positive means better, also for errors; a model compared with itself differs by nothing."""
    truths, predicted = said(400)
    for name, values in (("good", truths + (predicted - truths) / 2), ("bad", predicted)):
        files.write(tmp_path / name, truths, values)
    for metric in METRICS:
        found = compare([tmp_path / "good"], [tmp_path / "bad"], metric, 0)
        assert 0 < found.low <= found.difference <= found.high
        assert (found.rows, found.seeds, found.only_first, found.p_value) == (400, (1, 1), None, None)
        same = compare([tmp_path / "good"], [tmp_path / "good"], metric, 0)
        assert (same.difference, same.low, same.high) == (0, 0, 0)


def test_files_of_different_examples_are_not_compared(tmp_path):
    """Different truths, an unknown metric, and what is no file of predictions are errors."""
    truths, predicted = said(20)
    files.write(tmp_path / "one", truths, predicted)
    files.write(tmp_path / "other", truths + 1, predicted)
    with pytest.raises(DataError, match="different examples"):
        compare([tmp_path / "one"], [tmp_path / "other"], "rmse", 0)
    with pytest.raises(DataError, match="known are rmse"):
        compare([tmp_path / "one"], [tmp_path / "one"], "f1", 0)
    (tmp_path / "text").write_text("no predictions")
    with pytest.raises(DataError, match="Evaluate the model again"):
        compare([tmp_path / "text"], [tmp_path / "one"], "rmse", 0)


def test_chance_is_what_a_constant_reaches():
    """The chance level is that of the mean for RMSE and R², and of the median for absolute errors; 0 for ranks."""
    truths = said(300)[0]
    data = data_of(validation=truths)
    mean, median = np.full(300, truths.mean()), np.full(300, np.median(truths))
    for metric, answer in (("rmse", mean), ("r2", mean), ("mae", median), ("median_absolute_error", median)):
        level = chance_level(metric, data, "validation")
        assert level is not None
        assert level.value == pytest.approx(measure(truths, answer)[metric], abs=1e-9)
        assert level.margin > 0
    assert chance_level("spearman", data, "validation").value == 0
    assert chance_level("rmse", data, "test") is None
    assert chance_level("r2", data_of(validation=np.ones(9)), "validation") is None


def test_conformal_intervals_cover_what_they_promise():
    """Over many draws the mean coverage is 90 %, give or take a point; too few rows give no interval."""
    rng, shares = np.random.default_rng(0), []
    for _ in range(200):
        truths = rng.standard_t(3, 300)
        interval = fit_interval(truths[:100], np.zeros(100))
        shares.append(covered(interval, truths[100:], np.zeros(200)).coverage)
    assert np.mean(shares) == pytest.approx(0.9, abs=0.01)
    assert fit_interval(np.arange(8.0), np.zeros(8)) is None
    assert fit_interval(np.arange(9.0), np.zeros(9)).half_width == 8
    assert interval_from_json(json.loads(json.dumps(interval_to_json(interval)))) == interval
    assert interval_from_json(interval_to_json(None)) is None
    with pytest.raises(ValueError, match="half_width"):
        interval_from_json({"level": 0.9, "half_width": -1.0, "rows": 3})


def test_coverage_is_of_new_examples_alone(tmp_path):
    """On validation, where the interval was fitted, no coverage is stated."""
    truths, predicted = said(100)
    interval = fit_interval(truths, predicted)
    found = {
        split: regression_details(
            save_and_evaluate(split, truths, predicted, tmp_path, 0.1, interval=interval)
        ).interval
        for split in ("validation", "test")
    }
    assert found["validation"].coverage is None
    assert found["test"].coverage >= 0.9


def test_the_target_is_described():
    """Facts and histogram are of the training rows; without data a figure says so."""
    truths = said(300)[0]
    data = details_json(TargetData({"train": describe_target(truths)}))
    assert [fact.name.template for fact in target_facts(data)] == ["target"]
    figure = target_histogram(data)
    check(figure)
    assert sum(one.counts[0] for one in figure.bins) == 300
    assert isinstance(target_histogram({}), Empty)
    assert not list(target_facts({}))
