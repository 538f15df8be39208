"""Scores of predictions, and which way each improves.

Everything that only depends on which class was taken for which is computed from counts, so that `compare` can do the
same for thousands of resamples at once. The definitions are those of scikit-learn, with a zero where a
division has no rows: classes that are neither present nor predicted do not count in a macro average.

`compute` is what every epoch is measured by; `measure` is the whole set, for a model that is kept.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from catalog.contract import Direction
from catalog.errors import DivergedError
from plugins.nlp.text_classification import calibration, ranking

__all__ = ["METRICS", "class_scores", "compute", "confusion", "counts", "further_scores", "losses", "measure", "scores"]

METRICS: Mapping[str, Direction] = MappingProxyType(
    {
        "accuracy": Direction.MAXIMIZE,
        "f1": Direction.MAXIMIZE,
        "macro_f1": Direction.MAXIMIZE,
        "log_loss": Direction.MINIMIZE,
    }
)
"""What may be tuned for: ``f1`` is that of the positive class where there are two classes, and the macro average where
there are more; ``macro_f1`` is always the mean over classes; ``log_loss`` is in nats."""

_SMALLEST = float(np.finfo(np.float32).eps)
"""Probabilities are clipped here, so that one confident error costs at most 15.9 nats in every number format."""


def compute(labels: np.ndarray, probabilities: np.ndarray, positive: int = 1) -> dict[str, float]:
    """Return accuracy, precision, recall, f1, macro_f1 and log_loss.

    Precision, recall and f1 are those of the positive class where there are two, macro averages where there are more.
    The prediction is the most probable class, the first of equals.

    Args:
        labels: True class ids, shape (rows,), at least one row.
        probabilities: Shape (rows, classes); rows add up to 1.
        positive: Id of the positive class; it does not matter where there are more than two classes.

    Raises:
        DivergedError: A probability is not finite.
    """
    _check(probabilities)
    counted = scores(*counts(labels, probabilities), positive)
    return {
        **{name: float(value) for name, value in counted.items()},
        "log_loss": float(losses(labels, probabilities).mean()),
    }


def measure(labels: np.ndarray, probabilities: np.ndarray, positive: int = 1) -> dict[str, float]:
    """Return all that `compute` does, and what a reader of a finished model wants to know besides.

    That is macro and weighted precision, recall and F1, ``matthews_corrcoef`` (-1 to 1), ``roc_auc`` (of the
    positive class for two, else the mean over classes of one against the rest), ``brier_score`` and ``ece`` (see
    `calibration`). What is undefined is left out: ``roc_auc`` where the rows are all of one class.

    Args:
        labels: True class ids, shape (rows,), at least one row.
        probabilities: Shape (rows, classes); rows add up to 1.
        positive: Id of the positive class; it does not matter where there are more than two classes.

    Raises:
        DivergedError: A probability is not finite.
    """
    measured = compute(labels, probabilities, positive)
    further = further_scores(*counts(labels, probabilities))
    area = ranking.area(labels, probabilities, positive)
    return {
        **measured,
        **{name: float(value) for name, value in further.items()},
        **({} if area is None else {"roc_auc": area}),
        "brier_score": float(calibration.squared_errors(labels, probabilities).mean()),
        "ece": calibration.expected_error(labels, probabilities),
    }


def confusion(labels: np.ndarray, probabilities: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Return ``matrix[i][j]``: rows of class i that were predicted as class j."""
    classes = probabilities.shape[1]
    cells = np.bincount(labels * classes + probabilities.argmax(axis=1), minlength=classes * classes)
    return tuple(tuple(row) for row in cells.reshape(classes, classes).tolist())


def counts(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return hits, rows and predictions of each class, as `scores` takes them; float64, shape (classes,)."""
    matrix = np.array(confusion(labels, probabilities), dtype=np.float64)
    return matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)


def losses(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return minus the logarithm of each true class's probability, in nats, float64, shape (rows,)."""
    chosen = probabilities[np.arange(labels.size), labels].astype(np.float64)
    return np.asarray(-np.log(np.clip(chosen, _SMALLEST, 1.0)))


def scores(hits: np.ndarray, actual: np.ndarray, predicted: np.ndarray, positive: int) -> dict[str, np.ndarray]:
    """Return accuracy, precision, recall, f1 and macro_f1 from counts by class.

    Args:
        hits: Rows of each class that were predicted as it, shape (..., classes).
        actual: Rows of each class, the same shape.
        predicted: Rows predicted as each class, the same shape.
        positive: As in `compute`.

    Returns:
        Arrays of shape (...).
    """
    by_class = class_scores(hits, actual, predicted)
    counted = actual + predicted > 0
    macro = {name: _ratio((values * counted).sum(axis=-1), counted.sum(axis=-1)) for name, values in by_class.items()}
    binary = hits.shape[-1] == 2
    return {
        "accuracy": _ratio(hits.sum(axis=-1), actual.sum(axis=-1)),
        **({name: values[..., positive] for name, values in by_class.items()} if binary else macro),
        "macro_f1": macro["f1"],
    }


def further_scores(hits: np.ndarray, actual: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
    """Return the scores that `scores` leaves out, from the same counts.

    They are macro_precision, macro_recall, the weighted averages (each class by its rows) and matthews_corrcoef
    (Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004; 0 where the rows
    or the predictions are all of one class).
    """
    by_class = class_scores(hits, actual, predicted)
    counted = actual + predicted > 0
    rows = actual.sum(axis=-1)
    right_by_chance = (actual * predicted).sum(axis=-1)
    spread = (rows**2 - (actual**2).sum(axis=-1)) * (rows**2 - (predicted**2).sum(axis=-1))
    return {
        "macro_precision": _ratio((by_class["precision"] * counted).sum(axis=-1), counted.sum(axis=-1)),
        "macro_recall": _ratio((by_class["recall"] * counted).sum(axis=-1), counted.sum(axis=-1)),
        **{f"weighted_{name}": _ratio((values * actual).sum(axis=-1), rows) for name, values in by_class.items()},
        "matthews_corrcoef": _ratio(hits.sum(axis=-1) * rows - right_by_chance, np.sqrt(spread)),
    }


def class_scores(hits: np.ndarray, actual: np.ndarray, predicted: np.ndarray) -> dict[str, np.ndarray]:
    """Return precision, recall and f1 of each class, arrays of the shape of the counts."""
    return {
        "precision": _ratio(hits, predicted),
        "recall": _ratio(hits, actual),
        "f1": _ratio(2 * hits, actual + predicted),
    }


def _check(probabilities: np.ndarray) -> None:
    if not np.isfinite(probabilities).all():
        raise DivergedError("The model's probabilities are not finite: the training diverged. Lower the learning rate.")


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.zeros(np.shape(part))
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
