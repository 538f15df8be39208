"""The frozen records of a data set: as its source gave it, and as models get it."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from catalog.columns import ColumnRoles
from catalog.contract import DataSummary
from plugins.tables.table import OpenTable, TextRows

__all__ = ["Labelled", "Source", "Split", "TextData"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Examples of one split, in the order of their source.

    Attributes:
        texts: One text per row, never empty or blank. Immutable: the splits of one data set are shared in a process.
        labels: Class ids, int64, shape (rows,), read-only.
    """

    texts: Sequence[str]
    labels: np.ndarray


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A labelled file that belongs to no study.

    Attributes:
        split: Its examples that have a text and a label.
        rows: Which rows of the file they are, counted from 0, int64, shape (rows,).
        left_out: How many rows have no text.
        columns: Which columns were taken.
        notes: What a careful reader should know of how the file was read.
    """

    split: Split
    rows: np.ndarray
    left_out: int
    columns: ColumnRoles
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class TextData:
    """A data set ready to train on.

    Attributes:
        summary: What was found: sizes, class names, fingerprint, notes.
        splits: Always ``"train"``, ``"validation"`` and ``"test"``, none of them empty.
    """

    summary: DataSummary
    splits: Mapping[str, Split]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file, or one split of a hub's data set.

    Attributes:
        origin: What errors call it: a path, or a hub id with its split.
        field: The spec field that named it (``dataset.train``).
        table: Rows in order, of all columns or of those that are needed; empty as long as it is not read.
        class_names: Published names of classes by column, for columns that hold ids.
        typed: Whether its format knows numbers from text.
        lines: Lines of text, header included; None if its format has none.
        notes: What a careful reader should know of how it was read.
        headed: Whether its first line was taken for the names of the columns though nothing says that it is.
        text_rows: How its rows lie on its lines; None if it is no delimited text.
        columns: Names of all columns, each once, also of those that are not read.
        file: What the rows are read from; None if `table` holds all of them from the beginning.
    """

    origin: str
    field: str
    table: pa.Table
    class_names: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    typed: bool = True
    lines: int | None = None
    notes: tuple[str, ...] = ()
    headed: bool = False
    text_rows: TextRows | None = None
    columns: tuple[str, ...] = ()
    file: OpenTable | None = None

    def __post_init__(self) -> None:
        """Take the columns from the rows, where all are there."""
        if not self.columns:
            object.__setattr__(self, "columns", tuple(self.table.column_names))

    def sample(self, columns: Sequence[str]) -> pa.Table:
        """Return some rows, spread evenly, or all of them, of some columns."""
        return (self.table if self.file is None else self.file.sample(columns)).select(list(columns))

    def read(self, columns: Sequence[str]) -> "Source":
        """Return the source with the rows of some of its columns.

        Raises:
            DataError: The file cannot be read.
        """
        if self.file is None:
            return self
        return dataclasses.replace(self, table=self.file.read(columns))
