"""Where rows come from: files of any usual format, a pattern of files, a folder, or a split of a hub's data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as default
from pathlib import Path

import pyarrow as pa

from catalog.dataset import FilesDataset, Format
from plugins.tables.files import open_file, split_paths
from plugins.tables.table import OpenTable, TextRows

__all__ = ["Source", "paths", "read_file", "read_files"]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file, or one split of a hub's data set.

    Attributes:
        origin: Its name in errors: a path, or a hub id with its split.
        field: The spec field that named it (``dataset.train``).
        table: Rows in order, of all columns or of those that are needed; empty until it is read.
        class_names: Published names of classes by column, for columns that hold ids.
        typed: Whether its format distinguishes numbers from text.
        lines: Lines of text, header included; None if its format has none.
        notes: What a careful reader should know of how it was read.
        headed: Whether its first line was read as the names of the columns although nothing shows that it is.
        text_rows: How its rows lie on its lines; None if it is no delimited text.
        columns: Names of all columns, each once, also of those that are not read.
        file: What the rows are read from; None if `table` holds all of them from the beginning.
    """

    origin: str
    field: str
    table: pa.Table
    class_names: Mapping[str, tuple[str, ...]] = default(default_factory=dict)
    typed: bool = True
    lines: int | None = None
    notes: tuple[str, ...] = ()
    headed: bool = False
    text_rows: TextRows | None = None
    columns: tuple[str, ...] = ()
    file: OpenTable | None = None

    def __post_init__(self) -> None:
        """Take the names of the columns from the rows, if these have all columns."""
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
        return replace(self, table=self.file.read(columns))


def paths(dataset: FilesDataset) -> Mapping[str, Sequence[Path]]:
    """Return the files and folders of each split that is given, ``train`` first.

    Raises:
        DataError: One is missing.
    """
    given = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return split_paths({split: value for split, value in given.items() if value is not None})


def read_files(dataset: FilesDataset, named: Sequence[str] = ()) -> Mapping[str, Sequence[Source]]:
    """Scan the files of every split that is given.

    Args:
        dataset: What the spec says about them.
        named: Columns that each must have, as far as they are known: a first line with all of them is its header.

    Raises:
        DataError: A file that cannot be read, or without rows; the message names file and row.
        WorkError: A library for a file's format is not installed.
    """
    given = dataset.format or Format()
    return {
        split: [read_file(path, f"dataset.{split}", given, named) for path in found]
        for split, found in paths(dataset).items()
    }


def read_file(path: Path, field: str, given: Format, named: Sequence[str] = ()) -> Source:
    """Scan one file or folder; its rows are read when the needed columns are known.

    Args:
        path: It exists.
        field: The spec field that names it.
        given: How delimited text is written, as far as given.
        named: Columns that it must have, as far as they are known: a first line with all of them is its header.

    Raises:
        DataError: It cannot be read, or has no rows; the message names file and row.
        WorkError: A library for its format is not installed.
    """
    opened = open_file(path, field, given, whole=True, named=named)
    return Source(
        origin=str(path),
        field=field,
        table=pa.table({}),
        class_names=opened.class_names,
        typed=opened.typed,
        lines=opened.lines,
        notes=opened.notes,
        headed=opened.headed,
        text_rows=opened.text_rows,
        columns=opened.columns,
        file=opened,
    )
