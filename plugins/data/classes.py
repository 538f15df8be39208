"""The classes of a data set: which stored value is which id, and what each is called."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from catalog.errors import DataError
from plugins.data.datasets import LabelFields
from plugins.data.labels import RawLabels, counted, fold, label_key, merge_key, visible
from plugins.data.sources import Source
from plugins.tables.wording import listed, rows_named

__all__ = ["Classes", "check_labelled", "encode", "find_classes"]

_MOST = 1000
_FEW = 20
"""With up to so many classes, a tiny data set may have fewer than two rows of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """The classes that train knows.

    Attributes:
        names: In the order of their ids.
        ids: The id of every stored value.
        folded: Whether values that differ in letter case, spaces and the like are the same.
        renamed: Whether the spec gives other names to stored values.
        notes: What a reader should know of how they were found.
    """

    names: tuple[str, ...]
    ids: Mapping[str, int]
    folded: bool = False
    renamed: bool = False
    notes: tuple[str, ...] = ()

    def id_of(self, value: str) -> int | None:
        """Return the class of a stored value, also as another file format spells it; None if train lacks it."""
        if value in self.ids:
            return self.ids[value]
        for key in (label_key, merge_key) if self.folded else (label_key,):
            found = {index for known, index in self.ids.items() if key(known) == key(value)}
            if len(found) == 1:
                return found.pop()
        return None


def find_classes(source: Source, column: str, raw: RawLabels, kept: np.ndarray, dataset: LabelFields) -> Classes:
    """Find the classes of the training rows.

    Numbers are sorted as numbers, other values as strings. Names come from `dataset.labels`, else from names published
    with the data, else they are the values themselves. Published classes without a training row are left out, with a
    note: a model cannot learn them.

    Args:
        source: The training rows, or their first file.
        column: Its label column.
        raw: That column, read.
        kept: Which rows count (bool, shape (rows,)).
        dataset: The names of classes, and whether spellings are merged.

    Raises:
        DataError: One class only, so many classes that the column must be another, or names that disagree with the
            values.
    """
    counts = raw.counts(kept)
    values = sorted(counts, key=float if raw.numeric else str)
    published = source.class_names.get(column) if raw.whole else None
    merged: Mapping[str, str] = {value: value for value in values}
    notes: tuple[str, ...] = ()
    if dataset.normalize_labels:
        merged, notes = _merged(values, counts, tuple(dataset.labels or ()))
        values = sorted(set(merged.values()), key=float if raw.numeric else str)
    if isinstance(dataset.labels, dict):
        renamed = _renamed(source, column, values, merged, dataset.labels, notes)
        return replace(renamed, folded=bool(dataset.normalize_labels))
    _check_count(source, column, values, int(kept.sum()), named=dataset.label is not None)
    given = dataset.labels
    if published is not None:
        return _published(source, column, values, given, published)
    if given is None:
        names, ids = tuple(values), {value: index for index, value in enumerate(values)}
    elif len(set(given)) == len(given) == len(values) and set(given) == set(values):
        names, ids = tuple(given), {value: index for index, value in enumerate(given)}
    elif len(set(given)) == len(given) == len(values) and raw.numeric:
        names, ids = tuple(given), {value: index for index, value in enumerate(values)}
    else:
        raise DataError(
            f"dataset.labels names {len(given)} classes ({listed(given)}), but column {column!r} of {source.origin} "
            f"holds {len(values)} ({listed(values)}). Give the values themselves, one name for each number in sorted "
            'order, or an object such as {"1": "bad", "2": "good"}.',
            field="dataset.labels",
        )
    return Classes(
        names,
        {value: ids[merged[value]] for value in merged},
        folded=bool(dataset.normalize_labels),
        renamed=names != tuple(values) and set(names) != set(values),
        notes=notes,
    )


def encode(sources: Sequence[Source], column: str, raw: RawLabels, kept: np.ndarray, classes: Classes) -> np.ndarray:
    """Return the class ids of the kept rows, int64, shape (kept rows,).

    Raises:
        DataError: A value that train does not have.
    """
    counts = raw.counts(kept)
    ids = {value: classes.id_of(value) for value in raw.values}
    if unknown := {value: count for value, count in counts.items() if ids[value] is None}:
        near = [value for value in unknown if any(fold(value) == fold(known) for known in classes.ids)]
        hint = (
            f' {listed(map(repr, near))} differ only in spelling: "normalize_labels": true merges them.' if near else ""
        )
        raise DataError(
            f"{sources[0].origin}: column {column!r} holds labels that train does not have: {counted(unknown)}; "
            f"train has {listed(_stored(classes))}.{hint}",
            field=sources[0].field,
        )
    codes = np.array([-1 if ids[value] is None else ids[value] for value in raw.values] + [-1], dtype=np.int64)
    found: np.ndarray = codes[raw.codes[kept]]
    return found


def check_labelled(source: Source, column: str, missing: np.ndarray) -> None:
    """Check that every row has a label.

    Args:
        source: A file.
        column: Its label column.
        missing: Which rows have a text and no label (bool, shape (rows,)).

    Raises:
        DataError: Some have none; the message gives the first rows.
    """
    rows = (np.flatnonzero(missing) + 1).tolist()
    if rows:
        of_study = source.field.startswith("dataset")
        how = 'set "missing_labels": "drop" to leave them out' if of_study else "remove these rows"
        raise DataError(
            f"{source.origin}: {len(rows):,} of {missing.size:,} rows have no label in column {column!r}: "
            f"{rows_named(rows)} (counted without a header). Label them, or {how}.",
            field=source.field,
        )


def _stored(classes: Classes) -> list[str]:
    """Return the stored values in the order of their ids."""
    return sorted(classes.ids, key=lambda value: classes.ids[value])


def _merged(
    values: Sequence[str], counts: Mapping[str, int], given: Sequence[str]
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return one spelling of each value, and a note on what was merged.

    The spelling is that of the spec's labels (`given`), else the most frequent one without invisible characters.
    """
    groups: dict[str, list[str]] = {}
    for value in values:
        groups.setdefault(merge_key(value), []).append(value)
    chosen = {
        key: min(group, key=lambda value: (visible(value) != value, -counts[value], value))
        for key, group in groups.items()
    }
    chosen |= {merge_key(name): name for name in given if merge_key(name) in chosen}
    merged = {value: chosen[merge_key(value)] for value in values}
    others = Counter({value: counts[value] for value in values if merged[value] != value})
    if not others:
        return merged, ()
    note = f"Labels of other spelling were merged into {listed(sorted({merged[value] for value in others}))}: "
    return merged, (note + f"{counted(others)}.",)


def _renamed(
    source: Source,
    column: str,
    values: Sequence[str],
    merged: Mapping[str, str],
    names: Mapping[str, str],
    notes: tuple[str, ...],
) -> Classes:
    keyed = {label_key(value): name for value, name in names.items()}
    if len(keyed) < len(names):
        raise DataError(
            f"dataset.labels names one value twice, in two spellings: {listed(names)}.", field="dataset.labels"
        )
    if missing := [value for value in values if label_key(value) not in keyed]:
        raise DataError(
            f"dataset.labels has no name for {listed(missing)}, which column {column!r} of {source.origin} holds; it "
            f"names {listed(names)}.",
            field="dataset.labels",
        )
    found = {value: keyed[label_key(value)] for value in values}
    ordered = tuple(dict.fromkeys(found[value] for value in values))
    if len(ordered) < 2:
        raise DataError(
            f"dataset.labels gives all values of column {column!r} the name {ordered[0]!r}; two classes or more are "
            "needed.",
            field="dataset.labels",
        )
    unused = [value for value in names if label_key(value) not in set(map(label_key, values))]
    several = [name for name in ordered if sum(each == name for each in found.values()) > 1]
    notes = (
        *notes,
        *([f"dataset.labels names values without a training row: {listed(unused)}."] if unused else []),
        *([f"Several stored values are one class: {listed(several)}."] if several else []),
    )
    ids = {value: ordered.index(found[spelling]) for value, spelling in merged.items()}
    return Classes(ordered, ids, renamed=True, notes=notes)


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
        tuple(names[int(value)] for value in values),
        {value: index for index, value in enumerate(values)},
        notes=notes,
    )


def _check_count(source: Source, column: str, values: Sequence[str], rows: int, *, named: bool) -> None:
    if not values:
        raise DataError(f"{source.origin}: column {column!r} holds no label.", field=source.field)
    if len(values) == 1:
        raise DataError(
            f"{source.origin}: column {column!r} holds one class only ({listed(values)}); two or more are needed.",
            field=source.field,
        )
    scattered = len(values) > _FEW and 2 * len(values) > rows and not named
    if len(values) > _MOST or len(values) == rows or scattered:
        columns = listed(source.columns)
        how = (
            f"The column was named in dataset.label; give each class two rows or more, or name another of {columns}."
            if named
            else f'Name the label column, as "dataset": {{"label": "..."}}; the columns: {columns}.'
        )
        raise DataError(
            f"{source.origin}: column {column!r} holds {len(values):,} different values in {rows:,} rows "
            f"({listed(values[:3])}, ...): these look like ids or texts, not classes (at most {_MOST:,}). {how}",
            field="dataset.label",
        )
