"""The files source: each split from a CSV, TSV, JSON Lines or Parquet file, told apart by suffix."""

from collections.abc import Mapping
from pathlib import Path

from catalog.dataset import FilesDataset
from catalog.errors import DataError
from plugins.nlp.text_classification.data.delimited import read_delimited
from plugins.nlp.text_classification.data.json_lines import read_json_lines
from plugins.nlp.text_classification.data.parquet import class_names, read_parquet
from plugins.nlp.text_classification.data.records import Source
from plugins.nlp.text_classification.data.text_files import check_file

__all__ = ["SUFFIXES", "paths", "read_file", "read_files"]

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json-lines", ".parquet")


def paths(dataset: FilesDataset) -> Mapping[str, Path]:
    """Return the file of each split that is given, ``train`` first."""
    given = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return {split: Path(value) for split, value in given.items() if value is not None}


def read_files(dataset: FilesDataset) -> Mapping[str, Source]:
    """Read every split that is given.

    Raises:
        DataError: A file that cannot be read, or without rows; the message names file and row.
    """
    for split, path in paths(dataset).items():  # tell of a missing file before minutes are spent on another
        check_file(path, f"dataset.{split}")
    return {split: read_file(path, f"dataset.{split}") for split, path in paths(dataset).items()}


def read_file(path: Path, field: str) -> Source:
    """Read one file.

    Args:
        path: The file; its suffix tells its kind.
        field: The spec field that names it.

    Raises:
        DataError: It cannot be read, has no rows, or columns of one name; the message names file and row.
    """
    match path.suffix.lower():
        case ".csv":
            table = read_delimited(path, field)
        case ".tsv":
            table = read_delimited(path, field, delimiter="\t")
        case ".jsonl" | ".ndjson" | ".json-lines":
            table = read_json_lines(path, field)
        case ".parquet":
            table = read_parquet(path, field)
        case suffix:
            raise DataError(
                f"{path}: files end in {', '.join(SUFFIXES)}, and this one in {suffix or 'none of them'}.",
                field=field,
            )
    if not table.num_rows:
        raise DataError(f"{path} has a header and no rows.", field=field)
    if len(set(table.column_names)) < len(table.column_names):
        raise DataError(f"{path}: several columns have one name: {', '.join(table.column_names)}.", field=field)
    return Source(str(path), field, table, class_names(table.schema))
