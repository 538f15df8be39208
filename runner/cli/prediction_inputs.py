"""The texts that `modelcat predict` answers, a chunk at a time: typed, from stdin, or from a file with its rows."""

import codecs
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

from catalog import registry
from catalog.contract.capabilities import InputFile, InputTable, ReadsInputs
from catalog.errors import DataError, InputError
from catalog.suggest import did_you_mean
from runner.cli.output import print_note
from runner.presentation.text import well_formed

__all__ = ["LONGEST", "Chunk", "Inputs", "file_inputs", "stream_texts", "text_lines", "typed_inputs"]

_CHUNK_TEXTS = 1024
_CHUNK_CHARACTERS = 4_000_000
_PATIENCE = 1.0
"""Seconds after which a chunk is not waited for any longer once its next text has come: a slow stream gets answers."""
LONGEST = 1 << 24
"""Bytes of a line at most: 16 MiB. A file without line ends would otherwise fill the memory."""
_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"\xff\xfe": "UTF-16 text; give it with --file",
    b"\xfe\xff": "UTF-16 text; give it with --file",
    b"\x1f\x8b": "a gzip archive; give it with --file",
    b"PK\x03\x04": "a zip archive or an Excel workbook; give it with --file",
    b"PAR1": "Parquet; give it with --file",
}
_TEXT = "text"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some texts in order; of a file their rows too, a ``pyarrow.RecordBatch`` of all columns."""

    texts: tuple[str, ...]
    rows: Any = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that is to be answered.

    Attributes:
        chunks: The texts, a chunk at a time.
        columns: Columns of the file that the answers are added to; empty if there are none.
        nested: Those of them whose cells are JSON.
    """

    chunks: Iterator[Chunk]
    columns: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()


def typed_inputs(
    given: tuple[str, ...], column: tuple[str, ...], encoding: str | None, stored: tuple[str, ...] = ()
) -> Inputs:
    """Return the texts of the command line, or those of stdin.

    Args:
        given: Texts as arguments; ``-`` alone, or nothing, is stdin.
        column: Key of the texts in JSON Lines.
        encoding: Of stdin; UTF-8 if None.
        stored: Columns of text that the study was made with, for JSON Lines.

    Raises:
        InputError: No texts are given, or several columns.
    """
    if given and given != ("-",):
        if column:
            raise InputError(f"--column {column[0]} names a column of a file, but the texts are given as arguments")
        return Inputs(_chunks(map(well_formed, given)))
    if not given and sys.stdin.isatty():
        raise InputError("no text given; give texts as arguments, a file with --file, or pipe lines into stdin")
    if len(column) > 1:
        raise InputError("stdin has one text in a row; name one --column, or give a file with --file")
    return Inputs(_chunks(stream_texts(sys.stdin.buffer, column[0] if column else None, encoding or "utf-8", stored)))


def file_inputs(key: str, file: InputFile, *, only: bool) -> Inputs:
    """Return the texts of a file with its rows; a note says how it is read.

    Args:
        key: Of the plugin that reads it.
        file: The file.
        only: Whether its other columns are left out.

    Raises:
        DataError: It cannot be read, or lacks a column.
        InputError: The plugin reads no files.
    """
    plugin = registry.load(key)
    if not isinstance(plugin, ReadsInputs):
        raise InputError(f"{key} reads no files; give texts as arguments, or pipe lines into stdin")
    table = plugin.open_file(file)
    named = " + ".join(map(repr, table.text))
    ignored = f"; not used, though they hold text: {', '.join(map(repr, table.ignored))}" if table.ignored else ""
    print_note(f"{file.path}: the text is in column {named}{ignored}")
    for note in table.notes:
        print_note(note)
    return Inputs(_bounded(table)) if only else Inputs(_bounded(table), table.columns, table.nested)


def stream_texts(stream: IO[bytes], column: str | None, encoding: str, stored: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the texts of stdin: a text a line, or JSON Lines if the first line is an object.

    Empty lines of plain text are texts too.

    Args:
        stream: Bytes.
        column: Key of the texts in JSON Lines; that of the study if None.
        encoding: Of the stream.
        stored: Columns of text that the study was made with; ``text`` counts if it does not say.

    Raises:
        DataError: Bytes that are not of the encoding, an object that lacks the key, a line that is no object after
            one that is, or a study whose text is joined from several columns.
    """
    lines = text_lines(stream, "stdin", encoding)
    if (first := next(lines, None)) is None:
        return
    lines = chain([first], lines)
    if column is None and not _is_object(first):
        yield from map(_bare, lines)
        return
    if column is None and len(stored) > 1:
        raise DataError(
            f"stdin: this study joins the columns {', '.join(map(repr, stored))}; "
            "give the objects in a file, with --file"
        )
    yield from _json_lines(lines, column or (stored[0] if stored else _TEXT), "stdin")


def text_lines(stream: IO[bytes], name: str, encoding: str = "utf-8") -> Iterator[str]:
    r"""Yield the lines of `stream` with their ends as they are, the byte-order mark left out.

    Args:
        stream: Bytes.
        name: What errors call it.
        encoding: Of a kind in which a line feed is one byte, as in UTF-8.

    Raises:
        DataError: A line is longer than `LONGEST`, holds bytes that the encoding does not have, or the stream is
            something else than text.
    """
    try:
        wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    except LookupError as error:
        raise DataError(f"--encoding: Python knows no encoding {encoding!r}") from error
    if wide:
        raise DataError(
            f"{name} is read by lines, which {encoding} does not end with one byte; give a file with --file"
        )
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise DataError(f"{name}: line {number:,} is longer than {LONGEST >> 20} MiB; give texts of less")
        if number == 1:
            kind = next((what for start, what in _SIGNATURES.items() if line.startswith(start)), None)
            if kind is not None:
                raise DataError(f"{name} looks like {kind}")
            line = line.removeprefix(_BOM)
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError as error:
            raise DataError(
                f"{name}: line {number:,} is not {encoding} text: byte 0x{line[error.start]:02x}; "
                "name its encoding, as in --encoding cp1252, or give a file with --file"
            ) from error


def _bounded(table: InputTable) -> Iterator[Chunk]:
    """Yield the rows of a file, so many at a time as a worker takes."""
    for batch in table.batches(_CHUNK_TEXTS):
        start, characters = 0, 0
        for end, text in enumerate(batch.texts, start=1):
            characters += len(text)
            if characters >= _CHUNK_CHARACTERS or end == len(batch.texts):
                yield Chunk(batch.texts[start:end], batch.rows.slice(start, end - start))
                start, characters = end, 0


def _chunks(texts: Iterable[str]) -> Iterator[Chunk]:
    chunk: list[str] = []
    characters, began = 0, time.monotonic()
    for text in texts:
        chunk.append(text)
        characters += len(text)
        late = time.monotonic() - began > _PATIENCE
        if len(chunk) == _CHUNK_TEXTS or characters >= _CHUNK_CHARACTERS or late:
            yield Chunk(tuple(chunk))
            chunk, characters, began = [], 0, time.monotonic()
    if chunk:
        yield Chunk(tuple(chunk))


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


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
