"""Metrics of predictions, against scikit-learn and by hand."""

import warnings

import numpy as np
import pytest
from sklearn import metrics as reference

from catalog.contract import Direction
from catalog.errors import DivergedError
from plugins.nlp.text_classification.metrics import METRICS, compute, confusion


def predictions(classes: int, rows: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    logits = rng.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return labels, probabilities


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_metrics_agree_with_scikit_learn(classes):
    """Accuracy, precision, recall, F1 and log loss are scikit-learn's: of class 1 for two classes, else macro."""
    labels, probabilities = predictions(classes)
    found, predicted = compute(labels, probabilities), probabilities.argmax(axis=1)
    average = "binary" if classes == 2 else "macro"
    assert found == pytest.approx(
        {
            "accuracy": reference.accuracy_score(labels, predicted),
            "precision": reference.precision_score(labels, predicted, average=average),
            "recall": reference.recall_score(labels, predicted, average=average),
            "f1": reference.f1_score(labels, predicted, average=average),
            "macro_f1": reference.f1_score(labels, predicted, average="macro"),
            "log_loss": reference.log_loss(labels, probabilities),
        }
    )
    assert confusion(labels, probabilities) == tuple(map(tuple, reference.confusion_matrix(labels, predicted).tolist()))


def test_class_that_is_neither_present_nor_predicted_does_not_count():
    """A macro average is over the classes that occur, as in scikit-learn."""
    labels, probabilities = predictions(3)
    wide = np.concatenate([probabilities, np.zeros((labels.size, 2))], axis=1)
    assert compute(labels, wide)["macro_f1"] == pytest.approx(compute(labels, probabilities)["macro_f1"])
    assert len(confusion(labels, wide)) == 5


def test_corner_cases_give_numbers_and_no_warnings():
    """One row, one class only, and a certain error have finite metrics."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = compute(np.array([0]), np.array([[1.0, 0.0]]))
        wrong = compute(np.array([0, 0]), np.array([[0.0, 1.0], [0.0, 1.0]], dtype=np.float32))
    assert one["accuracy"] == 1
    assert one["f1"] == 0
    assert one["macro_f1"] == 1
    assert wrong["accuracy"] == wrong["macro_f1"] == 0
    assert wrong["log_loss"] == pytest.approx(15.94, abs=0.01)


def test_probabilities_that_are_not_finite_are_a_divergence():
    """NaN never becomes a metric."""
    with pytest.raises(DivergedError):
        compute(np.array([0]), np.array([[np.nan, 0.5]]))


def test_every_metric_has_a_direction():
    """What may be tuned for is computed, accuracy is the default, and only the loss is to be small."""
    assert next(iter(METRICS)) == "accuracy"
    assert set(METRICS) <= set(compute(*predictions(2)))
    assert [name for name, way in METRICS.items() if way is Direction.MINIMIZE] == ["log_loss"]
