"""The classes of a data set: which stored value is which id, and what each is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.errors import DataError
from plugins.nlp.text_classification.data.labels import RawLabels
from plugins.nlp.text_classification.data.records import Source
from plugins.nlp.text_classification.data.wording import listed, rows_named

__all__ = ["Classes", "encode", "find_classes"]

_MOST = 1000
_FEW = 20
"""Up to so many classes, a tiny data set may have fewer than two rows of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The classes that train knows.

    Attributes:
        names: In the order of their ids.
        ids: The id of every stored value.
        notes: What a reader should know of how they were found.
    """

    names: tuple[str, ...]
    ids: Mapping[str, int]
    notes: tuple[str, ...] = ()


def find_classes(source: Source, column: str, raw: RawLabels, kept: np.ndarray, given: Sequence[str] | None) -> Classes:
    """Find the classes of the training rows.

    Whole numbers are sorted as numbers, other values as strings. Names come from `given` (`dataset.labels`), else
    from names published with the data, else they are the values themselves. Published classes without a training row
    are left out, with a note: nothing could be learnt of them.

    Args:
        source: The training rows.
        column: Its label column.
        raw: That column, read.
        kept: Which rows count (bool, shape (rows,)).
        given: Names from the spec, in the order of ids.

    Raises:
        DataError: A row without label, one class only, so many classes that the column must be another, or names
            that disagree with the values.
    """
    _check_labelled(source, column, raw, kept)
    rows = int(kept.sum())
    used = np.unique(raw.codes[kept])
    values = sorted((raw.values[code] for code in used), key=int if raw.whole else str)
    _check_count(source, column, values, rows)
    published = source.class_names.get(column) if raw.whole else None
    if published is not None:
        return _published(source, column, values, given, published)
    if given is None:
        return Classes(tuple(values), {value: index for index, value in enumerate(values)})
    if len(set(given)) == len(given) == len(values):
        if set(given) == set(values):
            return Classes(tuple(given), {value: index for index, value in enumerate(given)})
        if values == [str(index) for index in range(len(given))]:
            return Classes(tuple(given), {value: index for index, value in enumerate(values)})
    raise DataError(
        f"dataset.labels names {len(given)} classes ({listed(given)}), but column {column!r} of {source.origin} "
        f"holds {len(values)} ({listed(values)}). Give one name for each id 0, 1, ..., or the values themselves.",
        field="dataset.labels",
    )


def encode(source: Source, column: str, raw: RawLabels, kept: np.ndarray, classes: Classes) -> np.ndarray:
    """Return the class ids of the kept rows, int64, shape (kept rows,).

    Raises:
        DataError: A row without label, or a value that train does not have.
    """
    _check_labelled(source, column, raw, kept)
    codes = raw.codes[kept]
    unknown = [raw.values[code] for code in np.unique(codes) if raw.values[code] not in classes.ids]
    if unknown:
        values = sorted(classes.ids, key=lambda value: classes.ids[value])
        raise DataError(
            f"{source.origin}: column {column!r} holds {listed(unknown)}, which train does not have; "
            f"train has {listed(values)}.",
            field=source.field,
        )
    ids: np.ndarray = np.array([classes.ids.get(value, -1) for value in raw.values], dtype=np.int64)[codes]
    return ids


def _published(
    source: Source, column: str, values: Sequence[str], given: Sequence[str] | None, published: Sequence[str]
) -> Classes:
    names = published if given is None else given
    if len(names) != len(published) or len(set(names)) != len(names):
        raise DataError(
            f"dataset.labels names {len(names)} classes ({listed(names)}); {source.origin} declares {len(published)} "
            f"({listed(published)}). Give as many different names, or leave dataset.labels out.",
            field="dataset.labels",
        )
    if outside := [value for value in values if not 0 <= int(value) < len(names)]:
        raise DataError(
            f"{source.origin}: column {column!r} holds {listed(outside)}, outside the ids 0 to {len(names) - 1} "
            f"of its declared classes ({listed(names)}).",
            field=source.field,
        )
    unused = [name for index, name in enumerate(names) if str(index) not in values]
    notes = (f"Declared classes without a training row are left out: {listed(unused)}.",) if unused else ()
    return Classes(
        tuple(names[int(value)] for value in values), {value: index for index, value in enumerate(values)}, notes
    )


def _check_labelled(source: Source, column: str, raw: RawLabels, kept: np.ndarray) -> None:
    missing = np.flatnonzero(kept & (raw.codes < 0)) + 1
    if missing.size:
        numbers = missing.tolist()
        raise DataError(
            f"{source.origin}: {len(numbers):,} of {int(kept.sum()):,} rows have no label in column {column!r}: "
            f"{rows_named(numbers)} (counted without a header). Label or remove them.",
            field=source.field,
        )


def _check_count(source: Source, column: str, values: Sequence[str], rows: int) -> None:
    if len(values) == 1:
        raise DataError(
            f"{source.origin}: column {column!r} holds one class only ({listed(values)}); two or more are needed.",
            field=source.field,
        )
    if len(values) > _MOST or len(values) == rows or (len(values) > _FEW and 2 * len(values) > rows):
        raise DataError(
            f"{source.origin}: column {column!r} holds {len(values):,} different values in {rows:,} rows "
            f"({listed(values[:3])}, ...): these look like ids or texts, not classes (at most {_MOST:,}). "
            f"Name the label column; the columns: {listed(source.table.column_names)}.",
            field="dataset.label",
        )
