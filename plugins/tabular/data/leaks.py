"""Features that are the target under another name: a copy, other names of its classes, or a linear function of it."""

from collections.abc import Iterator

import numpy as np

from plugins.tabular.frame import FeatureFrame, TableSplit

__all__ = ["leak_notes"]

_LOOKED_AT = 100_000
"""A column must fit so many rows, spread evenly, before all rows are examined."""
_ROWS_OF_A_VALUE = 5
"""The least mean number of rows of a value: with fewer, each value may have only one class by chance."""
_ROWS_OF_A_CLASS = 5
"""Rows that two classes must have, for the same reason."""
_ROWS_OF_A_LINE = 20
"""So many rows do not lie on a line by chance."""
_OFF = 5e-3
"""How far from the line a target may lie, as a share of its usual distance from the median: the effect of rounding.

The standard deviation would not do: one outlier can make it arbitrarily large.
"""


def leak_notes(rows: TableSplit, wanted: frozenset[str]) -> Iterator[str]:
    """Yield a note on each feature that determines the target exactly.

    Of classes it is a feature each of whose values occurs with one class only, of numbers one of which the target is a
    linear function. Rows in which the feature is missing do not count, unless they are more than half. Columns with
    few rows a value, such as those that name the rows, determine nothing.

    Args:
        rows: Those of the training file.
        wanted: Features that the spec names.
    """
    frame, truths = rows.frame, rows.truths
    for name in frame.columns:
        present = np.flatnonzero(~frame.missing(name))
        if present.size * 2 < frame.rows:
            continue
        how = (
            _classes_of(frame, name, truths, present)
            if truths.dtype.kind == "i"
            else _line_of(frame, name, truths, present)
        )
        if how is not None:
            way = (
                'take it out of "features"' if name in wanted else f'leave it out: "dataset": {{"ignore": ["{name}"]}}'
            )
            some = "" if present.size == frame.rows else " that have a value"
            yield (
                f"Leak suspected: column {name!r} determines the target exactly: {how} in all {present.size:,} rows"
                f"{some}. If it is not known when a prediction is made, {way}."
            )


def _classes_of(frame: FeatureFrame, name: str, truths: np.ndarray, present: np.ndarray) -> str | None:
    """Return how the values of a feature determine classes; None if they do not."""
    cells = frame.columns[name]
    sample = _spread(present)
    if (values := _pure_values(cells[sample], truths[sample])) is None or values * _ROWS_OF_A_VALUE > sample.size:
        return None
    counts = np.sort(np.bincount(truths[present]))
    if counts.size < 2 or counts[-2] < _ROWS_OF_A_CLASS:
        return None
    values = values if sample.size == present.size else _pure_values(cells[present], truths[present])
    return None if values is None else f"each of its {values:,} values stands with one class only"


def _pure_values(cells: np.ndarray, classes: np.ndarray) -> int | None:
    """Return how many different values there are; None if one of them occurs with two classes."""
    values, places = np.unique(cells, return_inverse=True)
    first = np.zeros(values.size, dtype=classes.dtype)
    first[places] = classes  # the last one of each value, which all others must equal
    return int(values.size) if np.array_equal(first[places], classes) else None


def _line_of(frame: FeatureFrame, name: str, truths: np.ndarray, present: np.ndarray) -> str | None:
    """Return the line on which all numbers of a feature and the target lie; None if they do not."""
    cells = frame.columns[name]
    if cells.dtype.kind != "f" or present.size < _ROWS_OF_A_LINE:
        return None
    for chosen in (_spread(present), present):
        x, y = cells[chosen], truths[chosen]
        apart = np.abs(y - np.median(y))
        spread = float(x.std())
        if not spread or not apart.any():
            return None
        off = _OFF * float(np.median(apart[apart > 0]))
        slope = float(((x - x.mean()) / spread * (y - y.mean())).mean()) / spread
        if not np.abs(y - y.mean() - slope * (x - x.mean())).max() <= off:
            return None
        if chosen.size == present.size:
            break
    if np.array_equal(x, y):
        return "both are equal"
    start = float(y.mean() - slope * x.mean())
    further = "" if abs(start) < off else f" {'plus' if start > 0 else 'minus'} {abs(start):.3g}"
    return f"the target is {slope:.3g} times it{further}, up to rounding,"


def _spread(rows: np.ndarray) -> np.ndarray:
    if rows.size <= _LOOKED_AT:
        return rows
    return np.asarray(rows[np.linspace(0, rows.size - 1, _LOOKED_AT).astype(np.int64)])
