"""A table that is open for reading, whatever its format."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

__all__ = ["NESTED_ROW", "OpenTable"]

NESTED_ROW = b"nested_row"
"""Metadata of a column that holds lists or objects, which are not kept: its first such row, counted from 1."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenTable:
    """A file that was looked through once, and can be read as often as needed.

    Attributes:
        columns: Their names, each once.
        typed: Whether the format knows numbers from text; if not, every cell is the text that stands in the file.
        lines: Lines of text, header included; None if the format has none.
        notes: What a careful reader should know: encoding, dialect, rows that seem lost.
        class_names: Published names of classes by column, for columns that hold their ids.
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
