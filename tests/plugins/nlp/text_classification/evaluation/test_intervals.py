"""Bootstrap intervals of all metrics."""

import time
import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.classification.evaluation import measures
from plugins.classification.evaluation.intervals import bootstrap
from plugins.classification.evaluation.metrics import measure


def said(rows: int, classes: int, seed: int = 0, skill: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    logits = rng.normal(size=(rows, classes)) + skill * np.eye(classes)[labels]
    odds = np.exp(logits)
    return labels, (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def found(labels: np.ndarray, probabilities: np.ndarray, seed: int = 0) -> dict[str, tuple[float, float]]:
    return bootstrap(measure(labels, probabilities), labels, probabilities, seed)


@pytest.mark.parametrize("classes", [2, 4])
def test_resampling_the_slow_way_finds_the_same(classes):
    """Measuring whole resamples of the rows one by one gives the same intervals, up to the chance of 1,000 draws."""
    labels, probabilities = said(300, classes)
    rng = np.random.default_rng(7)
    drawn = [rng.integers(0, labels.size, labels.size) for _ in range(1000)]
    slow = [measure(labels[rows], probabilities[rows]) for rows in drawn]
    measured = measure(labels, probabilities)
    quick = found(labels, probabilities)
    assert quick.keys() == measured.keys()
    for name, value in measured.items():
        values = np.array([one[name] for one in slow])
        ends = np.percentile(values, (2.5, 97.5))
        low, high = 2 * value - ends[::-1] if name == "ece" else ends + (value - values.mean())
        if name == "ece":
            low, high = (0.0 if quick[name][0] == 0 else low), max(high, value)
        assert quick[name] == pytest.approx((max(low, 0), high), abs=0.15 * (high - low)), name


@pytest.mark.parametrize(("classes", "area"), product((2, 6), ("roc_auc", "pr_auc")))
def test_areas_to_first_order_agree_with_exact_ones(monkeypatch, classes, area):
    """With thousands of rows, the quick areas give the same interval as the exact ones."""
    labels, probabilities = said(3000, classes)
    exact = found(labels, probabilities)[area]
    monkeypatch.setattr(measures, "EXACT_ROWS", 0)
    quick = found(labels, probabilities)[area]
    assert quick == pytest.approx(exact, abs=0.03 * (exact[1] - exact[0]))
    assert quick != exact


def test_same_seed_same_intervals_and_another_differs():
    """Intervals are decided by the rows and the seed alone."""
    labels, probabilities = said(200, 3)
    assert found(labels, probabilities) == found(labels, probabilities)
    assert found(labels, probabilities) != found(labels, probabilities, seed=1)


def test_intervals_narrow_with_the_root_of_the_rows():
    """A hundred times as many rows give an interval about a tenth as wide, near the normal approximation."""
    widths = []
    for rows in (200, 20_000):
        labels, probabilities = said(rows, 2)
        low, high = found(labels, probabilities)["accuracy"]
        accuracy = measure(labels, probabilities)["accuracy"]
        widths.append(high - low)
        assert high - low == pytest.approx(2 * 1.96 * np.sqrt(accuracy * (1 - accuracy) / rows), rel=0.1)
    assert widths[0] / widths[1] == pytest.approx(10, rel=0.2)


def test_interval_covers_the_truth_as_often_as_it_says():
    """Of 100 samples from one source, about 95 % have the true accuracy in their interval."""
    truth = measure(*said(200_000, 2, seed=99))["accuracy"]
    covered = 0
    for seed in range(100):
        low, high = found(*said(150, 2, seed=seed))["accuracy"]
        covered += low <= truth <= high
    assert 90 <= covered <= 99


def test_metric_that_is_mostly_undefined_has_no_interval():
    """One row of class 1 is missing from a third of resamples: the rest decide; without any there is no area."""
    probabilities = said(40, 2)[1]
    labels = np.zeros(40, dtype=np.int64)
    assert "roc_auc" not in found(labels, probabilities)
    labels[3] = 1
    assert "roc_auc" in found(labels, probabilities)


def test_perfect_and_single_rows_have_intervals():
    """All right gives an accuracy from 1 to 1, and so does one row; nothing is undefined."""
    labels = np.arange(60) % 2
    sure = np.eye(2, dtype=np.float32)[labels]
    assert found(labels, sure)["accuracy"] == (1, 1)
    assert found(labels, sure)["roc_auc"] == (1, 1)
    assert found(labels[:1], sure[:1])["accuracy"] == (1, 1)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(2, 5), st.integers(0, 1000))
def test_every_interval_holds_what_was_measured(rows, classes, seed):
    """Whatever the rows, low <= measured <= high."""
    labels, probabilities = said(rows, classes, seed)
    measured = measure(labels, probabilities)
    for name, (low, high) in found(labels, probabilities).items():
        assert low <= measured[name] <= high, name


def test_many_rows_and_classes_stay_within_time_and_memory():
    """25,000 rows of two classes take at most 3 s of one core, many classes little memory besides the rows."""
    labels, probabilities = said(25_000, 2)
    began = time.process_time()
    found(labels, probabilities)
    assert time.process_time() - began < 3
    labels, probabilities = said(2000, 500)
    tracemalloc.start()
    found(labels, probabilities)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6


@pytest.mark.parametrize("rows", [300, 2000])
def test_a_calibrated_model_is_not_called_miscalibrated(rows):
    """Chance alone makes a calibration error; a perfectly calibrated model's interval begins at 0."""
    begins = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sure = rng.beta(4, 1, rows)
        labels = (rng.random(rows) < sure).astype(np.int64)
        probabilities = np.stack([1 - sure, sure], axis=1)
        low, high = found(labels, probabilities)["ece"]
        begins.append(low)
        assert high < 0.2
    assert begins.count(0.0) >= 17


def test_a_model_that_is_too_sure_is_called_so():
    """A true calibration error of about 10 points lies inside an interval that does not hold 0."""
    rng = np.random.default_rng(0)
    sure = rng.beta(4, 1, 2000)
    labels = (rng.random(2000) < sure).astype(np.int64)
    sharper = 1 / (1 + np.exp(-3 * np.log(sure / (1 - sure))))
    probabilities = np.stack([1 - sharper, sharper], axis=1)
    low, high = found(labels, probabilities)["ece"]
    right = np.where(sharper > 0.5, sure, 1 - sure)
    assert 0 < low < np.abs(right - probabilities.max(axis=1)).mean() < high + 0.01
