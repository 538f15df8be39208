"""Whether one configuration is better than another; `plugins.comparison` says how that is found."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from catalog.contract import Comparison
from catalog.errors import DataError
from plugins.classification.evaluation import predictions
from plugins.classification.evaluation.measures import ByClass, Measure, weighted
from plugins.classification.evaluation.metrics import METRICS, measures_for, metric_of
from plugins.classification.evaluation.predictions import ClassPredictions
from plugins.comparison import compare_resampled, read_comparable

__all__ = ["compare"]


def compare(first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
    """Compare two configurations by the predictions of their trainings on the same examples.

    Args:
        first: Files of predictions, one a training.
        second: Files of predictions of the other configuration.
        metric: One of `METRICS`.
        seed: Decides the resamples.

    Raises:
        DataError: A file holds no predictions, the files are of different examples or have different positive classes,
            or the metric is unknown, or undefined on the examples.
    """
    read = read_comparable(first, second, metric, METRICS, predictions.read, _are_alike)
    _check_comparable(metric, [*first, *second], read)
    measure, trainings = measures_for(read[0].probabilities.shape[1])[metric], (len(first), len(second))
    kinds, examples = _kinds(read, measure)
    values = [weighted(one, {metric: measure}) for one in examples]
    found = compare_resampled(
        METRICS[metric],
        trainings,
        kinds,
        lambda weights: np.stack([value(weights)[metric] for value in values], axis=1),
        seed,
        undefined="they are all of one class",
    )
    if trainings != (1, 1):
        return found
    only_first, only_second, p_value = _disagreement(read)
    return replace(found, only_first=only_first, only_second=only_second, p_value=p_value)


def _are_alike(one: ClassPredictions, other: ClassPredictions) -> bool:
    same = one.probabilities.shape == other.probabilities.shape
    return same and np.array_equal(one.labels, other.labels)


def _check_comparable(name: str, paths: Sequence[Path], read: Sequence[ClassPredictions]) -> None:
    classes = [str(index) for index in range(read[0].probabilities.shape[1])]
    metrics = [metric_of(name, classes, classes[one.positive]) for one in read]
    for path, metric in zip(paths, metrics, strict=True):
        if metric is None or metrics[0] is None:
            raise DataError(f"{path} holds predictions of {len(classes)} classes, for which {name} says nothing.")
        if metric.of != metrics[0].of:
            raise DataError(
                f"{path} and {paths[0]} have different positive classes, so their {METRICS[name].label.template} "
                "cannot be compared. Set the same dataset.positive, or compare by macro_f1."
            )


def _disagreement(read: Sequence[ClassPredictions]) -> tuple[int, int, float]:
    """Return how many rows the first alone got right, how many the second, and how likely so uneven a split is.

    The exact test of McNemar ("Note on the sampling error of the difference between correlated proportions", 1947):
    if both were equally good, each of these rows would be like the toss of a coin. Two-sided.
    """
    from scipy.special import bdtr

    right = [one.predicted == one.labels for one in read]
    only_first, only_second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    tail = float(bdtr(min(only_first, only_second), only_first + only_second, 0.5))
    return only_first, only_second, min(1.0, 2 * tail)


def _kinds(read: Sequence[ClassPredictions], measure: Measure) -> tuple[np.ndarray, Sequence[ClassPredictions]]:
    """Return each row's kind and the predictions of one row a kind.

    If only counts by class matter, rows with the same label and the same predictions are of one kind, and a
    few kinds stand for all rows. Otherwise each row is its own kind.
    """
    if not isinstance(measure, ByClass):
        return np.arange(read[0].labels.size), read
    columns = np.stack([read[0].labels, *(one.predicted for one in read)], axis=1)
    _, rows, kinds = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    return kinds.reshape(-1), [
        ClassPredictions(one.labels[rows], one.probabilities[rows], one.positive) for one in read
    ]
