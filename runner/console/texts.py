"""The texts that a person wants classified, from a file or from stdin, one at a time."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from catalog.errors import DataError, InputError
from catalog.suggest import did_you_mean
from runner.console.lines import LONGEST, text_lines, well_formed

__all__ = ["SUFFIXES", "file_texts", "stream_texts"]

Note = Callable[[str], None]

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".txt")
_TEXT = "text"
_DELIMITERS = ",;\t|"
_READ_ROWS = 1024


def file_texts(path: Path, column: str | None, note: Note) -> Iterator[str]:
    """Yield the texts of a file, as its suffix says how; nothing is read ahead of what is asked for.

    Args:
        path: CSV, TSV, JSON Lines or Parquet with a column of texts, or plain text, a text a line.
        column: Where the texts are; ``text``, or the only column, where None.
        note: Takes what a person should know.

    Raises:
        DataError: The file cannot be read, lacks the column, or holds something else than texts.
        InputError: `column` is given for plain text.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"{path}: files end in {', '.join(SUFFIXES)}, and this one in {suffix or 'none of them'}")
    if suffix == ".txt" and column is not None:
        raise InputError(f"{path} is plain text without columns; leave --column {column} out")
    if path.is_dir():
        raise DataError(f"{path} is a folder; name one file in it")
    try:
        if suffix == ".parquet":
            yield from _parquet(path, column)
            return
        with path.open("rb") as file:
            lines = text_lines(file, str(path), note)
            if suffix == ".txt":
                yield from map(_bare, lines)
            elif suffix in {".jsonl", ".ndjson"}:
                yield from _json_lines(lines, column or _TEXT, str(path))
            else:
                yield from _delimited(lines, "\t" if suffix == ".tsv" else None, column, str(path))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DataError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def stream_texts(stream: IO[bytes], column: str | None, note: Note) -> Iterator[str]:
    """Yield the texts of stdin: a text a line, or JSON Lines where the first line is an object with such a key.

    Empty lines of plain text are texts too.

    Raises:
        DataError: As `file_texts`; with `column`, a line that is no JSON object.
    """
    lines = text_lines(stream, "stdin", note)
    if (first := next(lines, None)) is None:
        return

    def all_lines() -> Iterator[str]:
        yield first
        yield from lines

    if column is not None or _has_key(first, _TEXT):
        yield from _json_lines(all_lines(), column or _TEXT, "stdin")
    else:
        yield from map(_bare, all_lines())


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _has_key(line: str, key: str) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and key in found


def _json_lines(lines: Iterator[str], column: str, name: str) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{name}: line {number:,} is not JSON: {_short(line)}") from error
        if not isinstance(row, dict):
            raise DataError(f'{name}: line {number:,} is not a JSON object such as {{"text": "..."}}: {_short(line)}')
        if column not in row:
            raise DataError(
                f"{name}: line {number:,} has no {column!r}; --column names it: {did_you_mean(column, row)}"
            )
        yield _text(row[column], f"{name}: line {number:,}")


def _delimited(lines: Iterator[str], delimiter: str | None, column: str | None, name: str) -> Iterator[str]:
    csv.field_size_limit(LONGEST)
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        raise DataError(f"{name} has no header: its first line must name the columns")
    # The columns' names tell what separates them: whatever they hold most often.
    found = delimiter or max(_DELIMITERS, key=header.count)

    def all_lines() -> Iterator[str]:
        yield header
        yield from lines

    reader = csv.reader(all_lines(), delimiter=found, strict=True)
    row_number = 0
    try:
        names = [cell.strip() for cell in next(reader)]
        place = _place(names, column, name)
        for row in reader:
            if not row:
                continue
            row_number += 1
            if len(row) != len(names):
                raise DataError(
                    f"{name}: row {row_number:,} has {len(row)} fields instead of {len(names)} (delimiter {found!r}); "
                    "put fields that hold the delimiter in double quotes"
                )
            yield well_formed(row[place])
    except csv.Error as error:
        where = f"row {row_number + 1:,}" if row_number else "the header or the first row"
        raise DataError(
            f"{name}: {where} cannot be read: {error}; close every quote at the end of its field"
        ) from error


def _parquet(path: Path, column: str | None) -> Iterator[str]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            place = names[_place(names, column, str(path))]
            row = 0
            for batch in file.iter_batches(batch_size=_READ_ROWS, columns=[place]):
                for value in batch.column(0):
                    row += 1
                    yield _text(value.as_py(), f"{path}: row {row:,}")
    except pa.ArrowException as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}") from error


def _place(names: list[str], column: str | None, name: str) -> int:
    """Return which column holds the texts."""
    wanted = column or _TEXT
    if wanted in names:
        return names.index(wanted)
    folded = [known.casefold() for known in names]
    if column is None and folded.count(_TEXT) == 1:
        return folded.index(_TEXT)
    if column is None and len(names) == 1:
        return 0
    what = f"no column {wanted!r}: {did_you_mean(wanted, names)}"
    raise DataError(f"{name} has {what} --column names it; there are: {', '.join(names[:20])}")


def _text(value: Any, where: str) -> str:
    """Return a cell as text; what is missing is an empty text, so that answers stay in step with rows."""
    if isinstance(value, str):
        return well_formed(value)
    if value is None:
        return ""
    if isinstance(value, dict | list | bytes):
        raise DataError(f"{where} holds {type(value).__name__}, not text: {_short(str(value))}")
    return str(value)


def _short(line: str) -> str:
    bare = " ".join(line[:200].split())
    return bare if len(bare) <= 60 else bare[:59] + "…"
