"""A file of texts to predict, read as the files of a data set are, with all its columns."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from catalog.contract.capabilities import InputBatch, InputFile, InputTable
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.data.profiles import profile
from plugins.data.sources import Source
from plugins.nlp.texts.columns import TEXT_NAMES, stored_columns
from plugins.nlp.texts.strings import read_texts
from plugins.tables.compression import too_large
from plugins.tables.files import find_path, open_file
from plugins.tables.limits import most_kept_columns
from plugins.tables.table import NESTED_ROW
from plugins.tables.wording import as_options, listed

__all__ = ["open_input"]


def open_input(file: InputFile) -> InputTable:
    """Look through a file once and return its rows, a batch at a time.

    The text is in the columns that are named. If none is, it is in the column called ``text``, the only column, or the
    only one whose values are texts.

    Raises:
        DataError: The file cannot be read, or lacks a column: all are listed.
    """
    with _of_command():
        return _open(file)


@contextmanager
def _of_command() -> Iterator[None]:
    """Word errors for the command line: no field of a spec is to blame."""
    try:
        yield
    except DataError as error:
        raise DataError(as_options(error.message)) from error


def _open(file: InputFile) -> InputTable:
    path = find_path(str(file.path), "file")
    stored = stored_columns(file.data, file.dataset)[0]
    opened = open_file(path, "file", file.format or Format(), predicting=True, named=file.columns or stored or ())
    if len(opened.columns) > (limit := most_kept_columns()):
        what = f"it has {len(opened.columns):,} columns, more than the {limit:,} that can be kept next to predictions"
        raise too_large(path, "file", what, len(opened.columns), limit)
    first = next(opened.batches(1000), None)
    text = file.columns or stored or (_found(str(path), opened.columns, first),)
    hint = " If the file has no header, say --no-header." if all(name.isdigit() for name in text) else ""
    if missing := [name for name in text if name not in opened.columns]:
        raise DataError(
            f"{path} has no column {listed(map(repr, missing))}, which holds the text that this study was trained on. "
            f"Its columns: {listed(opened.columns)}. --column names another.{hint}"
        )

    def batches(rows: int) -> Iterator[InputBatch]:
        with _of_command():
            for part in opened.batches(rows):
                source = Source(str(path), "file", pa.Table.from_batches([part]), typed=opened.typed)
                texts, _ = read_texts(source, text)
                yield InputBatch(tuple(value if value and value.strip() else None for value in texts.to_pylist()), part)

    fields = [] if first is None else list(first.schema)
    nested = tuple(field.name for field in fields if NESTED_ROW in (field.metadata or {}))
    return InputTable(
        columns=opened.columns,
        used=tuple(text),
        ignored=() if first is None else _ignored(first, {*text, *nested}),
        nested=nested,
        notes=tuple(map(as_options, opened.notes)),
        batches=batches,
    )


def _ignored(first: pa.RecordBatch, used: set[str]) -> tuple[str, ...]:
    """Return the other columns that seem to hold text."""
    table = pa.Table.from_batches([first])
    others = [name for name in table.column_names if name not in used]
    return tuple(name for name in others if profile(table[name]).kind in {"text", "short"})


def _found(origin: str, columns: tuple[str, ...], first: pa.RecordBatch | None) -> str:
    if len(columns) == 1:
        return columns[0]
    named = [name for name in columns if name.strip().casefold() == TEXT_NAMES[0]]
    if len(named) == 1:
        return named[0]
    table = None if first is None else pa.Table.from_batches([first])
    plausible = [name for name in columns if table is not None and profile(table[name]).kind == "text"]
    if len(plausible) == 1:
        return plausible[0]
    raise DataError(
        f"{origin}: which column holds the text? The columns: {listed(columns)}. --column names it, once for "
        "each column that is joined."
    )
