"""Which examples share a batch, and how a batch is cut into micro-batches.

Examples of similar length share a batch: the epoch's shuffle is cut into pools, each pool is sorted by length and cut
into batches, the batches are shuffled. There is no padding, so this saves no tokens; but the cost of a step
depends on its tokens, and attention processes texts of one length together. Micro-batches are cut from the rows in
order of length; the gradients of one batch are the same however it is cut.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

__all__ = ["by_length", "cut", "order", "steps"]

_POOL_ROWS = 2048
"""Rows of a pool: enough to hold several texts of one length."""
_POOL_BATCHES = 16
"""The least number of batches in a pool, for large batches."""


def order(lengths: np.ndarray, size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return the batches of one epoch: as many as without grouping, every row once.

    Args:
        lengths: Tokens of each row, shape (rows,).
        size: Rows of a batch; one of them gets the rest.
        seed: The order depends on it and `epoch` alone.
        epoch: From 0.

    Returns:
        Row numbers, one array a batch, sorted by length within it.
    """
    rng = np.random.default_rng((seed, epoch))
    rows = rng.permutation(lengths.size)
    # At most half of the data, or the rows of small data would share the same batches in every epoch.
    pool = min(max(_POOL_BATCHES, _POOL_ROWS // size), max(1, rows.size // (2 * size))) * size
    batches: list[np.ndarray] = []
    for start in range(0, rows.size, pool):
        members = by_length(lengths, rows[start : start + pool])
        whole, rest = divmod(members.size, size)
        sizes = rng.permutation([size] * whole + [rest] * (rest > 0))  # the small batch is not always the longest
        batches.extend(np.split(members, np.cumsum(sizes)[:-1]))
    return [batches[index] for index in rng.permutation(len(batches))]


def steps(lengths: np.ndarray, size: int, seed: int, epochs: int, done: int = 0) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the number (the first is 1) and the rows of each step of a training after the first `done`; see `order`."""
    per_epoch = math.ceil(lengths.size / size)
    for epoch in range(done // per_epoch, epochs):
        for step, rows in enumerate(order(lengths, size, seed, epoch), epoch * per_epoch + 1):
            if step > done:
                yield step, rows


def by_length(lengths: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return `rows` in order of length; rows of equal length keep their order."""
    return rows[np.argsort(lengths[rows], kind="stable")]


def cut(rows: np.ndarray, lengths: np.ndarray, budget: int, most: int) -> Sequence[np.ndarray]:
    """Cut rows into micro-batches.

    Args:
        rows: In order of length.
        lengths: Tokens of each row of the split.
        budget: The most tokens of a micro-batch; a single row may have more.
        most: The most rows of a micro-batch.
    """
    cuts, first, held = [], 0, 0
    for index, length in enumerate(lengths[rows].tolist()):
        if index > first and (held + length > budget or index - first == most):
            cuts.append(index)
            first, held = index, 0
        held += length
    return np.split(rows, cuts)
