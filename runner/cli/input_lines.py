"""Inputs that are typed or piped: one for each line, or JSON objects, as the fields of a task take them."""

import codecs
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, Any

from catalog.contract.capabilities import InputField
from catalog.errors import DataError
from catalog.suggest import did_you_mean
from runner.study.inputs import object_input, object_of, short, value_of

__all__ = ["LONGEST", "parsed_input", "stream_inputs", "text_lines"]

LONGEST = 1 << 24
"""The most bytes of a line: 16 MiB. A file without line ends would otherwise fill the memory."""
_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"\xff\xfe": "UTF-16 text; give it with --file",
    b"\xfe\xff": "UTF-16 text; give it with --file",
    b"\x1f\x8b": "a gzip archive; give it with --file",
    b"PK\x03\x04": "a zip archive or an Excel workbook; give it with --file",
    b"PAR1": "Parquet; give it with --file",
}


def stream_inputs(
    stream: IO[bytes], fields: Sequence[InputField], column: str | None, encoding: str, stored: tuple[str, ...] = ()
) -> Iterator[Any]:
    """Yield the inputs of stdin: for a single field one a line, or JSON Lines if the first line is an object.

    Empty lines of plain text are inputs too. Inputs of several fields are JSON Lines.

    Args:
        stream: Bytes.
        fields: Of an input.
        column: Key of a single field in JSON Lines; that of the study if None.
        encoding: Of the stream.
        stored: Columns of a single field with which the study was made; the field's name is used if they are unknown.

    Raises:
        DataError: Bytes are not of the encoding, an object lacks the key, a line after an object is no object, a value
            does not fit its field, or the study's input is joined from several columns.
    """
    lines = text_lines(stream, "stdin", encoding)
    if (first := next(lines, None)) is None:
        return
    lines = chain([first], lines)
    if len(fields) > 1:
        for row, where in _objects(lines, "stdin", object_of(fields)):
            yield object_input(row, fields, where)
        return
    field = fields[0]
    if column is None and not _is_object(first):
        for number, line in enumerate(lines, start=1):
            yield value_of(_bare(line), field, f"stdin: line {number:,}")
        return
    if column is None and len(stored) > 1:
        raise DataError(
            f"stdin: this study joins the columns {', '.join(map(repr, stored))}; "
            "give the objects in a file, with --file"
        )
    key = column or (stored[0] if stored else field.name)
    for row, where in _objects(lines, "stdin", f"{{{json.dumps(key)}: ...}}"):
        if key not in row:
            raise DataError(f"{where} has no {key!r}; --column names it: {did_you_mean(key, row)}")
        value = value_of(row[key], field, where)
        yield "" if value is None and field.kind != "number" else value


def text_lines(stream: IO[bytes], name: str, encoding: str = "utf-8") -> Iterator[str]:
    r"""Yield the lines of `stream` with their ends unchanged, without the byte-order mark.

    Args:
        stream: Bytes.
        name: How errors name it.
        encoding: One in which a line feed is one byte, as in UTF-8.

    Raises:
        DataError: A line is longer than `LONGEST`, holds bytes that the encoding does not have, or the stream is not
            text.
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


def parsed_input(fields: Sequence[InputField], text: str, number: int) -> Any:
    """Return an input from the command's arguments, the `number`-th from 1.

    Raises:
        DataError: It does not fit its field, or, for several fields, is no object of them.
    """
    where = f"input {number:,}"
    if len(fields) == 1:
        return value_of(text, fields[0], where)
    return object_input(_object(text, where, object_of(fields)), fields, where)


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _objects(lines: Iterable[str], name: str, like: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the objects of JSON Lines, each with its place; `like` is an example for error messages."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{name}: line {number:,}"
            yield _object(line, where, like), where


def _object(line: str, where: str, like: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where} is not JSON: {short(line)}; give a JSON object such as {like}") from error
    if not isinstance(row, dict):
        raise DataError(f"{where} is not a JSON object such as {like}: {short(line)}")
    return row
