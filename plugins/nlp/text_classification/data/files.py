"""The files source: every split from files of any usual format, a pattern of files, or a folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from catalog.dataset import FilesDataset, Format
from plugins.nlp.text_classification.data.records import Source
from plugins.tables.files import open_file, split_paths

__all__ = ["paths", "read_file", "read_files"]


def paths(dataset: FilesDataset) -> Mapping[str, Sequence[Path]]:
    """Return the files and folders of each split that is given, ``train`` first.

    Raises:
        DataError: One is missing.
    """
    given = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return split_paths({split: value for split, value in given.items() if value is not None})


def read_files(dataset: FilesDataset) -> Mapping[str, Sequence[Source]]:
    """Look through the files of every split that is given.

    Raises:
        DataError: A file that cannot be read, or without rows; the message names file and row.
        WorkError: A library for a file's format is not installed.
    """
    given = dataset.format or Format()
    return {
        split: [read_file(path, f"dataset.{split}", given) for path in found] for split, found in paths(dataset).items()
    }


def read_file(path: Path, field: str, given: Format) -> Source:
    """Look through one file or folder; its rows are read when it is known which columns are needed.

    Args:
        path: It exists.
        field: The spec field that names it.
        given: How delimited text is written, as far as that is said.

    Raises:
        DataError: It cannot be read, or has no rows; the message names file and row.
        WorkError: A library for its format is not installed.
    """
    opened = open_file(path, field, given, whole=True)
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
