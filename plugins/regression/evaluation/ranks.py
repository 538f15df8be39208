"""Spearman's correlation: of all rows, of many draws of them, and to first order by each row's influence.

A row's grade is the share of rows below it and half of those equal to it; the correlation of grades is that of average
ranks. Re-ranking each draw takes long for many rows. Above `EXACT_ROWS` the draws are evaluated by influence instead:
what a weight of 1 on each row adds to the value, to first order (Hampel, "The influence curve and its role in robust
estimation", 1974), which becomes exact as rows grow.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["EXACT_ROWS", "spearman", "weighted_spearman"]

EXACT_ROWS = 1 << 12


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """Values in ascending order.

    Attributes:
        order: The rows in this order, shape (rows,).
        starts: Where each distinct value begins in it, shape (distinct values,).
        groups: Of each row the number of its value, shape (rows,).
    """

    order: np.ndarray
    starts: np.ndarray
    groups: np.ndarray

    def grades(self, weights: np.ndarray) -> np.ndarray:
        """Return the grade of each row in each draw, shape (draws, rows); `weights` add up to the rows in each."""
        tied = np.add.reduceat(weights[:, self.order], self.starts, axis=1)
        below = np.cumsum(tied, axis=1) - tied
        return np.asarray(((below + tied / 2) / weights.shape[1])[:, self.groups])

    def above(self, values: np.ndarray) -> np.ndarray:
        """Return for each row the sum of `values` of rows above it, and half of equal ones, divided by all rows."""
        tied = np.add.reduceat(values[self.order], self.starts)
        larger = tied.sum() - np.cumsum(tied)
        return np.asarray(((larger + tied / 2) / values.size)[self.groups])


def spearman(truths: np.ndarray, predicted: np.ndarray) -> float:
    """Return the correlation of average ranks; 0 if all predictions are equal, NaN if all truths are."""
    return float(_exact(truths, predicted)(np.ones((1, truths.size)))[0])


def weighted_spearman(truths: np.ndarray, predicted: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from draws, shape (draws, rows), to the value of each, shape (draws,)."""
    if truths.size <= EXACT_ROWS:
        return _exact(truths, predicted)
    value, influence = spearman(truths, predicted), _influence(truths, predicted)
    return lambda weights: value + weights @ influence / truths.size


def _exact(truths: np.ndarray, predicted: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    orders = _order(truths), _order(predicted)

    def values(weights: np.ndarray) -> np.ndarray:
        of_truths, of_predicted = (order.grades(weights) - 0.5 for order in orders)  # 0.5 is the mean in every draw
        together, first, second = (
            np.einsum("ij,ij,ij->i", weights, one, other)
            for one, other in ((of_truths, of_predicted), (of_truths, of_truths), (of_predicted, of_predicted))
        )
        return _correlation(together, first, second)

    return values


def _correlation(together: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    found = np.where(first > 0, 0.0, np.nan)
    spread = np.sqrt(first * second)
    np.divide(together, spread, out=found, where=spread > 0)
    return np.clip(found, -1.0, 1.0)


def _influence(truths: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return what a weight of 1 on each row adds to the value, shape (rows,); its mean is 0."""
    first, second = _order(truths), _order(predicted)
    ones = np.ones((1, truths.size))
    u, v = first.grades(ones)[0] - 0.5, second.grades(ones)[0] - 0.5
    together, of_u, of_v = float((u * v).mean()), float((u * u).mean()), float((v * v).mean())
    if not of_u or not of_v:
        return np.zeros(truths.size)
    changes = u * v + first.above(v) + second.above(u)
    changes_u, changes_v = u * u + 2 * first.above(u), v * v + 2 * second.above(v)
    parts = [part - part.mean() for part in (changes, changes_u, changes_v)]
    scale = np.sqrt(of_u * of_v)
    return np.asarray(parts[0] / scale - together / scale / 2 * (parts[1] / of_u + parts[2] / of_v))


def _order(values: np.ndarray) -> _Order:
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.append(True, ordered[1:] != ordered[:-1])
    groups = np.empty(values.size, dtype=np.int64)
    groups[order] = np.cumsum(begins) - 1
    return _Order(order, np.flatnonzero(begins), groups)
