"""Stratified samples, decided by a seed alone.

Every class gives its share, rounded by largest remainders (Hare-Niemeyer), so that sizes add up exactly. Rows are
ranked by `Generator.random`, which is the generator's bits themselves: the same on every platform.
"""

import numpy as np

__all__ = ["carve", "sample"]


def carve(labels: np.ndarray, share: float, seed: int, stream: int) -> tuple[np.ndarray, np.ndarray]:
    """Split rows in two, each class in proportion.

    At least one row is carved off, and every class keeps at least one: a class with a single row stays whole.

    Args:
        labels: Class ids, shape (rows,).
        share: Part of all rows to carve off, between 0 and 1.
        seed: Decides which.
        stream: Number of this use of the seed; different numbers draw independently.

    Returns:
        Indices of the rows that stay and of those carved off, each ascending; the second is empty where every class
        has one row only.
    """
    counts = np.bincount(labels)
    wanted = max(1, round(share * labels.size))
    taken = _pick(labels, _quotas(counts, wanted, np.zeros_like(counts), np.maximum(counts - 1, 0)), seed, stream)
    return np.flatnonzero(~taken), np.flatnonzero(taken)


def sample(labels: np.ndarray, size: int, seed: int, stream: int, *, every_class: bool) -> np.ndarray:
    """Keep `size` rows, each class in proportion; all where there are no more.

    Args:
        labels: Class ids, shape (rows,).
        size: Rows to keep; with `every_class` at least the number of classes.
        seed: Decides which.
        stream: Number of this use of the seed.
        every_class: Whether each class that is there keeps at least one row.

    Returns:
        Indices of the rows to keep, ascending.
    """
    counts = np.bincount(labels)
    least: np.ndarray = np.minimum(counts, 1) if every_class else np.zeros_like(counts)
    return np.flatnonzero(_pick(labels, _quotas(counts, size, least, counts), seed, stream))


def _quotas(counts: np.ndarray, wanted: int, least: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Share `wanted` rows among classes in proportion to `counts`, each between its `least` and `most`."""
    wanted = int(np.clip(wanted, least.sum(), most.sum()))
    exact = wanted * counts / counts.sum()
    quotas: np.ndarray = np.clip(np.floor(exact).astype(np.int64), least, most)
    while left := wanted - int(quotas.sum()):
        step = 1 if left > 0 else -1  # bounds may have given more than there was: take it back
        free = np.flatnonzero(quotas < most if left > 0 else quotas > least)
        furthest = free[np.argsort(-step * (exact - quotas)[free], kind="stable")]
        quotas[furthest[: abs(left)]] += step
    return quotas


def _pick(labels: np.ndarray, quotas: np.ndarray, seed: int, stream: int) -> np.ndarray:
    """Mark `quotas[c]` random rows of each class c; bool, shape (rows,)."""
    order = np.lexsort((np.random.default_rng([seed, stream]).random(labels.size), labels))
    starts = np.concatenate([[0], np.cumsum(np.bincount(labels))[:-1]])
    place = np.arange(labels.size) - starts[labels[order]]
    taken = np.zeros(labels.size, dtype=bool)
    taken[order] = place < quotas[labels[order]]
    return taken
