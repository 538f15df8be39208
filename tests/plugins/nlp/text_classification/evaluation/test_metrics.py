"""Metrics of predictions, against scikit-learn and by hand."""

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from catalog.contract import DataSummary
from catalog.errors import DataError, DivergedError, InputError
from catalog.metric import Direction
from plugins.classification.evaluation import calibration
from plugins.classification.evaluation.metrics import METRICS, check_metric, measure, metrics_of
from plugins.classification.evaluation.predictions import ClassPredictions
from runner.presentation.english import english

CLASSES = {"two": (2, [0, 1]), "two, rare": (2, [0, 0, 0, 1]), "three": (3, [0, 1, 2]), "seven": (7, [0, 2, 3, 3, 5])}
"""Numbers of classes, and those that rows are of: of seven, three have none."""


def said(rows: int, classes: int, seed: int = 0, skill: float = 1.5, of: list[int] | None = None):
    rng = np.random.default_rng(seed)
    labels = rng.choice(of or range(classes), rows)
    odds = np.exp(rng.normal(size=(rows, classes)) + skill * np.eye(classes)[labels])
    return labels, odds / odds.sum(axis=1, keepdims=True)


def predicted_by(score: Callable[..., float], average: str = "", **options) -> Callable[..., float]:
    """Return a score of predicted classes; without `average` that of the positive class of two, else the mean."""

    def of(labels: np.ndarray, probabilities: np.ndarray, positive: int) -> float:
        chosen = {"average": "binary", "pos_label": positive} if probabilities.shape[1] == 2 else {"average": "macro"}
        given = {"average": average} if average else chosen
        return score(labels, probabilities.argmax(axis=1), zero_division=0, **given, **options)

    return of


def without_average(score: Callable[..., float]) -> Callable[..., float]:
    """Return a score of predicted classes that has no class."""
    return lambda labels, probabilities, _: score(labels, probabilities.argmax(axis=1))


def area(score: Callable[..., float]) -> Callable[..., float]:
    """Return a score of the positive class of two, else the mean over classes that have rows, one against the rest."""

    def of(labels: np.ndarray, probabilities: np.ndarray, positive: int) -> float:
        ranked = [positive] if probabilities.shape[1] == 2 else np.unique(labels)
        return float(np.mean([score(labels == one, probabilities[:, one]) for one in ranked]))

    return of


def brier(labels: np.ndarray, probabilities: np.ndarray, _: int) -> float:
    classes = probabilities.shape[1]
    if classes == 2:
        return reference.brier_score_loss(labels, probabilities[:, 1])
    return reference.brier_score_loss(labels, probabilities, labels=range(classes))


REFERENCES: dict[str, Callable[[np.ndarray, np.ndarray, int], float]] = {
    "accuracy": without_average(reference.accuracy_score),
    "f1": predicted_by(reference.f1_score),
    "macro_f1": predicted_by(reference.f1_score, "macro"),
    "weighted_f1": predicted_by(reference.f1_score, "weighted"),
    "balanced_accuracy": without_average(reference.balanced_accuracy_score),
    "matthews_corrcoef": without_average(reference.matthews_corrcoef),
    "cohen_kappa": without_average(reference.cohen_kappa_score),
    "roc_auc": area(reference.roc_auc_score),
    "pr_auc": area(reference.average_precision_score),
    "top_k_accuracy": lambda labels, said, _: reference.top_k_accuracy_score(
        labels, said, k=3, labels=range(said.shape[1])
    ),
    "log_loss": lambda labels, said, _: reference.log_loss(labels, said, labels=range(said.shape[1])),
    "brier_score": brier,
    "precision": predicted_by(reference.precision_score),
    "recall": predicted_by(reference.recall_score),
    "macro_precision": predicted_by(reference.precision_score, "macro"),
    "macro_recall": predicted_by(reference.recall_score, "macro"),
    "weighted_precision": predicted_by(reference.precision_score, "weighted"),
    "weighted_recall": predicted_by(reference.recall_score, "weighted"),
}
"""The same from scikit-learn: true class ids, probabilities and the positive class to a value."""


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.parametrize("skill", [0.0, 1.5, 4.0])
@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("metric", REFERENCES)
def test_metrics_are_those_of_scikit_learn(metric, classes, skill):
    """Every metric that scikit-learn has is measured as it measures it, also if classes have no rows."""
    count, of = CLASSES[classes]
    for seed, positive in enumerate((0, 1)):
        labels, probabilities = said(300, count, seed, skill, of)
        found = measure(labels, probabilities, positive)
        if metric == "top_k_accuracy" and count <= 3:
            assert metric not in found
            continue
        assert found[metric] == pytest.approx(REFERENCES[metric](labels, probabilities, positive), rel=1e-9, abs=1e-12)


def test_every_metric_has_a_reference():
    """Only the calibration error, which scikit-learn has not, is tested by hand."""
    assert {*REFERENCES, "ece"} == set(METRICS)


def test_float32_probabilities_are_measured_alike():
    """What a file holds in float32 has the same metrics up to its precision."""
    labels, probabilities = said(400, 4)
    assert measure(labels, probabilities.astype(np.float32)) == pytest.approx(measure(labels, probabilities), rel=1e-5)


def test_equal_scores_count_half_in_the_area():
    """Scores that are rounded to one digit have scikit-learn's areas; equal scores alone have 0.5 and the share."""
    labels, rounded = said(500, 2)
    rounded, found = rounded.round(1), measure(labels, rounded.round(1))
    assert found["roc_auc"] == pytest.approx(reference.roc_auc_score(labels, rounded[:, 1]), rel=1e-9)
    assert found["pr_auc"] == pytest.approx(reference.average_precision_score(labels, rounded[:, 1]), rel=1e-9)
    equal = measure(np.array([0, 0, 0, 1]), np.full((4, 2), 0.5))
    assert (equal["roc_auc"], equal["pr_auc"]) == (0.5, 0.25)


@pytest.mark.parametrize("classes", [3, 5])
@pytest.mark.parametrize("present", [0, 1, 2])
def test_rows_of_one_class_have_no_areas_and_all_else(present, classes):
    """If all rows are of one class the areas are left out, and every other metric is a finite number."""
    found = measure(np.full(30, present), said(30, classes)[1])
    assert set(METRICS) - set(found) == {"roc_auc", "pr_auc"} | ({"top_k_accuracy"} if classes == 3 else set())
    assert all(math.isfinite(value) for value in found.values())


def test_class_that_is_neither_present_nor_predicted_does_not_count():
    """A macro average is over the classes that occur, as in scikit-learn."""
    labels, probabilities = said(300, 3)
    wide = np.concatenate([probabilities, np.zeros((labels.size, 2))], axis=1)
    assert measure(labels, wide)["macro_f1"] == pytest.approx(measure(labels, probabilities)["macro_f1"])


def test_the_first_of_equals_is_the_more_probable_one():
    """Of equal probabilities the first classes are the guesses, for accuracy and for the three best alike."""
    found = measure(np.array([0, 2, 3]), np.full((3, 4), 0.25))
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["top_k_accuracy"] == pytest.approx(2 / 3)


def test_corner_cases_give_numbers_and_no_warnings():
    """One row, one class only, and a certain error have finite metrics."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = measure(np.array([0]), np.array([[1.0, 0.0]]))
        wrong = measure(np.array([0, 0]), np.array([[0.0, 1.0], [0.0, 1.0]], dtype=np.float32))
    assert one["accuracy"] == one["balanced_accuracy"] == 1
    assert one["f1"] == one["cohen_kappa"] == one["matthews_corrcoef"] == 0
    assert one["macro_f1"] == 1
    assert wrong["accuracy"] == wrong["macro_f1"] == 0
    assert wrong["log_loss"] == pytest.approx(15.94, abs=0.01)


def test_probabilities_that_are_not_finite_are_a_divergence():
    """NaN never becomes a metric."""
    for values in ([[np.nan, 0.5]], [[np.inf, 0.5]]):
        with pytest.raises(DivergedError):
            measure(np.array([0]), np.array(values))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 1000), st.booleans())
def test_anything_has_finite_metrics_within_bounds(rows, classes, seed, hard):
    """Whatever rows and classes there are, metrics are finite and within the bounds of their records."""
    labels, probabilities = said(rows, classes, seed)
    if hard:
        probabilities = np.eye(classes)[probabilities.argmax(axis=1)]
    for name, value in measure(labels, probabilities).items():
        low, high = METRICS[name].low, METRICS[name].high
        assert low - 1e-9 <= value <= (16 if high is None else high) + 1e-9, name


def test_confusion_counts_labels_by_predictions():
    """The matrix is scikit-learn's, with rows and columns for classes that have none."""
    labels, probabilities = said(300, 3)
    matrix = reference.confusion_matrix(labels, probabilities.argmax(axis=1)).tolist()
    assert ClassPredictions(labels, probabilities).confusion() == tuple(map(tuple, matrix))
    assert len(ClassPredictions(labels, np.pad(probabilities, ((0, 0), (0, 2)))).confusion()) == 5


def test_calibration_error_by_hand():
    """Two rows of confidence 0.9, one right, and two of 0.6, both right: (2 x 0.4 + 2 x 0.4) / 4."""
    first = np.array([0.9, 0.9, 0.6, 0.6])
    assert measure(np.array([0, 1, 0, 0]), np.stack([first, 1 - first], axis=1))["ece"] == pytest.approx(0.4)


def test_calibration_error_as_the_paper_defines_it():
    """It is the weighted gap of 15 bins that hold their upper end, computed here the long way."""
    labels, probabilities = said(3000, 4)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    error = 0.0
    for low in range(15):
        inside = (confidence > low / 15) & (confidence <= (low + 1) / 15)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert measure(labels, probabilities)["ece"] == pytest.approx(error)


def test_bins_hold_their_upper_end():
    """0 is in the first bin and 1 in the last; an edge belongs to the bin that it ends."""
    assert calibration.bins_of(np.array([0, 0.05, 0.0500001, 0.15, 0.95, 1]), 20).tolist() == [0, 0, 1, 2, 18, 19]


def test_records_say_what_users_read():
    """Accuracy is the default, losses are to be small, and areas and correlations are plain numbers."""
    assert next(iter(METRICS)) == "accuracy"
    assert all(name == metric.name for name, metric in METRICS.items())
    minimised = {name for name, metric in METRICS.items() if metric.direction is Direction.MINIMIZE}
    assert minimised == {"log_loss", "brier_score", "ece"}
    numbers = {name for name, metric in METRICS.items() if metric.format == "number"}
    assert numbers == {"matthews_corrcoef", "cohen_kappa", "roc_auc", "pr_auc", "log_loss", "brier_score"}
    assert {metric.format for metric in METRICS.values()} == {"number", "percent"}


def test_metrics_name_the_class_or_the_classes_that_they_are_of():
    """Of two classes the positive one is named, the second by default; of more their number; a record says whose."""

    def told(*data):
        return {metric.name: (english(metric.label), english(metric.phrase), metric.of) for metric in metrics_of(*data)}

    two, five = told(["ham", "spam"], "ham"), told(list("abcde"), None)
    assert two["precision"] == ("Precision of ham", "precision of ham", "ham")
    for unnamed in (None, "other"):
        assert told(["ham", "spam"], unnamed)["pr_auc"] == ("PR AUC of spam", "PR AUC of spam", "spam")
    assert {name for name, (_, _, of) in two.items() if of} == {"f1", "precision", "recall", "roc_auc", "pr_auc"}
    assert five["f1"] == ("F1, mean of 5 classes", "macro F1 of 5 classes", None)
    assert five["roc_auc"] == ("ROC AUC, mean of classes", "macro ROC AUC", None)
    assert two["macro_f1"] == five["macro_f1"] == ("F1, mean of classes", "macro F1", None)
    assert set(METRICS) - set(two) == {"top_k_accuracy"}
    assert list(five) == list(METRICS)


def data(*validation: int) -> DataSummary:
    """Return a summary with so many validation rows of each class."""
    return DataSummary(
        "orders", "", {}, details={"labels": list("abcde"[: len(validation)]), "label_rows": {"validation": validation}}
    )


@pytest.mark.parametrize(
    ("metric", "rows", "told"),
    [
        ("roc_auc", (40, 0), "all 40 validation rows are of the class a"),
        ("pr_auc", (0, 7, 0), "all 7 validation rows are of the class b"),
        ("top_k_accuracy", (5, 5, 5), "more than 3 classes, and orders has 3"),
    ],
)
def test_metrics_that_say_nothing_cannot_be_tuned_for(metric, rows, told):
    """A metric that is undefined on the validation split is an error of the spec that says why."""
    with pytest.raises(DataError, match=told) as caught:
        check_metric(metric, data(*rows))
    assert caught.value.field == "study.metric"


def test_metrics_that_are_defined_can_be_tuned_for():
    """All else passes, also if the rows of each class are not known; an unknown name does not."""
    for name in METRICS:
        check_metric(name, data(3, 0, 0, 1))
        check_metric(name, DataSummary("orders", "", {}, details={"labels": list("abcd")}))
    check_metric("accuracy", data(40, 0))
    with pytest.raises(InputError, match="accuracy, f1"):
        check_metric("auc", data(3, 4))
