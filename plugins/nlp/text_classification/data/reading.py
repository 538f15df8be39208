"""From files to labelled texts: columns chosen, classes found, rows without a text or a label dropped and counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from catalog.contract import RowCounts
from catalog.errors import DataError
from plugins.data.classes import Classes, check_labelled, encode, find_classes
from plugins.data.labels import (
    RawLabels,
    join_labels,
    list_notes,
    merged_notes,
    missing_notes,
    quoted_notes,
    read_labels,
    variant_notes,
)
from plugins.data.moments import group_codes, read_groups, read_times, stored_times
from plugins.data.sources import Source
from plugins.nlp.text_classification.dataset import FilesDataset, HubDataset
from plugins.nlp.texts.columns import ColumnRoles, check_columns, choose_columns, header_note
from plugins.nlp.texts.split import Split
from plugins.nlp.texts.strings import nul_notes, read_texts, swallowed_notes

__all__ = ["ReadData", "Rows", "read_columns", "read_rows", "read_sources"]

EMPTY, UNLABELLED, HEADER = "empty text", "no label", "repeated header"
_DROPPED = {
    EMPTY: "have an empty text and were dropped",
    UNLABELLED: "have no label and were dropped",
    HEADER: "repeat the names of the columns and were dropped",
}


@dataclass(frozen=True, slots=True, eq=False)
class ReadData:
    """The splits that a source gives.

    Attributes:
        splits: By name, ``train`` first.
        names: Of the classes, in the order of their ids.
        columns: Which column is what; None for generated data.
        counts: Rows of each split.
        groups: The group of each row by split, int64; None if there are no groups.
        group_names: Of the groups, in the order of their numbers.
        times: The moment of each row by split, datetime64[us] or float64; None if there are no moments.
        label_names: Names of classes by how the source stores them, where the spec gives names to stored values.
        notes: What a careful reader should know.
    """

    splits: Mapping[str, Split]
    names: tuple[str, ...]
    columns: ColumnRoles | None
    counts: Mapping[str, RowCounts]
    groups: Mapping[str, np.ndarray] | None
    group_names: tuple[str, ...]
    times: Mapping[str, np.ndarray] | None
    label_names: Mapping[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What is read of one file before classes are known.

    Attributes:
        texts: Of all rows, large_string.
        raw: Labels of all rows.
        filled: Which rows have a text, bool, shape (rows,).
        labelled: Which rows have a label, bool, shape (rows,).
        header: Which rows repeat the names of the columns, bool, shape (rows,).
    """

    texts: pa.ChunkedArray
    raw: RawLabels
    filled: np.ndarray
    labelled: np.ndarray
    header: np.ndarray


def read_sources(sources: Mapping[str, Sequence[Source]], dataset: FilesDataset | HubDataset) -> ReadData:
    """Read the splits that are given.

    A further split in which no row is labelled (published test sets that keep their labels secret) is set aside.

    Raises:
        DataError: As `choose_columns`, `read_texts`, `read_labels`, `find_classes` and `encode` say.
    """
    first = sources["train"][0]
    roles = choose_columns(first, dataset.text, dataset.label, dataset.group, dataset.time)
    found = _Found(notes=[note for note in [header_note(first, named=_named(dataset))] if note])
    for split, opened in sources.items():  # train comes first
        files = [read_columns(source, roles) for source in opened]
        rows = [read_rows(source, roles) for source in files]
        found.notes += [note for source in files for note in source.notes]
        if not any(part.filled.any() for part in rows):
            columns = " and ".join(map(repr, roles.text))
            raise DataError(f"{files[0].origin}: no row has a text in column {columns}.", field=files[0].field)
        if split != "train" and _secret(files, roles, rows):
            count = sum(part.filled.size for part in rows)
            found.notes.append(f"The {split} split of the source ({count:,} rows) has no labels and was set aside.")
            continue
        _add_split(found, split, files, rows, roles, dataset)
    classes = found.classes
    names = () if classes is None else classes.names
    codes, group_names = group_codes(found.groups)
    renamed = classes is not None and classes.renamed
    return ReadData(
        splits=found.splits,
        names=names,
        columns=roles,
        counts=found.counts,
        groups=codes or None,
        group_names=group_names,
        times=read_times(found.moments, roles.time) if roles.time is not None else None,
        label_names={value: names[index] for value, index in classes.ids.items()} if classes and renamed else {},
        notes=tuple(dict.fromkeys(found.notes)),
    )


@dataclass(slots=True)
class _Found:
    """What was found in the splits that have been read so far."""

    classes: Classes | None = None
    splits: dict[str, Split] = field(default_factory=dict)
    counts: dict[str, RowCounts] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    moments: dict[str, list[tuple[Source, pa.ChunkedArray]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _add_split(
    found: _Found,
    split: str,
    files: Sequence[Source],
    rows: Sequence["Rows"],
    roles: ColumnRoles,
    dataset: FilesDataset | HubDataset,
) -> None:
    if dataset.missing_labels != "drop":
        for source, part in zip(files, rows, strict=True):
            check_labelled(source, roles.label, part.filled & ~part.labelled & ~part.header)
    raw = join_labels([part.raw for part in rows])
    parts = [part.filled & part.labelled & ~part.header for part in rows]
    kept = np.concatenate(parts)
    if not kept.any():
        raise DataError(
            f"{files[0].origin}: no row has both a text and a label in column {roles.label!r}.", field=files[0].field
        )
    if found.classes is None:
        found.classes = find_classes(files[0], roles.label, raw, kept, dataset)
        variants = [] if found.classes.folded else variant_notes(raw.counts(kept))
        found.notes += [*found.classes.notes, *variants, *list_notes(raw.counts(kept)), *quoted_notes(raw.counts(kept))]
    found.notes += [note for part in rows for note in merged_notes(part.raw)]
    found.notes += missing_notes(raw, kept, roles.label, split, _meant(dataset))
    found.notes += [note for source in files for note in nul_notes(source, (*roles.text, roles.label))]
    found.notes += [note for source in files for note in swallowed_notes(source, roles.label, raw.values)]
    counts = found.counts[split] = _counts(files, rows, int(kept.sum()))
    found.notes += [
        f"{count:,} of {counts.records:,} {split} rows {_DROPPED[kind]}." for kind, count in counts.dropped.items()
    ]
    labels = encode(files, roles.label, raw, kept, found.classes)
    labels.flags.writeable = False
    found.splits[split] = Split(_strings(rows, kept), labels)
    sides = list(zip(files, parts, strict=True))
    if roles.group is not None:
        found.groups[split] = [group for source, part in sides for group in read_groups(source, roles.group, part)]
    if roles.time is not None:
        found.moments[split] = [(source, stored_times(source, roles.time, part)) for source, part in sides]


def read_columns(source: Source, roles: ColumnRoles) -> Source:
    """Read those columns of a file that are needed.

    Raises:
        DataError: One is missing, or the file cannot be read.
    """
    check_columns(source, roles)
    named = dict.fromkeys((*roles.text, roles.label, roles.group, roles.time))
    return source.read([name for name in named if name is not None])


def read_rows(source: Source, roles: ColumnRoles) -> Rows:
    """Take texts and labels out of one file.

    Raises:
        DataError: A column that holds something else.
    """
    texts, filled = read_texts(source, roles.text)
    raw = read_labels(source, roles.label)
    header = np.zeros(filled.size, dtype=bool)
    if not source.typed:  # files that were joined with their headers
        names = [name.strip().casefold() for name in (*roles.text, roles.label)]
        codes = [code for code, value in enumerate(raw.values) if value.casefold() == names[-1]]
        for row in np.flatnonzero(np.isin(raw.codes, codes)).tolist() if codes else ():
            cells = [source.table[name][row].as_py() for name in (*roles.text, roles.label)]
            header[row] = [str(cell).strip().casefold() for cell in cells] == names
    return Rows(texts, raw, filled, raw.codes >= 0, header)


def _meant(dataset: FilesDataset | HubDataset) -> Sequence[str]:
    return tuple(dataset.labels or ())


def _named(dataset: FilesDataset | HubDataset) -> bool:
    return dataset.text is not None and dataset.label is not None


def _secret(files: Sequence[Source], roles: ColumnRoles, rows: Sequence[Rows]) -> bool:
    return all(roles.label in source.class_names for source in files) and not any(part.labelled.any() for part in rows)


def _counts(files: Sequence[Source], rows: Sequence[Rows], kept: int) -> RowCounts:
    lines = [source.lines for source in files]
    header = sum(int(part.header.sum()) for part in rows)
    empty = sum(int((~part.filled & ~part.header).sum()) for part in rows)
    unlabelled = sum(int((part.filled & ~part.labelled & ~part.header).sum()) for part in rows)
    dropped = {reason: count for reason, count in ((EMPTY, empty), (UNLABELLED, unlabelled), (HEADER, header)) if count}
    return RowCounts(
        lines=None if None in lines else sum(line or 0 for line in lines),
        records=sum(part.filled.size for part in rows),
        kept=kept,
        dropped=dropped,
    )


def _strings(rows: Sequence[Rows], kept: np.ndarray) -> tuple[str, ...]:
    texts = (
        rows[0].texts if len(rows) == 1 else pa.chunked_array([chunk for part in rows for chunk in part.texts.chunks])
    )
    return tuple((texts if kept.all() else texts.filter(pa.array(kept))).to_pylist())
