"""Which rows a split gets: stratified samples decided by a seed alone, whole groups, or the latest rows.

Every class gives its share, rounded by largest remainders (Hare-Niemeyer), so that sizes add up exactly. Rows are
ranked by `Generator.random`, which is the generator's bits themselves: the same on every platform.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

__all__ = ["carve", "carve_groups", "carve_latest", "sample", "with_time"]

_RESTARTS, _TRIES = 32, 200_000
"""Random orders of the groups that are tried, fewer if there are many: groups x orders up to the second number."""
_SIZE = 20.0
"""Weight of the size of a split next to that of its classes."""


def carve(labels: np.ndarray, share: float, seed: int, stream: int) -> tuple[np.ndarray, np.ndarray]:
    """Split rows in two, each class in proportion.

    At least one row is carved off, and every class keeps at least one: a class with a single row stays whole.

    Args:
        labels: Class ids, shape (rows,).
        share: Part of all rows to carve off, between 0 and 1.
        seed: Decides which.
        stream: Number of this use of the seed; different numbers draw independently.

    Returns:
        Indices of the rows that stay and of those carved off, each ascending; the second is empty if every class
        has only one row.
    """
    counts = np.bincount(labels)
    wanted = max(1, round(share * labels.size))
    taken = _pick(labels, _quotas(counts, wanted, np.zeros_like(counts), np.maximum(counts - 1, 0)), seed, stream)
    return np.flatnonzero(~taken), np.flatnonzero(taken)


def carve_groups(
    labels: np.ndarray, groups: np.ndarray, share: float, seed: int, stream: int
) -> tuple[np.ndarray, np.ndarray]:
    """Split rows in two without dividing a group.

    Groups are taken in a random order as long as each brings size and classes nearer to their shares; the best of
    several orders counts. At least one group is carved off, the one that fits best if all are too large, and every
    class keeps at least one row: a class that only one group holds stays whole.

    Args:
        labels: Class ids, shape (rows,).
        groups: Ids of the groups, int, shape (rows,); a row with a negative id is a group of its own.
        share: Part of all rows to carve off, between 0 and 1.
        seed: Decides which.
        stream: Number of this use of the seed; different numbers draw independently.

    Returns:
        Indices of the rows that stay and of those carved off, each ascending; the second is empty if each group
        is the only one with some class.
    """
    units, count = _units(groups)
    if count == labels.size:
        return carve(labels, share, seed, stream)
    contents = _contents(labels, units, count)
    totals = np.bincount(labels).tolist()
    wanted = max(1, round(share * labels.size))
    chance = np.random.default_rng([seed, stream])
    best, chosen = math.inf, []
    for _ in range(max(1, min(_RESTARTS, _TRIES // count))):
        order = np.argsort(chance.random(count), kind="stable").tolist()
        error, taken = _take(contents, order, totals, wanted)
        if taken and error < best:
            best, chosen = error, taken
    carved = np.zeros(count, dtype=bool)
    carved[chosen] = True
    return np.flatnonzero(~carved[units]), np.flatnonzero(carved[units])


def carve_latest(times: np.ndarray, share: float, groups: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Split rows in two, the latest on one side; rows of one time, or of one group, always stay together.

    The border between two times is the one that brings the size nearest to its share, at least one row being on each
    side. A group goes where its latest row goes. Rows without a time stay.

    Args:
        times: Dates, float or int, shape (rows,); see `with_time` for those without one.
        share: Part of all rows to carve off, between 0 and 1.
        groups: As for `carve_groups`; None if rows are on their own.

    Returns:
        Indices of the rows that stay and of those carved off, each ascending; the second is empty if all rows have
        the same time, or none.
    """
    known = with_time(times)
    if groups is not None:
        times, known = _latest_of_groups(times, known, _units(groups)[0])
    values, counts = np.unique(times[known], return_counts=True)
    later = np.cumsum(counts[::-1])[::-1]  # rows from each time on
    possible = np.flatnonzero(later < times.size)
    if not possible.size:
        return np.arange(times.size), np.zeros(0, dtype=np.int64)
    wanted = max(1, round(share * times.size))
    border = values[possible[np.argmin(np.abs(later[possible] - wanted))]]
    carved = known & (times >= border)
    return np.flatnonzero(~carved), np.flatnonzero(carved)


def with_time(times: np.ndarray) -> np.ndarray:
    """Return which rows have a time, bool, shape (rows,).

    Missing are NaT, NaN and the least 64-bit integer, as which NumPy stores NaT.
    """
    missing: np.ndarray = times == np.iinfo(np.int64).min if times.dtype.kind == "i" else np.isnan(times)
    return ~missing


def sample(labels: np.ndarray, size: int, seed: int, stream: int, *, every_class: bool) -> np.ndarray:
    """Keep `size` rows, each class in proportion; all if there are no more.

    Args:
        labels: Class ids, shape (rows,).
        size: Rows to keep; with `every_class` at least the number of classes.
        seed: Decides which.
        stream: Number of this use of the seed.
        every_class: Whether each class that occurs keeps at least one row.

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
        step = 1 if left > 0 else -1  # the bounds may have given more rows than wanted: remove them
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


def _units(groups: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the number of each row's group from 0, shape (rows,), and how many there are."""
    alone = groups < 0
    own = np.where(alone, groups.max(initial=0) + 1 + np.arange(groups.size), groups)
    values, units = np.unique(own, return_inverse=True)
    return units, values.size


def _contents(labels: np.ndarray, units: np.ndarray, count: int) -> list[list[tuple[int, int]]]:
    """Return of each group its classes with their rows."""
    classes = int(labels.max()) + 1
    cells, rows = np.unique(units * classes + labels, return_counts=True)
    contents: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for cell, size in zip(cells.tolist(), rows.tolist(), strict=True):
        contents[cell // classes].append((cell % classes, size))
    return contents


def _take(
    contents: Sequence[Sequence[tuple[int, int]]], order: Sequence[int], totals: Sequence[int], wanted: int
) -> tuple[float, list[int]]:
    """Take groups in `order` that bring the sums nearer to what is wanted; return the error that is left, and them.

    The error is `_SIZE` times the squared distance from the wanted size over all rows, plus that of each class over
    its rows. If no group brings anything nearer, the least harmful one is taken; none if each would remove a class.
    """
    rows = sum(totals)
    left = [wanted * total / rows for total in totals]  # what is still wanted; negative if there is too much
    spare = [total - 1 for total in totals]
    gap, taken = float(wanted), list[int]()
    error = _SIZE * wanted * wanted / rows
    error += sum(part * part / total for part, total in zip(left, totals, strict=True) if total)
    least, fallback = math.inf, -1
    for group in order:
        content = contents[group]
        if any(spare[label] < size for label, size in content):
            continue
        size = sum(size for _, size in content)
        change = _SIZE * size * (size - 2 * gap) / rows + sum(_changes(content, left, totals))
        if change < 0:
            gap, error = gap - size, error + change
            taken.append(group)
            for label, part in content:
                left[label] -= part
                spare[label] -= part
        elif not taken and change < least:
            least, fallback = change, group
    if not taken and fallback >= 0:
        return error + least, [fallback]
    return error, taken


def _changes(content: Sequence[tuple[int, int]], left: Sequence[float], totals: Sequence[int]) -> Iterator[float]:
    for label, size in content:
        yield size * (size - 2 * left[label]) / totals[label]


def _latest_of_groups(times: np.ndarray, known: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each row the latest time of its group; return which rows have one now, too."""
    order = np.lexsort((times, known, units))
    last = np.append(np.flatnonzero(np.diff(units[order])), units.size - 1)
    latest = order[last]  # the last of each group in order: unknown times sort before known ones
    return times[latest][units], known[latest][units]
