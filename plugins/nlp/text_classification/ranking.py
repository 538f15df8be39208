"""How well scores put the rows of a class before the others: areas under ROC curves, also of weighted rows.

An area is the chance that a row of the class has a higher score than one of another class, equal scores counting half
(Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic curve", 1982), which is
what the trapezoidal rule gives.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["Ranking", "area", "judged_classes", "rank"]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """One class against the rest, by its score.

    Attributes:
        positives: Rows of the class.
        negatives: The other rows, by ascending score.
        below: For each of `positives`, how many of `negatives` have a lower score.
        upto: For each of `positives`, how many have a lower or equal one.
    """

    positives: np.ndarray
    negatives: np.ndarray
    below: np.ndarray
    upto: np.ndarray

    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """Return for each positive the share of negatives that it beats, and for each negative of those that beat it.

        Both have the area as their mean (the structural components of DeLong, DeLong and Clarke-Pearson, 1988).
        """
        beaten = (self.below + self.upto) / (2 * self.negatives.size)
        width = self.negatives.size + 1
        passed = np.cumsum(np.bincount(self.below, minlength=width) + np.bincount(self.upto, minlength=width))[:-1]
        return beaten, 1 - passed / (2 * self.positives.size)

    def areas(self, weights: np.ndarray) -> np.ndarray:
        """Return the area for each row of whole-number weights, (draws, rows); NaN where a side has no weight."""
        won = np.zeros((len(weights), self.negatives.size + 1), dtype=np.int64)
        np.cumsum(weights[:, self.negatives], axis=1, out=won[:, 1:])
        mine = weights[:, self.positives]
        twice = np.einsum("ij,ij->i", mine, won[:, self.below] + won[:, self.upto])
        pairs = mine.sum(axis=1) * won[:, -1]
        areas: np.ndarray = np.full(len(weights), np.nan)
        np.divide(twice, 2 * pairs, out=areas, where=pairs > 0)
        return areas


def rank(labels: np.ndarray, probabilities: np.ndarray, of: int) -> Ranking | None:
    """Rank the rows by the probability of class `of`; None where they are all of it, or none is."""
    mine = labels == of
    positives, negatives = np.flatnonzero(mine), np.flatnonzero(~mine)
    if not positives.size or not negatives.size:
        return None
    scores = probabilities[:, of]
    negatives = negatives[np.argsort(scores[negatives], kind="stable")]
    sought, ascending = scores[positives], scores[negatives]
    return Ranking(
        positives, negatives, np.searchsorted(ascending, sought, "left"), np.searchsorted(ascending, sought, "right")
    )


def area(labels: np.ndarray, probabilities: np.ndarray, positive: int = 1) -> float | None:
    """Return the area of the positive class for two, else the mean over the classes that have rows; None without two.

    Args:
        labels: True class ids, shape (rows,).
        probabilities: Shape (rows, classes).
        positive: Id of the positive class.
    """
    found = [
        float((one.below + one.upto).mean() / (2 * one.negatives.size))
        for of in judged_classes(labels, probabilities.shape[1], positive)
        if (one := rank(labels, probabilities, of)) is not None
    ]
    return float(np.mean(found)) if found else None


def judged_classes(labels: np.ndarray, classes: int, positive: int) -> list[int]:
    """Return the classes that are ranked against the rest: the positive one of two, else all that have rows."""
    present = np.unique(labels).tolist()
    return present if classes > 2 else [positive]
