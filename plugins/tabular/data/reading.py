"""From files to tables: columns chosen, how each is read found in the training rows, rows without a truth left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.contract import RowCounts
from catalog.errors import DataError, clause
from plugins.data.decimal_marks import EvidenceFinder
from plugins.data.found_splits import FoundSplits, lines_of
from plugins.data.number_evidence import evidence_of
from plugins.data.numbers import LARGEST, unsigned_note
from plugins.data.sources import Source
from plugins.data.truths import Truths
from plugins.data.values import read_values
from plugins.tables.table import NESTED_ROW
from plugins.tables.wording import listed, shortened
from plugins.tabular.cells import spelled
from plugins.tabular.column_types import ColumnType, find_reading, mixed_dates
from plugins.tabular.data.number_marks import dots_notes, matching_readings
from plugins.tabular.dataset import TableFields
from plugins.tabular.frame import TableSplit, frame_of
from plugins.tabular.notations import find_unread_numbers
from plugins.tabular.roles import Role, TableRoles, check_columns, choose_roles

__all__ = [
    "ReadTables",
    "dots_notes",
    "feature_values",
    "matching_readings",
    "read_notes",
    "read_sources",
    "repeated_headers",
]

UNLABELLED, HEADER = "no label", "repeated header"
_NAMED = 4


@dataclass(frozen=True, slots=True, eq=False)
class ReadTables:
    """The splits that a source gives.

    Attributes:
        splits: By name, ``train`` first.
        roles: The role of each column; None for generated data.
        readings: How each feature is read.
        counts: Rows of each split.
        groups: The group of each row by split, int64; None if there are no groups.
        group_names: Of the groups, in the order of their numbers.
        times: The moment of each row by split, datetime64[us] or float64; None if there are no moments.
        notes: What a careful reader should know.
    """

    splits: Mapping[str, TableSplit]
    roles: TableRoles | None
    readings: Mapping[str, ColumnType]
    counts: Mapping[str, RowCounts]
    groups: Mapping[str, np.ndarray] | None = None
    group_names: tuple[str, ...] = ()
    times: Mapping[str, np.ndarray] | None = None
    notes: tuple[str, ...] = ()


def read_sources(
    sources: Mapping[str, Sequence[Source]], dataset: TableFields, role: Role, truth: str | None, truths: Truths
) -> ReadTables:
    """Read the splits that are given.

    Args:
        sources: Of each split.
        dataset: Names the roles of columns.
        role: The role of the column of the truth.
        truth: That column; None if it must be found.
        truths: Reads it.

    Raises:
        DataError: A column is missing or cannot be used, or no feature is left.
    """
    roles = choose_roles(sources["train"][0], dataset, role, truth)
    found: FoundSplits[TableSplit] = FoundSplits(roles.group, roles.time, notes=list(roles.notes))
    readings: Mapping[str, ColumnType] = {}
    for split, opened in sources.items():  # train comes first
        for source in opened:
            check_columns(source, roles)
        files = [source.read(roles.needed) for source in opened]
        found.notes += [note for source in files for note in source.notes]
        if split == "train":
            evidence = evidence_of(files)
            readings, unusable = _readings(files, roles, evidence)
            roles = roles.without(unusable)
            found.notes += list(_unused_notes(unusable))
            found.notes += dots_notes({name: feature_values(files, name) for name in readings}, readings, evidence)
        _add_split(found, split, files, roles, readings, truths)
    return ReadTables(
        splits=found.splits,
        roles=roles,
        readings=readings,
        counts=found.counts,
        notes=tuple(dict.fromkeys(found.notes)),
        **found.order(),
    )


def feature_values(files: Sequence[Source], name: str) -> pa.ChunkedArray:
    """Return a column of several files as one; as text if one file has typed numbers and another does not.

    Raises:
        DataError: It holds lists, objects, or bytes that are not UTF-8.
    """
    parts = [read_values(source, name, "features") for source in files]
    kinds = {part.type for part in parts if not pa.types.is_null(part.type)}
    if len(kinds) > 1:
        parts = [spelled(part) for part in parts]
    elif kinds:
        parts = [part.cast(next(iter(kinds))) for part in parts]
    return parts[0] if len(parts) == 1 else pa.chunked_array([chunk for part in parts for chunk in part.chunks])


def repeated_headers(source: Source, columns: Sequence[str]) -> np.ndarray:
    """Return which rows of a text repeat the names of the columns, as joined files do; bool, shape (rows,)."""
    repeated = np.full(source.table.num_rows, not source.typed)
    for name in columns:
        if not repeated.any():
            break
        cells = pc.utf8_trim_whitespace(pc.cast(source.table[name], pa.large_string()))
        repeated &= pc.fill_null(pc.equal(cells, name.strip()), False).to_numpy()
    return repeated


def read_notes(name: str, reading: ColumnType, values: pa.ChunkedArray, split: str) -> Iterator[str]:
    """Yield notes on cells of a feature that are not empty but count as missing, or that lack the sign."""
    found = reading.read(values)
    if reading.kind == "number" and (lacking := unsigned_note(values, reading.number, split)):
        yield f"Column {name!r}: {lacking}."
    if not isinstance(found, np.ndarray):
        return
    if found.dtype.kind == "f" and (infinite := int((np.abs(found) > LARGEST).sum())):
        yield f"Column {name!r}: {_cells(infinite, split, f'infinite, or larger than {LARGEST:g},')} as missing."
    texts = spelled(values)
    if not pa.types.is_large_string(values.type) and not pa.types.is_string(values.type):
        return
    absent = np.isnat(found) if found.dtype.kind == "M" else np.isnan(found)
    unread = np.flatnonzero(absent & texts.is_valid().to_numpy())
    if unread.size:
        shown = list(dict.fromkeys(texts[row].as_py() for row in unread[:1000].tolist()))
        more = " ..." if len(shown) > _NAMED else ""
        yield (
            f"Column {name!r}: {_cells(int(unread.size), split, f'no {reading.kind}')} as missing: "
            f"{', '.join(repr(shortened(one, 30)) for one in shown[:_NAMED])}{more}."
        )


def _readings(
    files: Sequence[Source], roles: TableRoles, evidence: EvidenceFinder
) -> tuple[Mapping[str, ColumnType], Mapping[str, str]]:
    """Return how each feature is read, and why other columns are not features.

    Raises:
        DataError: No feature is left, or numbers can be read in two ways.
    """
    readings: dict[str, ColumnType] = {}
    unusable: dict[str, str] = {}
    for name in roles.features:
        if any(NESTED_ROW in (source.table.schema.field(name).metadata or {}) for source in files):
            unusable[name] = "holds lists or objects"
            continue
        found = find_reading(name, feature_values(files, name), wanted=name in roles.wanted, evidence=evidence)
        if isinstance(found, ColumnType):
            readings[name] = found
            continue
        if found.ambiguous:
            raise DataError(
                f"{files[0].origin}: column {name!r} {clause(found.reason)}. Write its numbers without marks between "
                f'thousands and with a decimal point, or leave it out: "ignore": ["{name}"].',
                field="dataset.ignore",
            )
        unusable[name] = found.reason
    if not readings:
        shown = "; ".join(f"{name!r} {reason}" for name, reason in list(unusable.items())[:8])
        raise DataError(
            f"{files[0].origin}: no column is of use to predict {roles.truth!r}: {shown}.", field=files[0].field
        )
    return readings, unusable


def _unused_notes(unusable: Mapping[str, str]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in unusable.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        word = "Column" if len(names) == 1 else "Columns"
        yield f"{word} {listed(map(repr, names))} left out: {'it' if len(names) == 1 else 'each'} {clause(reason)}."


def _add_split(
    found: FoundSplits[TableSplit],
    split: str,
    files: Sequence[Source],
    roles: TableRoles,
    readings: Mapping[str, ColumnType],
    truths: Truths,
) -> None:
    headers = [repeated_headers(source, (roles.truth, *roles.features)) for source in files]
    read = truths.read(split, files, roles.truth, [~header for header in headers])
    kept = np.concatenate(read.kept)
    found.notes += read.notes
    columns = {name: feature_values(files, name) for name in readings}
    if split != "train":
        readings, marks = matching_readings(files, columns, readings)
        found.notes += marks
    for name, reading in readings.items():
        found.notes += read_notes(name, reading, columns[name], split)
        if split == "train" and reading.number.note:
            found.notes.append(f"Column {name!r}: {reading.number.note}.")
        if split == "train" and reading.kind == "category" and (mixed := mixed_dates(columns[name])):
            found.notes.append(
                f"Column {name!r} {mixed}. Each date counts as a category of its own. Write all in one format, such as "
                "2026-11-28."
            )
        if split == "train" and reading.kind == "category" and (unread := find_unread_numbers(columns[name])):
            found.notes.append(
                f"Column {name!r} {clause(unread.reason)}. Each cell counts as the name of a category. {unread.fix}"
            )
    frame = frame_of(columns, readings)
    if not kept.all():
        frame = frame.take(np.flatnonzero(kept))
    truth_cells = read.truths
    truth_cells.flags.writeable = False
    found.splits[split] = TableSplit(frame, truth_cells)
    counts = found.counts[split] = _counts(files, headers, kept)
    found.notes += [
        f"{count:,} of {counts.records:,} {split} rows {_DROPPED[kind].format(roles.role)}"
        for kind, count in counts.dropped.items()
    ]
    found.read_order(split, files, read.kept)


_DROPPED = {
    UNLABELLED: "have no {} and were dropped.",
    HEADER: "repeat the names of the columns and were dropped.",
}


def _counts(files: Sequence[Source], headers: Sequence[np.ndarray], kept: np.ndarray) -> RowCounts:
    header = sum(int(part.sum()) for part in headers)
    unlabelled = int((~kept).sum()) - header
    return RowCounts(
        lines=lines_of(files),
        records=int(kept.size),
        kept=int(kept.sum()),
        dropped={reason: count for reason, count in ((UNLABELLED, unlabelled), (HEADER, header)) if count},
    )


def _cells(count: int, split: str, what: str) -> str:
    """Return ``3 cells of train are no number and count``."""
    if count == 1:
        return f"1 cell of {split} is {what} and counts"
    return f"{count:,} cells of {split} are {what} and count"
