"""A table that is open for reading, whatever its format."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

__all__ = ["NESTED_ROW", "OpenTable", "TextRows"]

NESTED_ROW = b"nested_row"
"""Metadata of a column that holds lists or objects, which are not kept: its first such row, counted from 1."""


@dataclass(frozen=True, slots=True, eq=False)
class TextRows:
    """How the rows of a delimited text lie on its lines; rows and lines count from 1, rows without the header.

    Attributes:
        delimiter: Between two cells.
        noted: Rows of several lines that a note names already.
        lines_of: Returns the first and the last line of each of the given rows; looks through the file again.
    """

    delimiter: str
    noted: frozenset[int]
    lines_of: Callable[[Sequence[int]], Mapping[int, tuple[int, int]]]


@dataclass(frozen=True, slots=True, eq=False)
class OpenTable:
    """A file that was looked through once, and can be read as often as needed.

    Attributes:
        columns: Their names, each once.
        typed: Whether the format knows numbers from text; if not, every cell is the text that stands in the file.
        lines: Lines of text, header included; None if the format has none.
        notes: What a careful reader should know: encoding, dialect, rows that seem lost.
        class_names: Published names of classes by column, for columns that hold their ids.
        headed: Whether its first line was taken for the names of the columns though nothing says that it is.
        text_rows: How its rows lie on its lines; None if it is no delimited text.
        batches: Returns the rows in order, at most the given number at a time, in constant memory where the format
            allows.
        read: Returns all rows.
    """

    columns: tuple[str, ...]
    typed: bool
    lines: int | None
    notes: tuple[str, ...]
    batches: Callable[[int], Iterator[pa.RecordBatch]]
    read: Callable[[], pa.Table]
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headed: bool = False
    text_rows: TextRows | None = None
