"""How metrics are computed: four families, each as a value of predictions and for many draws of their rows at once.

A draw gives each row a weight, how often the row was drawn. Whatever a metric is made from (counts by class, means over
rows, places in a ranking, gaps of confidence) is computed once for all metrics, and a metric is a function of it whose
last step is the same with and without weights.

Resampling a ranking takes many times as long as anything else. Above `EXACT_ROWS` or `EXACT_CELLS` it is done to first
order instead, by each row's influence on the value, which becomes exact as rows grow, and then there are many.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from plugins.classification.evaluation import calibration
from plugins.classification.evaluation.predictions import ClassPredictions
from plugins.classification.evaluation.ranking import RankCounts, Ranking, rankings

__all__ = [
    "EXACT_CELLS",
    "EXACT_ROWS",
    "ByBin",
    "ByClass",
    "ByRanking",
    "ByRow",
    "ClassCounts",
    "Measure",
    "class_counts",
    "observed",
    "ratio",
    "weighted",
]

EXACT_ROWS: Final = 1 << 12
EXACT_CELLS: Final = 1 << 17
"""Rows, and rows x classes, up to which rankings are resampled exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassCounts:
    """Rows by class; the definitions made of them are scikit-learn's, with 0 for a division without rows.

    Attributes:
        hits: Rows of each class that were predicted as it, shape (..., classes).
        actual: Rows of each class, the same shape.
        predicted: Rows predicted as each class, the same shape.
        positive: Id of the positive class of two.
    """

    hits: np.ndarray
    actual: np.ndarray
    predicted: np.ndarray
    positive: int

    @property
    def rows(self) -> np.ndarray:
        """All rows, shape (...)."""
        return np.asarray(self.actual.sum(axis=-1))

    @property
    def precision(self) -> np.ndarray:
        """Of each class, shape (..., classes)."""
        return ratio(self.hits, self.predicted)

    @property
    def recall(self) -> np.ndarray:
        """Of each class, shape (..., classes)."""
        return ratio(self.hits, self.actual)

    @property
    def f1(self) -> np.ndarray:
        """Of each class, shape (..., classes)."""
        return ratio(2 * self.hits, self.actual + self.predicted)

    def of_positive(self, values: np.ndarray) -> np.ndarray:
        """Return the value of the positive class of two; of more classes their mean."""
        return np.asarray(values[..., self.positive]) if values.shape[-1] == 2 else self.mean(values)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Return the mean over the classes that are present or predicted."""
        counted = self.actual + self.predicted > 0
        return ratio((values * counted).sum(axis=-1), counted.sum(axis=-1))

    def mean_by_rows(self, values: np.ndarray) -> np.ndarray:
        """Return the mean over classes, each weighted by its rows."""
        return ratio((values * self.actual).sum(axis=-1), self.rows)


@dataclass(frozen=True, slots=True)
class ByClass:
    """A function of counts by class."""

    value: Callable[[ClassCounts], np.ndarray]


@dataclass(frozen=True, slots=True)
class ByRow:
    """The mean of a value of each row; `values` returns them from labels and probabilities, float64, shape (rows,)."""

    values: Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class ByRanking:
    """A function of the ranking of one class against the rest: of the positive one of two, of more classes the mean.

    Attributes:
        value: Of each draw, shape (draws,); NaN where it is undefined.
        influence: What a weight of 1 on each row adds to the value, to first order; shape (rows,).
    """

    value: Callable[[RankCounts], np.ndarray]
    influence: Callable[[Ranking], np.ndarray]


@dataclass(frozen=True, slots=True)
class ByBin:
    """A function of the sums of gaps in bins of confidence, shape (..., bins), and the number of rows."""

    value: Callable[[np.ndarray, int], np.ndarray]


Measure = ByClass | ByRow | ByRanking | ByBin


def observed(predictions: ClassPredictions, measures: Mapping[str, Measure]) -> dict[str, float]:
    """Return the value of each measure, NaN where it is undefined."""
    labels, probabilities = predictions.labels, predictions.probabilities
    counts, gaps = class_counts(predictions), None
    ranked = {name: one for name, one in measures.items() if isinstance(one, ByRanking)}
    places = [one.counts() for one in rankings(labels, probabilities, predictions.positive)] if ranked else []
    found: dict[str, float] = {}
    for name, one in measures.items():
        match one:
            case ByClass():
                found[name] = float(one.value(counts))
            case ByRow():
                found[name] = float(one.values(labels, probabilities).mean())
            case ByRanking():
                found[name] = float(np.mean([one.value(place) for place in places])) if places else float("nan")
            case ByBin():
                if gaps is None:
                    gap, bins = calibration.gaps(labels, probabilities)
                    gaps = np.bincount(bins, gap, calibration.BINS)
                found[name] = float(one.value(gaps, labels.size))
    return found


def weighted(
    predictions: ClassPredictions, measures: Mapping[str, Measure]
) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """Return a function from draws to the values of each measure.

    It takes whole-number weights of the rows, float64, shape (draws, rows), each draw adding up to the rows, and
    returns arrays of shape (draws,), NaN where a measure is undefined.
    """
    by_class = {name: one for name, one in measures.items() if isinstance(one, ByClass)}
    by_row = {name: one for name, one in measures.items() if isinstance(one, ByRow)}
    by_bin = {name: one for name, one in measures.items() if isinstance(one, ByBin)}
    ranked = _ranked(predictions, {name: one for name, one in measures.items() if isinstance(one, ByRanking)})
    counted = _counted(predictions) if by_class else None
    binned = _binned(predictions) if by_bin else None
    rows = predictions.labels.size
    columns = [one.values(predictions.labels, predictions.probabilities) for one in by_row.values()]
    matrix = np.stack(columns, axis=1) / rows if columns else np.zeros((rows, 0))

    def values(weights: np.ndarray) -> dict[str, np.ndarray]:
        found = dict(zip(by_row, (weights @ matrix).T, strict=True))
        if counted is not None:
            counts = counted(weights)
            found |= {name: one.value(counts) for name, one in by_class.items()}
        if binned is not None:
            gaps = binned(weights)
            found |= {name: one.value(gaps, rows) for name, one in by_bin.items()}
        return found | ranked(weights)

    return values


def class_counts(predictions: ClassPredictions) -> ClassCounts:
    """Return the counts of all rows, float64, shape (classes,)."""
    labels, predicted, classes = predictions.labels, predictions.predicted, predictions.probabilities.shape[1]
    ids = labels[labels == predicted], labels, predicted
    hits, actual, taken = (np.bincount(one, minlength=classes).astype(np.float64) for one in ids)
    return ClassCounts(hits, actual, taken, predictions.positive)


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part / whole, 0 if the whole is 0."""
    quotient: np.ndarray = np.zeros(np.shape(part))
    np.divide(part, whole, out=quotient, where=np.asarray(whole) > 0)
    return quotient


def _counted(predictions: ClassPredictions) -> Callable[[np.ndarray], ClassCounts]:
    """Return a function from draws to their counts by class."""
    labels, predicted, classes = predictions.labels, predictions.predicted, predictions.probabilities.shape[1]
    entries = [(labels, labels == predicted), (labels, np.ones(labels.size)), (predicted, np.ones(labels.size))]
    sums = _sums([(ids + place * classes, values) for place, (ids, values) in enumerate(entries)], 3 * classes)

    def counts(weights: np.ndarray) -> ClassCounts:
        hits, actual, taken = np.split(sums(weights), 3, axis=1)
        return ClassCounts(hits, actual, taken, predictions.positive)

    return counts


def _binned(predictions: ClassPredictions) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from draws to the sums of their gaps, shape (draws, bins)."""
    gap, bins = calibration.gaps(predictions.labels, predictions.probabilities)
    return _sums([(bins, gap)], calibration.BINS)


def _sums(entries: Sequence[tuple[np.ndarray, np.ndarray]], width: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from draws to sums, shape (draws, width): each entry adds a row's value to the row's column."""
    from scipy import sparse

    columns, values = (np.stack(parts, axis=1) for parts in zip(*entries, strict=True))
    ends = np.arange(0, columns.size + 1, len(entries))
    added = sparse.csr_array((values.ravel(), columns.ravel(), ends), shape=(len(columns), width))
    return lambda weights: np.asarray(weights @ added)


def _ranked(
    predictions: ClassPredictions, measures: Mapping[str, ByRanking]
) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    if not measures:
        return lambda _: {}
    rows, classes = predictions.probabilities.shape
    ranked = rankings(predictions.labels, predictions.probabilities, predictions.positive)
    if rows > EXACT_ROWS or rows * classes > EXACT_CELLS:
        parts, count = np.zeros((len(measures), rows)), 0
        for ranking in ranked:
            parts += [one.influence(ranking) for one in measures.values()]
            count += 1
        parts /= max(count, 1)
        return lambda weights: dict(zip(measures, parts @ weights.T, strict=True))
    kept = list(ranked)

    def values(weights: np.ndarray) -> dict[str, np.ndarray]:
        found = np.full((len(measures), len(kept), len(weights)), np.nan)
        for place, ranking in enumerate(kept):
            counts = ranking.weighted(weights)
            found[:, place] = [one.value(counts) for one in measures.values()]
        defined = ~np.isnan(found)
        total, means = np.where(defined, found, 0).sum(axis=1), np.full((len(measures), len(weights)), np.nan)
        np.divide(total, defined.sum(axis=1), out=means, where=defined.any(axis=1))
        return dict(zip(measures, means, strict=True))

    return values
