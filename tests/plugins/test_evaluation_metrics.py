"""The full set of metrics, against scikit-learn and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from catalog.errors import DivergedError
from plugins.nlp.text_classification import calibration, ranking
from plugins.nlp.text_classification.metrics import compute, measure


def said(rows: int, classes: int, seed: int = 0, skill: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    logits = rng.normal(size=(rows, classes)) + skill * np.eye(classes)[labels]
    odds = np.exp(logits)
    return labels, (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def by_reference(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    classes, predicted = probabilities.shape[1], probabilities.argmax(axis=1)
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    found = {
        "accuracy": reference.accuracy_score(labels, predicted),
        "matthews_corrcoef": reference.matthews_corrcoef(labels, predicted),
        "log_loss": reference.log_loss(labels, exact, labels=range(classes)),
        "brier_score": reference.brier_score_loss(labels, exact[:, 1])
        if classes == 2
        else reference.brier_score_loss(labels, exact, labels=range(classes)),
        "roc_auc": reference.roc_auc_score(labels, probabilities[:, 1])
        if classes == 2
        else reference.roc_auc_score(labels, exact, multi_class="ovr", average="macro"),
    }
    for average, prefix in (
        ("binary" if classes == 2 else "macro", ""),
        ("macro", "macro_"),
        ("weighted", "weighted_"),
    ):
        scores = reference.precision_recall_fscore_support(labels, predicted, average=average, zero_division=0)
        found |= {prefix + name: value for name, value in zip(("precision", "recall", "f1"), scores[:3], strict=True)}
    return found


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("skill", [0.0, 1.5, 6.0])
def test_all_metrics_agree_with_scikit_learn(classes, skill):
    """Every metric that scikit-learn has is measured as it measures it."""
    labels, probabilities = said(400, classes, skill=skill)
    found = measure(labels, probabilities)
    assert {name: found[name] for name in found if name != "ece"} == pytest.approx(
        by_reference(labels, probabilities), rel=1e-5, abs=1e-6
    )


def test_metrics_of_an_epoch_are_among_them_unchanged():
    """What every epoch is measured by has the very same value in the full set."""
    labels, probabilities = said(100, 3)
    assert compute(labels, probabilities).items() <= measure(labels, probabilities).items()


def test_ties_count_half_in_the_area():
    """Equal scores of the two classes are worth half a pair, as the trapezoidal rule has it."""
    labels, rounded = said(500, 2)
    rounded = rounded.round(1)
    assert ranking.area(labels, rounded) == pytest.approx(reference.roc_auc_score(labels, rounded[:, 1]))
    assert ranking.area(np.array([0, 1]), np.full((2, 2), 0.5)) == 0.5


@pytest.mark.parametrize("present", [[0], [1], [2]])
def test_rows_of_one_class_have_no_area_and_all_else(present):
    """Where all rows are of one class the area is left out, and every other metric is a finite number."""
    probabilities = said(30, 3)[1]
    found = measure(np.full(30, present[0]), probabilities)
    assert "roc_auc" not in found
    assert len(found) == 14
    assert all(math.isfinite(value) for value in found.values())


def test_absent_classes_do_not_count_in_the_mean_area():
    """Of five classes of which three have rows, the area is the mean of three, each against all other rows."""
    labels, probabilities = said(200, 5)
    labels = labels % 3
    each = [reference.roc_auc_score(labels == of, probabilities[:, of]) for of in range(3)]
    assert measure(labels, probabilities)["roc_auc"] == pytest.approx(np.mean(each))


def test_calibration_error_by_hand():
    """Two rows of confidence 0.9, one right, and two of 0.6, both right: (2 x 0.4 + 2 x 0.4) / 4."""
    first = np.array([0.9, 0.9, 0.6, 0.6])
    found = calibration.expected_error(np.array([0, 1, 0, 0]), np.stack([first, 1 - first], axis=1))
    assert found == pytest.approx(0.4)


def test_calibration_error_as_the_paper_defines_it():
    """It is the weighted gap of 15 bins that hold their upper end, computed here the long way."""
    labels, probabilities = said(3000, 4)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    error = 0.0
    for low in range(15):
        inside = (confidence > low / 15) & (confidence <= (low + 1) / 15)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].astype(np.float64).mean())
    assert calibration.expected_error(labels, probabilities) == pytest.approx(error)


def test_bins_hold_their_upper_end():
    """0 is in the first bin and 1 in the last; an edge belongs to the bin that it ends."""
    assert calibration.bins_of(np.array([0, 0.05, 0.0500001, 0.15, 0.95, 1]), 20).tolist() == [0, 0, 1, 2, 18, 19]


def test_scores_that_are_no_numbers_are_refused():
    """A probability that is not finite says that the training diverged."""
    with pytest.raises(DivergedError):
        measure(np.array([0, 1]), np.array([[0.5, 0.5], [np.nan, np.nan]]))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 1000), st.booleans())
def test_anything_has_finite_metrics_in_range(rows, classes, seed, hard):
    """Whatever rows and classes there are, metrics are finite and in their range, without a warning."""
    labels, probabilities = said(rows, classes, seed)
    if hard:
        probabilities = np.eye(classes, dtype=np.float32)[probabilities.argmax(axis=1)]
    for name, value in measure(labels, probabilities).items():
        low = -1 if name == "matthews_corrcoef" else 0
        high = {"log_loss": 16, "brier_score": 2}.get(name, 1)
        assert low - 1e-9 <= value <= high + 1e-9, name
