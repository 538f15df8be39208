"""The metrics of classification: each one entry, its record together with how it is computed.

The definitions are those of scikit-learn. Of two classes, precision, recall, F1 and the areas are of the positive
class; of more they are the mean over classes. Metrics without meaning are left out: the ranking of rows that are all of
one class, and `TOP_K` guesses among no more classes.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from catalog.contract import DataSummary
from catalog.errors import DataError, DivergedError, InputError, clause
from catalog.metric import Direction, Metric
from catalog.statement import Statement
from plugins.classification.evaluation import calibration, ranking
from plugins.classification.evaluation.definition import define
from plugins.classification.evaluation.measures import (
    ByBin,
    ByClass,
    ByRanking,
    ByRow,
    ClassCounts,
    Measure,
    observed,
    ratio,
)
from plugins.classification.evaluation.predictions import ClassPredictions
from plugins.classification.records import class_data

__all__ = [
    "METRICS",
    "OF_PROBABILITIES",
    "check_metric",
    "losses",
    "measure",
    "measures_for",
    "metric_of",
    "metrics_of",
    "metrics_of_data",
]

TOP_K: Final = 3
_SMALLEST = float(np.finfo(np.float32).eps)
"""Probabilities are clipped here, so that one confident error costs at most 15.9 nats in every number format."""


def losses(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return minus the logarithm of each true class's probability, in nats, float64, shape (rows,)."""
    chosen = probabilities[np.arange(labels.size), labels].astype(np.float64)
    return np.asarray(-np.log(np.clip(chosen, _SMALLEST, 1.0)))


def _squared_errors(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the squared error of each row's probabilities, float64, shape (rows,).

    For two classes that of class 1, between 0 and 1; for more the sum over classes, between 0 and 2 (Brier,
    "Verification of forecasts expressed in terms of probability", 1950).
    """
    if probabilities.shape[1] == 2:
        return np.asarray((probabilities[:, 1].astype(np.float64) - (labels == 1)) ** 2)
    chosen = probabilities[np.arange(labels.size), labels].astype(np.float64)
    squares = np.einsum("ij,ij->i", probabilities, probabilities, dtype=np.float64)
    return np.asarray(np.maximum(squares - 2 * chosen + 1, 0))  # rounding may leave a perfect row below 0


def _among_top_k(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return 1 for each row whose class is among the `TOP_K` most probable, else 0; of equal ones the first counts."""
    chosen = probabilities[np.arange(labels.size), labels][:, None]
    earlier = np.arange(probabilities.shape[1]) < labels[:, None]
    before = (probabilities > chosen) | ((probabilities == chosen) & earlier)
    return np.asarray(before.sum(axis=1) < TOP_K, dtype=np.float64)


def _matthews(counts: ClassCounts) -> np.ndarray:
    """Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004."""
    rows = counts.rows
    by_chance = (counts.actual * counts.predicted).sum(axis=-1)
    spread = (rows**2 - (counts.actual**2).sum(axis=-1)) * (rows**2 - (counts.predicted**2).sum(axis=-1))
    return ratio(counts.hits.sum(axis=-1) * rows - by_chance, np.sqrt(spread))


def _kappa(counts: ClassCounts) -> np.ndarray:
    """Cohen, "A coefficient of agreement for nominal scales", 1960."""
    rows = counts.rows
    by_chance = (counts.actual * counts.predicted).sum(axis=-1)
    return ratio(counts.hits.sum(axis=-1) * rows - by_chance, rows**2 - by_chance)


def _balanced_accuracy(counts: ClassCounts) -> np.ndarray:
    return ratio(counts.recall.sum(axis=-1), (counts.actual > 0).sum(axis=-1))


_LABEL, _CLASSES = {"label": ""}, {"classes": 0}
_DEFINITIONS = (
    define(
        "accuracy", "percent", ByClass(lambda counts: ratio(counts.hits.sum(axis=-1), counts.rows)),
        Statement("Accuracy"), Statement("accuracy"), Statement("share of right answers"),
    ),
    define(
        "f1", "percent", ByClass(lambda counts: counts.of_positive(counts.f1)),
        Statement("F1"), None, Statement("harmonic mean of precision and recall"),
        of_class=(Statement("F1 of {label}", _LABEL), Statement("F1 of {label}", _LABEL)),
        of_classes=(
            Statement("F1, mean of {classes:count} classes", _CLASSES),
            Statement("macro F1 of {classes:count} classes", _CLASSES),
        ),
    ),
    define(
        "macro_f1", "percent", ByClass(lambda counts: counts.mean(counts.f1)),
        Statement("F1, mean of classes"), Statement("macro F1"),
    ),
    define(
        "weighted_f1", "percent", ByClass(lambda counts: counts.mean_by_rows(counts.f1)),
        Statement("F1, weighted by class size"), Statement("weighted F1"),
    ),
    define(
        "balanced_accuracy", "percent", ByClass(_balanced_accuracy),
        Statement("Balanced accuracy"), Statement("balanced accuracy"),
        Statement("mean over classes of the share that is found"),
    ),
    define(
        "matthews_corrcoef", "number", ByClass(_matthews),
        Statement("Matthews correlation"), None, Statement("1 is perfect, 0 is chance"), low=-1.0,
    ),
    define(
        "cohen_kappa", "number", ByClass(_kappa),
        Statement("Cohen's kappa"), None, Statement("1 is perfect, 0 is chance"), low=-1.0,
    ),
    define(
        "roc_auc", "number", ByRanking(ranking.roc_auc, ranking.roc_auc_influence),
        Statement("ROC AUC"), None, Statement("0.5 is chance"),
        of_class=(Statement("ROC AUC of {label}", _LABEL), Statement("ROC AUC of {label}", _LABEL)),
        of_classes=(Statement("ROC AUC, mean of classes"), Statement("macro ROC AUC")),
    ),
    define(
        "pr_auc", "number", ByRanking(ranking.average_precision, ranking.average_precision_influence),
        Statement("PR AUC"), None, Statement("average precision; the share of the class is chance"),
        of_class=(Statement("PR AUC of {label}", _LABEL), Statement("PR AUC of {label}", _LABEL)),
        of_classes=(Statement("PR AUC, mean of classes"), Statement("macro PR AUC")),
    ),
    define(
        "top_k_accuracy", "percent", ByRow(_among_top_k),
        Statement("Top-3 accuracy"), Statement("top-3 accuracy"),
        Statement("share of rows whose class is among the 3 most probable; for more than 3 classes"), more_than=TOP_K,
    ),
    define(
        "log_loss", "number", ByRow(losses),
        Statement("Log loss"), Statement("log loss"), Statement("in nats, lower is better"),
        direction=Direction.MINIMIZE, high=None,
    ),
    define(
        "brier_score", "number", ByRow(_squared_errors),
        Statement("Brier score"), None, Statement("lower is better"),
        direction=Direction.MINIMIZE, high=2.0,
    ),
    define(
        "ece", "percent", ByBin(calibration.expected_error),
        Statement("Expected calibration error"), Statement("expected calibration error"), Statement("lower is better"),
        direction=Direction.MINIMIZE,
    ),
    define(
        "precision", "percent", ByClass(lambda counts: counts.of_positive(counts.precision)),
        Statement("Precision"), Statement("precision"), Statement("of what it calls a class, how much is of it"),
        of_class=(Statement("Precision of {label}", _LABEL), Statement("precision of {label}", _LABEL)),
        of_classes=(
            Statement("Precision, mean of {classes:count} classes", _CLASSES),
            Statement("macro precision of {classes:count} classes", _CLASSES),
        ),
    ),
    define(
        "recall", "percent", ByClass(lambda counts: counts.of_positive(counts.recall)),
        Statement("Recall"), Statement("recall"), Statement("of what is of a class, how much it finds"),
        of_class=(Statement("Recall of {label}", _LABEL), Statement("recall of {label}", _LABEL)),
        of_classes=(
            Statement("Recall, mean of {classes:count} classes", _CLASSES),
            Statement("macro recall of {classes:count} classes", _CLASSES),
        ),
    ),
    define(
        "macro_precision", "percent", ByClass(lambda counts: counts.mean(counts.precision)),
        Statement("Precision, mean of classes"), Statement("macro precision"),
    ),
    define(
        "macro_recall", "percent", ByClass(lambda counts: counts.mean(counts.recall)),
        Statement("Recall, mean of classes"), Statement("macro recall"),
    ),
    define(
        "weighted_precision", "percent", ByClass(lambda counts: counts.mean_by_rows(counts.precision)),
        Statement("Precision, weighted by class size"), Statement("weighted precision"),
    ),
    define(
        "weighted_recall", "percent", ByClass(lambda counts: counts.mean_by_rows(counts.recall)),
        Statement("Recall, weighted by class size"), Statement("weighted recall"),
    ),
)  # fmt: skip

_BY_NAME = {one.metric.name: one for one in _DEFINITIONS}

METRICS: Mapping[str, Metric] = MappingProxyType({name: one.metric for name, one in _BY_NAME.items()})
"""Every metric, as named before the data are known. All may be tuned for; the default comes first."""


OF_PROBABILITIES: Final = ("ece", "log_loss", "brier_score")
"""Metrics that change if probabilities are rescaled while the predicted classes stay."""


def measures_for(classes: int) -> dict[str, Measure]:
    """Return the definition of each metric that has a meaning for so many classes, by its name."""
    return {name: one.measure for name, one in _BY_NAME.items() if classes > one.more_than}


def metrics_of(labels: Sequence[str], positive: str | None) -> tuple[Metric, ...]:
    """Return the metrics of data with these classes, named after the class or classes that they are of.

    Args:
        labels: Class names in the order of their ids.
        positive: Of two classes the positive one; the second if None.
    """
    return tuple(one.bound(labels, positive) for one in _DEFINITIONS if len(labels) > one.more_than)


def metrics_of_data(data: DataSummary) -> tuple[Metric, ...]:
    """Return the metrics of data, named after the class or classes that they are of."""
    known = class_data(data)
    return metrics_of(known.labels, known.positive)


def metric_of(name: str, labels: Sequence[str], positive: str | None) -> Metric | None:
    """Return one of `metrics_of` by its name; None if it has no meaning for so many classes."""
    return next((one for one in metrics_of(labels, positive) if one.name == name), None)


def measure(labels: np.ndarray, probabilities: np.ndarray, positive: int = 1) -> dict[str, float]:
    """Return every metric that is defined on these rows.

    The prediction is the most probable class, the first of equal ones.

    Args:
        labels: True class ids, shape (rows,), at least one row.
        probabilities: Shape (rows, classes); rows add up to 1.
        positive: Id of the positive class; it does not matter for more than two classes.

    Raises:
        DivergedError: A probability is not finite.
    """
    if not np.isfinite(probabilities).all():
        raise DivergedError("The model's probabilities are not finite: the training diverged. Lower the learning rate.")
    found = observed(ClassPredictions(labels, probabilities, positive), measures_for(probabilities.shape[1]))
    return {name: value for name, value in found.items() if not np.isnan(value)}


def check_metric(name: str, data: DataSummary) -> None:
    """Check that a metric can be tuned for: that it is known, and defined on the validation split.

    Raises:
        InputError: It is unknown.
        DataError: It is undefined; the message says why.
    """
    if name not in METRICS:
        raise InputError(f"Unknown metric {name!r}; known are {', '.join(METRICS)}.", field="study.metric")
    for reason in _BY_NAME[name].undefined(data):
        raise DataError(f"{name} cannot be tuned for: {clause(reason)}. Choose another metric.", field="study.metric")
