"""The inputs that `modelcat predict` answers, a chunk at a time: typed, from stdin, or from a file with its rows."""

import codecs
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

from catalog import registry
from catalog.contract.capabilities import InputField, InputFile, InputTable, ReadsInputs
from catalog.errors import DataError, InputError, PluginError
from catalog.suggest import did_you_mean
from runner.cli.output import print_note
from runner.presentation.text import well_formed
from runner.study.task_faults import task_faults

__all__ = ["LONGEST", "Chunk", "Inputs", "file_inputs", "input_fields", "stream_inputs", "text_lines", "typed_inputs"]

_CHUNK_ROWS = 1024
_CHUNK_CHARACTERS = 4_000_000
_PATIENCE = 1.0
"""Seconds after which a chunk is not waited for any longer once its next input has come: a slow stream gets answers."""
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
_NAMED = 12
"""Fields that a message names."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some inputs in order.

    Attributes:
        inputs: As the model takes them; None for one that is empty.
        given: The same as they were given.
        rows: Of a file a ``pyarrow.RecordBatch`` of all columns.
    """

    inputs: tuple[Any, ...]
    given: tuple[Any, ...]
    rows: Any = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that is to be answered.

    Attributes:
        chunks: The inputs, a chunk at a time.
        columns: Columns of the file that the answers are added to; empty if there are none.
        nested: Those of them whose cells are JSON.
    """

    chunks: Iterator[Chunk]
    columns: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()


def input_fields(key: str, data: Mapping[str, Any]) -> tuple[InputField, ...]:
    """Return what an input of a model is made of.

    Args:
        key: Of the model.
        data: What its study found in the data set, as JSON.

    Raises:
        InputError: Its task does not say.
        PluginError: Its task fails.
    """
    task = registry.load_task(key)
    if not isinstance(task, ReadsInputs):
        raise InputError(f"the task {task.key} does not say what its inputs are, so that nothing can be predicted here")
    with task_faults(key):
        fields = tuple(task.input_fields(data))
    if not fields:
        raise PluginError(f"the task {task.key} names no field of an input")
    return fields


def typed_inputs(
    fields: Sequence[InputField],
    given: tuple[str, ...],
    column: tuple[str, ...],
    encoding: str | None,
    stored: tuple[str, ...] = (),
) -> Inputs:
    """Return the inputs of the command line, or those of stdin.

    Args:
        fields: Of an input: the value of a single one is given as it stands, that of several as a JSON object.
        given: Inputs as arguments; ``-`` alone, or nothing, is stdin.
        column: Key of a single field in JSON Lines.
        encoding: Of stdin; UTF-8 if None.
        stored: Columns of a single field that the study was made with, for JSON Lines.

    Raises:
        InputError: Nothing is given, or several columns.
    """
    if given and given != ("-",):
        if column:
            raise InputError(f"--column {column[0]} names a column of a file, but the inputs are given as arguments")
        return Inputs(_chunks(_argument(fields, text, number) for number, text in enumerate(given, start=1)))
    if not given and sys.stdin.isatty():
        raise InputError("no input given; give inputs as arguments, a file with --file, or pipe lines into stdin")
    if len(column) > 1:
        raise InputError("stdin has one input in a row; name one --column, or give a file with --file")
    if column and len(fields) > 1:
        raise InputError(f"--column names the column of a single field; an input has {_listed(fields)}")
    stream = stream_inputs(sys.stdin.buffer, fields, column[0] if column else None, encoding or "utf-8", stored)
    return Inputs(_chunks(stream))


def file_inputs(key: str, file: InputFile, *, only: bool) -> Inputs:
    """Return the inputs of a file with its rows; a note says how it is read.

    Args:
        key: Of the model.
        file: The file.
        only: Whether its other columns are left out.

    Raises:
        DataError: It cannot be read, or lacks a column.
        InputError: Its task reads no files.
        PluginError: Its task fails.
    """
    task = registry.load_task(key)
    if not isinstance(task, ReadsInputs):
        raise InputError(f"the task {task.key} reads no files of inputs")
    with task_faults(key):
        table = task.open_file(file)
    ignored = f"; not used, though they look like it: {', '.join(map(repr, table.ignored))}" if table.ignored else ""
    print_note(f"{file.path}: the input is in column {' + '.join(map(repr, table.used))}{ignored}")
    for note in table.notes:
        print_note(note)
    chunks = _bounded(key, table)
    return Inputs(chunks) if only else Inputs(chunks, table.columns, table.nested)


def stream_inputs(
    stream: IO[bytes], fields: Sequence[InputField], column: str | None, encoding: str, stored: tuple[str, ...] = ()
) -> Iterator[Any]:
    """Yield the inputs of stdin: of a single field one a line, or JSON Lines if the first line is an object.

    Empty lines of plain text are inputs too. Inputs of several fields are JSON Lines.

    Args:
        stream: Bytes.
        fields: Of an input.
        column: Key of a single field in JSON Lines; that of the study if None.
        encoding: Of the stream.
        stored: Columns of a single field that the study was made with; its name counts if it does not say.

    Raises:
        DataError: Bytes that are not of the encoding, an object that lacks the key, a line that is no object after
            one that is, a value that is none, or a study whose input is joined from several columns.
    """
    lines = text_lines(stream, "stdin", encoding)
    if (first := next(lines, None)) is None:
        return
    lines = chain([first], lines)
    if len(fields) > 1:
        for row, where in _objects(lines, "stdin", fields[0].name):
            yield _values(row, fields, where)
        return
    field = fields[0]
    if column is None and not _is_object(first):
        for number, line in enumerate(lines, start=1):
            yield _value(_bare(line), field, f"stdin: line {number:,}")
        return
    if column is None and len(stored) > 1:
        raise DataError(
            f"stdin: this study joins the columns {', '.join(map(repr, stored))}; "
            "give the objects in a file, with --file"
        )
    key = column or (stored[0] if stored else field.name)
    for row, where in _objects(lines, "stdin", key):
        if key not in row:
            raise DataError(f"{where} has no {key!r}; --column names it: {did_you_mean(key, row)}")
        yield _value(row[key], field, where)


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
            raise DataError(f"{name}: line {number:,} is longer than {LONGEST >> 20} MiB; give inputs of less")
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


def _bounded(key: str, table: InputTable) -> Iterator[Chunk]:
    """Yield the rows of a file, so many at a time as a worker takes."""
    batches = table.batches(_CHUNK_ROWS)
    while True:
        with task_faults(key):
            batch = next(batches, None)
        if batch is None:
            return
        start, characters = 0, 0
        for end, value in enumerate(batch.inputs, start=1):
            characters += _size(value)
            if characters >= _CHUNK_CHARACTERS or end == len(batch.inputs):
                inputs = batch.inputs[start:end]
                yield Chunk(inputs, inputs, batch.rows.slice(start, end - start))
                start, characters = end, 0


def _chunks(values: Iterable[Any]) -> Iterator[Chunk]:
    chunk: list[Any] = []
    characters, began = 0, time.monotonic()
    for value in values:
        chunk.append(value)
        characters += _size(value)
        late = time.monotonic() - began > _PATIENCE
        if len(chunk) == _CHUNK_ROWS or characters >= _CHUNK_CHARACTERS or late:
            yield _chunk(chunk)
            chunk, characters, began = [], 0, time.monotonic()
    if chunk:
        yield _chunk(chunk)


def _chunk(values: list[Any]) -> Chunk:
    return Chunk(tuple(None if _is_empty(value) else value for value in values), tuple(values))


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_empty, value.values()))
    return value is None or (isinstance(value, str) and not value.strip())


def _size(value: Any) -> int:
    return sum(map(_size, value.values())) if isinstance(value, Mapping) else len(str(value))


def _argument(fields: Sequence[InputField], text: str, number: int) -> Any:
    where = f"input {number:,}"
    if len(fields) == 1:
        return _value(text, fields[0], where)
    return _values(_object(text, where, fields[0].name), fields, where)


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _objects(lines: Iterable[str], name: str, key: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the objects of JSON Lines, each with its place; `key` is one that they should have."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{name}: line {number:,}"
            yield _object(line, where, key), where


def _object(line: str, where: str, key: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where} is not JSON: {_short(line)}") from error
    if not isinstance(row, dict):
        raise DataError(f'{where} is not a JSON object such as {{"{key}": ...}}: {_short(line)}')
    return row


def _values(row: Mapping[str, Any], fields: Sequence[InputField], where: str) -> dict[str, Any]:
    """Return the values of several fields; one that an object lacks is missing, all of them are an error."""
    if not any(field.name in row for field in fields):
        raise DataError(f"{where} has none of the fields of an input: {_listed(fields)}")
    return {field.name: _value(row.get(field.name), field, where) for field in fields}


def _value(value: Any, field: InputField, where: str) -> Any:
    """Return a value of a field; what is missing is empty, so that answers stay in step with rows."""
    if isinstance(value, dict | list):
        raise DataError(f"{where} holds {type(value).__name__}, not a value of {field.name!r}: {_short(str(value))}")
    if field.kind == "number":
        return _number(value, field, where)
    return "" if value is None else well_formed(value) if isinstance(value, str) else str(value)


def _number(value: Any, field: InputField, where: str) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        return float(value)
    except ValueError as error:
        raise DataError(f"{where}: {field.name!r} is a number, not {_short(str(value))!r}") from error


def _listed(fields: Sequence[InputField]) -> str:
    names = ", ".join(repr(field.name) for field in fields[:_NAMED])
    return names if len(fields) <= _NAMED else f"{names} and {len(fields) - _NAMED:,} more"


def _short(line: str) -> str:
    bare = " ".join(line[:200].split())
    return bare if len(bare) <= 60 else bare[:59] + "…"
