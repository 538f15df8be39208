"""Evaluations: confidence bins, length buckets, classes, and what is written."""

import dataclasses
import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from catalog.errors import DataError
from plugins.classification.evaluation import predictions
from plugins.classification.evaluation.calibration import confidence_bins
from plugins.classification.evaluation.evaluation import (
    evaluate_predictions,
    rescaled,
    save_and_evaluate,
)
from plugins.classification.records import class_details
from plugins.nlp.text_classification import evaluation as texts
from plugins.nlp.text_classification.length_buckets import length_buckets, wilson
from plugins.nlp.text_classification.records import LengthDetails, length_details
from plugins.storage import folder_bytes


def said(rows: int, classes: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    logits = rng.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[labels]
    odds = np.exp(logits)
    return labels, (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def test_confidence_bins_hold_all_rows():
    """Twenty bins cover 0 to 1 without a gap; right and wrong in them add up to the rows, confidence lies inside."""
    labels, probabilities = said(500, 3)
    bins = confidence_bins(labels, probabilities)
    assert [(one.low, one.high) for one in bins] == [(round(i / 20, 2), round((i + 1) / 20, 2)) for i in range(20)]
    assert sum(one.right + one.wrong for one in bins) == 500
    assert sum(one.right for one in bins) == (probabilities.argmax(axis=1) == labels).sum()
    for one in bins:
        assert one.confidence is None if one.right + one.wrong == 0 else one.low < one.confidence <= one.high + 1e-7


def test_confidence_bins_tell_right_from_wrong():
    """A sure and right row and a doubtful wrong one stand in their own bins."""
    bins = confidence_bins(np.array([0, 1]), np.array([[1.0, 0.0], [0.52, 0.48]]))
    assert (bins[19].right, bins[19].wrong, bins[19].confidence) == (1, 0, 1.0)
    assert (bins[10].right, bins[10].wrong) == (0, 1)
    assert sum(one.right + one.wrong for one in bins) == 2


def test_length_buckets_are_quantiles():
    """A hundred different lengths make five buckets of twenty texts, shortest first, with what was cut."""
    labels, probabilities = said(100)
    order = np.random.default_rng(1).permutation(100)
    buckets = length_buckets(order + 1, labels, probabilities, unit="tokens", max_length=70)
    assert [(one.low, one.high, one.rows) for one in buckets] == [(20 * i + 1, 20 * i + 20, 20) for i in range(5)]
    assert [one.truncated for one in buckets] == [0, 0, 0, 0.5, 1]
    inside = order < 20
    assert buckets[0].accuracy == pytest.approx((probabilities.argmax(axis=1) == labels)[inside].mean())
    assert buckets[0].confidence == pytest.approx(probabilities.max(axis=1)[inside].mean())
    assert {one.unit for one in buckets} == {"tokens"}


def test_texts_of_one_length_stay_together():
    """Nine texts in ten of one length make one bucket of them; without a maximum nothing is cut."""
    labels, probabilities = said(50)
    lengths = np.array([7] * 45 + [9] * 5)
    buckets = length_buckets(lengths, labels, probabilities, unit="words", max_length=None)
    assert [(one.low, one.high, one.rows) for one in buckets] == [(7, 7, 45), (9, 9, 5)]
    assert [one.truncated for one in buckets] == [0, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_buckets_split_any_lengths(lengths):
    """Buckets hold every text once, do not overlap, and rise."""
    labels, probabilities = said(len(lengths))
    buckets = length_buckets(np.array(lengths), labels, probabilities, unit="words", max_length=None)
    assert 1 <= len(buckets) <= 5
    assert sum(one.rows for one in buckets) == len(lengths)
    assert all(a.high < b.low for a, b in itertools.pairwise(buckets))
    for one in buckets:
        assert one.rows == sum(one.low <= length <= one.high for length in lengths)
        assert 0 <= one.accuracy_low <= one.accuracy <= one.accuracy_high <= 1


@pytest.mark.parametrize(("hits", "rows"), [(0, 10), (3, 10), (10, 10), (1, 1), (987, 1000)])
def test_wilson_interval_is_scipys(hits, rows):
    """The interval of a share is the score interval of Wilson."""
    expected = binomtest(hits, rows).proportion_ci(method="wilson")
    assert wilson(hits, rows) == pytest.approx((expected.low, expected.high))


def test_judging_tells_everything_that_it_is_given(tmp_path):
    """An evaluation holds classes by name, bins, buckets, sizes and costs, and its predictions are written."""
    labels, probabilities = said(120, 3)
    model = tmp_path / "model"
    (model / "deeper").mkdir(parents=True)
    (model / "a").write_bytes(b"12345")
    (model / "deeper" / "b").write_bytes(b"123")
    known = {"lengths": np.arange(120), "unit": "tokens", "max_length": 59, "tokens": 5000, "peak_memory_bytes": 77}
    found = texts.save_and_evaluate(
        "test", labels, probabilities, tmp_path, 1.5, names=["x", "y", "z"], model_dir=model, **known
    )
    classes, lengths = class_details(found).classes, length_details(found)
    assert (found.split, found.rows, found.seconds, found.peak_memory_bytes) == ("test", 120, 1.5, 77)
    assert lengths.tokens == 5000
    assert found.model_bytes == folder_bytes(model) == 8
    assert [one.label for one in classes] == ["x", "y", "z"]
    assert [one.rows for one in classes] == np.bincount(labels).tolist()
    assert np.mean([one.f1 for one in classes]) == pytest.approx(found.metrics["macro_f1"])
    assert found.intervals.keys() == found.metrics.keys()
    assert sum(one.truncated * one.rows for one in lengths.lengths) == pytest.approx(60)
    assert found.predictions == tmp_path / "test.parquet"
    assert np.array_equal(predictions.read(found.predictions).probabilities, probabilities)
    json.dumps(dataclasses.asdict(found), default=str, allow_nan=False)


def test_scoring_writes_nothing_and_finds_the_same(tmp_path):
    """`evaluate_predictions` gives the same evaluation as `save_and_evaluate`, and leaves no file."""
    labels, probabilities = said(80)
    found = evaluate_predictions("test", labels, probabilities, tmp_path / "test.parquet", 0.0)
    assert not list(tmp_path.iterdir())
    assert found == save_and_evaluate("test", labels, probabilities, tmp_path, 0.0)
    assert [one.label for one in class_details(found).classes] == ["0", "1"]
    assert length_details(found) == LengthDetails()
    assert found.model_bytes is None


def test_judged_is_what_the_file_holds(tmp_path):
    """Probabilities finer than the file's numbers are evaluated as the file has them."""
    labels, _ = said(60)
    fine = np.random.default_rng(0).dirichlet([1, 1], 60)
    found = save_and_evaluate("test", labels, fine, tmp_path, 0.0)
    assert rescaled(found.predictions, "test", 1.0) == found


@pytest.mark.parametrize("wrong", [{"names": ["a"]}, {"lengths": np.arange(3)}])
def test_names_and_lengths_must_fit(tmp_path, wrong):
    """Names or lengths that are not one a class or row are an error, and nothing is written."""
    with pytest.raises(DataError):
        texts.save_and_evaluate("test", *said(60), tmp_path, 0.0, **wrong)
    assert not list(tmp_path.iterdir())


def test_wide_tasks_are_judged(tmp_path):
    """A hundred classes, most of them absent, give an evaluation like any other."""
    labels, probabilities = said(50, 100)
    found = save_and_evaluate("test", labels, probabilities, tmp_path, 0.0)
    assert len(class_details(found).classes) == 100
    assert sum(one.predicted for one in class_details(found).classes) == 50
