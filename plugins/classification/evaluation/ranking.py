"""How well scores rank the rows of one class before all others: the basis of ROC and precision-recall curves.

The area under a ROC curve is the chance that a row of the class has a higher score than one of another class, equal
scores counting half (Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic
curve", 1982). Average precision is the mean over the rows of the class of the precision at their score, the area under
the precision-recall curve without interpolation. Both are scikit-learn's definitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

__all__ = [
    "RankCounts",
    "Ranking",
    "average_precision",
    "average_precision_influence",
    "rankings",
    "roc_auc",
    "roc_auc_influence",
]


@dataclass(frozen=True, slots=True, eq=False)
class RankCounts:
    """Weights of rows by their place in a ranking, for several draws of rows at once.

    Attributes:
        weights: Of each row of the class, shape (draws, positives).
        positives: Of all rows of the class, shape (draws,).
        negatives: Of all other rows, shape (draws,).
        lower_positives: For each row of the class, of those of the class with a lower score, (draws, positives).
        lower_negatives: Of other rows with a lower score, the same shape.
        upto_negatives: Of other rows with a lower or equal score, the same shape.
    """

    weights: np.ndarray
    positives: np.ndarray
    negatives: np.ndarray
    lower_positives: np.ndarray
    lower_negatives: np.ndarray
    upto_negatives: np.ndarray


def roc_auc(counts: RankCounts) -> np.ndarray:
    """Return the area under the ROC curve of each draw, shape (draws,); NaN if one side has no weight."""
    won = np.einsum("ij,ij->i", counts.weights, counts.lower_negatives + counts.upto_negatives)
    return _quotient(won, 2 * counts.positives * counts.negatives, counts)


def average_precision(counts: RankCounts) -> np.ndarray:
    """Return the average precision of each draw, shape (draws,); NaN if one side has no weight."""
    found = counts.positives[:, None] - counts.lower_positives
    taken = found + counts.negatives[:, None] - counts.lower_negatives
    precision = np.divide(found, taken, out=np.zeros_like(found), where=taken > 0)
    return _quotient(np.einsum("ij,ij->i", counts.weights, precision), counts.positives, counts)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """One class against the rest, by its score.

    Attributes:
        positives: Rows of the class, by ascending score.
        negatives: The other rows, by ascending score.
        lower_positives: For each of `positives`, how many of them have a lower score.
        lower_negatives: How many of `negatives` have a lower score.
        upto_negatives: How many of `negatives` have a lower or equal score.
    """

    positives: np.ndarray
    negatives: np.ndarray
    lower_positives: np.ndarray
    lower_negatives: np.ndarray
    upto_negatives: np.ndarray

    def counts(self) -> RankCounts:
        """Return the counts of one draw in which each row has the weight 1."""
        sides = (np.array([float(side.size)]) for side in (self.positives, self.negatives))
        places = (self.lower_positives, self.lower_negatives, self.upto_negatives)
        return RankCounts(np.ones((1, self.positives.size)), *sides, *(place[None].astype(float) for place in places))

    def weighted(self, weights: np.ndarray) -> RankCounts:
        """Return the counts of draws in which rows have the given weights, shape (draws, rows)."""
        mine = weights[:, self.positives]
        positives, negatives = _cumulated(mine), _cumulated(weights[:, self.negatives])
        return RankCounts(
            mine,
            positives[:, -1],
            negatives[:, -1],
            positives[:, self.lower_positives],
            negatives[:, self.lower_negatives],
            negatives[:, self.upto_negatives],
        )


def rankings(labels: np.ndarray, probabilities: np.ndarray, positive: int) -> Iterator[Ranking]:
    """Yield the positive class of two against the other, or each class that has rows against all others.

    A class without rows, or with all rows, has no ranking.

    Args:
        labels: True class ids, shape (rows,).
        probabilities: Shape (rows, classes).
        positive: Id of the positive class; it does not matter for more than two classes.
    """
    for of in [positive] if probabilities.shape[1] == 2 else np.unique(labels).tolist():
        mine, scores = labels == of, probabilities[:, of]
        positives, negatives = np.flatnonzero(mine), np.flatnonzero(~mine)
        if not positives.size or not negatives.size:
            continue
        positives = positives[np.argsort(scores[positives])]
        negatives = negatives[np.argsort(scores[negatives])]
        sought, ascending = scores[positives], scores[negatives]
        yield Ranking(
            positives,
            negatives,
            np.searchsorted(sought, sought, "left"),
            np.searchsorted(ascending, sought, "left"),
            np.searchsorted(ascending, sought, "right"),
        )


def roc_auc_influence(ranking: Ranking) -> np.ndarray:
    """Return what a weight of 1 on each row adds to the area, to first order around equal weights; shape (rows,).

    These are the structural components of DeLong, DeLong and Clarke-Pearson (1988), less their mean.
    """
    positives, negatives = ranking.positives.size, ranking.negatives.size
    beaten = (ranking.lower_negatives + ranking.upto_negatives) / (2 * negatives)
    lost = (_cumulated_at(ranking.lower_negatives, negatives) + _cumulated_at(ranking.upto_negatives, negatives)) / 2
    area = float(beaten.mean())
    return _by_row(ranking, (beaten - area) / positives, (1 - lost / positives - area) / negatives, area)


def average_precision_influence(ranking: Ranking) -> np.ndarray:
    """Return what a weight of 1 on each row adds to the average precision, to first order; shape (rows,).

    The derivative of the mean of ``found / taken`` over the rows of the class: each adds its own precision, and is
    found and taken by all that have no higher score.
    """
    positives, negatives = ranking.positives.size, ranking.negatives.size
    found, wrong = positives - ranking.lower_positives, negatives - ranking.lower_negatives
    precision, square = found / (found + wrong), (found + wrong) ** 2
    average = float(precision.mean())
    gained = np.cumsum(wrong / square)
    last = np.searchsorted(ranking.lower_positives, ranking.lower_positives, "right") - 1  # the last with equal score
    lost = _cumulated_at(ranking.lower_negatives, negatives, found / square)
    return _by_row(ranking, (precision - average + gained[last]) / positives, -lost / positives, average)


def _by_row(ranking: Ranking, of_positives: np.ndarray, of_negatives: np.ndarray, value: float) -> np.ndarray:
    """Return each row's part, so that weights which add up to the rows, times the parts, give the value."""
    parts = np.empty(ranking.positives.size + ranking.negatives.size)
    parts[ranking.positives], parts[ranking.negatives] = of_positives, of_negatives
    return np.asarray(parts + value / parts.size)


def _cumulated(weights: np.ndarray) -> np.ndarray:
    """Return the weight before each place of a side and, last, all of it."""
    sums = np.zeros((len(weights), weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    return sums


def _cumulated_at(places: np.ndarray, size: int, values: np.ndarray | None = None) -> np.ndarray:
    """Return for each of 0 to `size` - 1 the sum of the values (of 1 each if None) whose place is not above it."""
    return np.cumsum(np.bincount(places, values, minlength=size + 1))[:-1]


def _quotient(part: np.ndarray, whole: np.ndarray, counts: RankCounts) -> np.ndarray:
    values: np.ndarray = np.full(len(part), np.nan)
    np.divide(part, whole, out=values, where=(counts.positives > 0) & (counts.negatives > 0))
    return values
