"""A table that is open for reading, whatever its format."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa

__all__ = ["NESTED_ROW", "Batches", "OpenTable", "Read", "TextRows", "rows_at", "sampled_rows"]

NESTED_ROW = b"nested_row"
"""Metadata of a column that holds lists or objects, which are not kept: its first such row, counted from 1."""


@dataclass(frozen=True, slots=True, eq=False)
class TextRows:
    """How the rows of a delimited text lie on its lines; rows and lines count from 1, rows without the header.

    Attributes:
        delimiter: Between two cells.
        several: Whether any row takes several lines.
        noted: Rows of several lines that a note already names.
        lines_of: Returns the first and the last line of each of the given rows; scans the file again.
    """

    delimiter: str
    several: bool
    noted: frozenset[int]
    lines_of: Callable[[Sequence[int]], Mapping[int, tuple[int, int]]]


class Batches(Protocol):
    """Returns rows in order, at most the given number at a time."""

    def __call__(self, rows: int, columns: Sequence[str] | None = None, /) -> Iterator[pa.RecordBatch]:  # noqa: D102
        ...


class Read(Protocol):
    """Returns all rows."""

    def __call__(self, columns: Sequence[str] | None = None, /) -> pa.Table:  # noqa: D102
        ...


@dataclass(frozen=True, slots=True, eq=False)
class OpenTable:
    """A file that was scanned once, and can be read as often as needed.

    Attributes:
        columns: Their names, each once.
        typed: Whether the format distinguishes numbers from text; if not, every cell is the text in the file.
        lines: Lines of text, header included; None if the format has none.
        notes: What a careful reader should know: encoding, dialect, rows that seem lost.
        class_names: Published names of classes by column, for columns that hold their ids.
        headed: Whether its first line was read as the names of the columns although nothing shows that it is.
        text_rows: How its rows lie on its lines; None if it is no delimited text.
        batches: Returns the rows in order, at most the given number at a time, in constant memory if the format
            allows; of the given columns, or of all if None.
        read: Returns all rows, of the given columns, perhaps with others too, or of all if None.
        sample: Returns up to 1,000 rows, spread evenly, or all if these are at hand; of the given columns, perhaps with
            others too.
    """

    columns: tuple[str, ...]
    typed: bool
    lines: int | None
    notes: tuple[str, ...]
    batches: Batches
    read: Read
    sample: Callable[[Sequence[str]], pa.Table]
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headed: bool = False
    text_rows: TextRows | None = None


_SAMPLED_ROWS = 1000
_SAMPLED_CELLS = 1 << 20
"""Cells of a sample: of a table with thousands of columns it has fewer rows."""


def sampled_rows(rows: int, columns: int) -> np.ndarray:
    """Return which rows of a table a sample of it holds, in order, counted from 0."""
    wanted = max(1, min(rows, _SAMPLED_ROWS, _SAMPLED_CELLS // max(1, columns)))
    return np.unique(np.linspace(0, max(0, rows - 1), wanted).astype(np.int64))


def rows_at(batches: Iterable[pa.RecordBatch], places: np.ndarray, schema: pa.Schema) -> pa.Table:
    """Return the rows at some places of a table that is read in batches.

    Args:
        batches: Of all rows.
        places: In order, counted from 0.
        schema: Of the batches, for a table without rows.
    """
    found, before = [], 0
    for batch in batches:
        first, last = np.searchsorted(places, [before, before + batch.num_rows])
        if first < last:
            found.append(batch.take(pa.array(places[first:last] - before)))
        before += batch.num_rows
        if last == places.size:
            break
    return pa.Table.from_batches(found, schema)
