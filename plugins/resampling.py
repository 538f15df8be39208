"""Draws of rows with replacement, as weights: how often each row, or each kind of rows, was drawn."""

from collections.abc import Iterator
from typing import Final

import numpy as np

__all__ = ["INTERVAL", "draw_trainings", "draws"]

INTERVAL: Final = (2.5, 97.5)
"""Percentiles between which 95 % of all draws lie."""
_HELD = 1 << 20
"""Weights that are held at a time: 8 MB, and several times as much for the results."""


def draws(kinds: np.ndarray, count: int, rng: np.random.Generator, *, width: int = 0) -> Iterator[np.ndarray]:
    """Yield `count` draws of as many rows as there are, in batches of shape (draws, kinds), whole numbers in float64.

    Args:
        kinds: The kind of each row, ids from 0, shape (rows,); each row's own number if all differ.
        count: How many draws.
        rng: Decides them.
        width: Numbers that are made of each draw; with many of them, batches are smaller.
    """
    rows, size = kinds.size, int(kinds.max()) + 1
    batch = max(1, _HELD // max(size, width))
    for start in range(0, count, batch):
        weights = np.empty((min(batch, count - start), size))
        for weight in weights:
            weight[:] = np.bincount(kinds[rng.integers(0, rows, rows)], minlength=size)
        yield weights


def draw_trainings(side: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the mean of n trainings drawn with replacement for each row of (resamples, n), spread without bias.

    Drawing from n values has their variance with the divisor n, (n - 1) / n of the unbiased one; so the deviation
    from the mean is scaled by sqrt(n / (n - 1)). For a single training no spread is known, and none is drawn.
    """
    mean, trainings = side.mean(axis=1), side.shape[1]
    if trainings == 1:
        return np.asarray(mean)
    drawn = np.take_along_axis(side, rng.integers(0, trainings, side.shape), axis=1).mean(axis=1)
    return np.asarray(mean + np.sqrt(trainings / (trainings - 1)) * (drawn - mean))
