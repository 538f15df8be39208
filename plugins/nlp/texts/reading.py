"""From files to texts with truths: columns chosen, rows without a text or a truth dropped and counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.contract import RowCounts
from catalog.errors import DataError
from plugins.data.found_splits import FoundSplits, lines_of
from plugins.data.sources import Source
from plugins.data.truths import SplitTruths, Truths
from plugins.data.values import plain
from plugins.nlp.texts.columns import LABEL_NAMES, ColumnRoles, check_columns, choose_columns, header_note
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.texts.strings import nul_notes, read_texts, swallowed_notes

__all__ = ["ReadTexts", "Rows", "TextColumns", "read_columns", "read_rows", "read_sources", "split_of"]

EMPTY, UNLABELLED, HEADER = "empty text", "no label", "repeated header"
_DROPPED = {
    EMPTY: "have an empty text and were dropped",
    UNLABELLED: "have no label and were dropped",
    HEADER: "repeat the names of the columns and were dropped",
}


class TextColumns(Protocol):
    """The fields of a spec that name columns; None for a column that must be found, or that does not exist."""

    @property
    def text(self) -> str | tuple[str, ...] | None:
        """The columns of the text."""

    @property
    def label(self) -> str | None:
        """The column of the truth."""

    @property
    def group(self) -> str | None:
        """The column of groups."""

    @property
    def time(self) -> str | None:
        """The column of moments."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadTexts:
    """The splits that a source gives.

    Attributes:
        splits: By name, ``train`` first.
        columns: The role of each column; None for generated data.
        counts: Rows of each split.
        groups: The group of each row by split, int64; None if there are no groups.
        group_names: Of the groups, in the order of their numbers.
        times: The moment of each row by split, datetime64[us] or float64; None if there are no moments.
        notes: What a careful reader should know.
    """

    splits: Mapping[str, TextSplit]
    columns: ColumnRoles | None
    counts: Mapping[str, RowCounts]
    groups: Mapping[str, np.ndarray] | None = None
    group_names: tuple[str, ...] = ()
    times: Mapping[str, np.ndarray] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The part of a file that is read before truths are known.

    Attributes:
        texts: Of all rows, large_string.
        filled: Which rows have a text, bool, shape (rows,).
        header: Which rows repeat the names of the columns, bool, shape (rows,).
    """

    texts: pa.ChunkedArray
    filled: np.ndarray
    header: np.ndarray

    @property
    def usable(self) -> np.ndarray:
        """Which rows count if they have a truth, bool, shape (rows,)."""
        return np.asarray(self.filled & ~self.header)


def read_sources(
    sources: Mapping[str, Sequence[Source]], dataset: TextColumns, truths: Truths, names: Sequence[str] = LABEL_NAMES
) -> ReadTexts:
    """Read the splits that are given.

    A further split in which no row has a truth (such as a published test set with secret truths) is set aside.

    Args:
        sources: By split, ``train`` first.
        dataset: Names columns.
        truths: Reads the column of the truth.
        names: Usual names of that column.

    Raises:
        DataError: As `choose_columns`, `read_texts` and `truths` say.
    """
    first = sources["train"][0]
    roles = choose_columns(first, dataset.text, dataset.label, dataset.group, dataset.time, names)
    named = dataset.text is not None and dataset.label is not None
    header = header_note(first, named=named)
    found: FoundSplits[TextSplit] = FoundSplits(roles.group, roles.time, notes=[header] if header else [])
    for split, opened in sources.items():  # train comes first
        files = [read_columns(source, roles) for source in opened]
        rows = [read_rows(source, roles) for source in files]
        found.notes += [note for source in files for note in source.notes]
        if not any(part.filled.any() for part in rows):
            columns = " and ".join(map(repr, roles.text))
            raise DataError(f"{files[0].origin}: no row has a text in column {columns}.", field=files[0].field)
        if split != "train" and truths.secret(files, roles.label):
            count = sum(part.filled.size for part in rows)
            found.notes.append(f"The {split} split of the source ({count:,} rows) has no labels and was set aside.")
            continue
        _add_split(found, split, files, rows, roles, truths)
    return ReadTexts(
        splits=found.splits,
        columns=roles,
        counts=found.counts,
        notes=tuple(dict.fromkeys(found.notes)),
        **found.order(),
    )


def _add_split(
    found: FoundSplits[TextSplit],
    split: str,
    files: Sequence[Source],
    rows: Sequence[Rows],
    roles: ColumnRoles,
    truths: Truths,
) -> None:
    read = truths.read(split, files, roles.label, [part.usable for part in rows])
    found.notes += read.notes
    found.notes += [note for source in files for note in nul_notes(source, (*roles.text, roles.label))]
    found.notes += [note for source in files for note in swallowed_notes(source, roles.label, read.values)]
    counts = found.counts[split] = _counts(files, rows, read.truths.size)
    found.notes += [
        f"{count:,} of {counts.records:,} {split} rows {_DROPPED[kind]}." for kind, count in counts.dropped.items()
    ]
    found.splits[split] = split_of(rows, read)
    found.read_order(split, files, read.kept)


def read_columns(source: Source, roles: ColumnRoles) -> Source:
    """Read the columns of a file that are needed.

    Raises:
        DataError: One is missing, or the file cannot be read.
    """
    check_columns(source, roles)
    named = dict.fromkeys((*roles.text, roles.label, roles.group, roles.time))
    return source.read([name for name in named if name is not None])


def read_rows(source: Source, roles: ColumnRoles) -> Rows:
    """Return the texts of one file.

    Raises:
        DataError: A column that holds something else.
    """
    texts, filled = read_texts(source, roles.text)
    header = np.zeros(filled.size, dtype=bool)
    if not source.typed:  # files that were joined with their headers
        columns = (*roles.text, roles.label)
        names = [name.strip().casefold() for name in columns]
        cells = pc.utf8_lower(pc.utf8_trim_whitespace(pc.cast(plain(source.table[roles.label]), pa.large_string())))
        alike = pc.fill_null(pc.equal(cells, names[-1]), False).to_numpy()
        for row in np.flatnonzero(alike).tolist():
            header[row] = [str(source.table[name][row].as_py()).strip().casefold() for name in columns] == names
    return Rows(texts, filled, header)


def _counts(files: Sequence[Source], rows: Sequence[Rows], kept: int) -> RowCounts:
    header = sum(int(part.header.sum()) for part in rows)
    empty = sum(int((~part.filled & ~part.header).sum()) for part in rows)
    unlabelled = sum(int(part.usable.sum()) for part in rows) - kept
    dropped = {reason: count for reason, count in ((EMPTY, empty), (UNLABELLED, unlabelled), (HEADER, header)) if count}
    return RowCounts(
        lines=lines_of(files),
        records=sum(part.filled.size for part in rows),
        kept=kept,
        dropped=dropped,
    )


def split_of(rows: Sequence[Rows], read: SplitTruths) -> TextSplit:
    """Return the rows of some files that have a text and a truth."""
    labels = read.truths
    labels.flags.writeable = False
    return TextSplit(_strings(rows, np.concatenate(read.kept)), labels)


def _strings(rows: Sequence[Rows], kept: np.ndarray) -> tuple[str, ...]:
    texts = (
        rows[0].texts if len(rows) == 1 else pa.chunked_array([chunk for part in rows for chunk in part.texts.chunks])
    )
    return tuple((texts if kept.all() else texts.filter(pa.array(kept))).to_pylist())
