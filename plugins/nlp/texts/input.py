"""A file of texts to predict, read as the files of a data set are, with all its columns."""

from collections.abc import Iterator

import pyarrow as pa

from catalog.contract.capabilities import InputBatch, InputFile, InputTable
from catalog.errors import DataError
from plugins.data.input import nested_columns, open_rows
from plugins.data.profiles import profile
from plugins.data.sources import Source
from plugins.nlp.texts.columns import TEXT_NAMES, stored_columns
from plugins.nlp.texts.strings import read_texts
from plugins.tables.wording import as_command_errors, as_options, listed

__all__ = ["open_input"]


@as_command_errors()
def open_input(file: InputFile) -> InputTable:
    """Scan a file once and return its rows, a batch at a time.

    The text is in the columns that are named. If none is, it is in the column called ``text``, the only column, or the
    only one whose values are texts.

    Raises:
        DataError: The file cannot be read, or lacks a column: all are listed.
    """
    stored = stored_columns(file.data, file.dataset)[0]
    path, opened = open_rows(file, file.columns or stored or ())
    first = next(opened.batches(1000), None)
    text = file.columns or stored or (_found(str(path), opened.columns, first),)
    hint = " If the file has no header, say --no-header." if all(name.isdigit() for name in text) else ""
    if missing := [name for name in text if name not in opened.columns]:
        raise DataError(
            f"{path} has no column {listed(map(repr, missing))}, which holds the text that this study was trained on. "
            f"Its columns: {listed(opened.columns)}. --column names another.{hint}"
        )

    def batches(rows: int) -> Iterator[InputBatch]:
        with as_command_errors():
            for part in opened.batches(rows):
                source = Source(str(path), "file", pa.Table.from_batches([part]), typed=opened.typed)
                texts, _ = read_texts(source, text)
                yield InputBatch(tuple(value if value and value.strip() else None for value in texts.to_pylist()), part)

    nested = nested_columns(first)
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
