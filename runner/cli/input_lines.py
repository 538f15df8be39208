"""Inputs that are typed or piped: a line each, or JSON objects, as the fields of a task take them."""

import codecs
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import IO, Any

from catalog.contract.capabilities import InputField
from catalog.errors import DataError
from catalog.suggest import did_you_mean
from runner.presentation.text import well_formed

__all__ = ["LONGEST", "listed", "object_of", "parsed_input", "stream_inputs", "text_lines"]

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
        for row, where in _objects(lines, "stdin", object_of(fields)):
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
    for row, where in _objects(lines, "stdin", f"{{{json.dumps(key)}: ...}}"):
        if key not in row:
            raise DataError(f"{where} has no {key!r}; --column names it: {did_you_mean(key, row)}")
        value = _value(row[key], field, where)
        yield "" if value is None and field.kind != "number" else value


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


def parsed_input(fields: Sequence[InputField], text: str, number: int) -> Any:
    """Return an input that is given as an argument, the `number`-th from 1.

    Raises:
        DataError: It is no value of its field, or of several fields no object of them.
    """
    where = f"input {number:,}"
    if len(fields) == 1:
        return _value(text, fields[0], where)
    return _values(_object(text, where, object_of(fields)), fields, where)


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _objects(lines: Iterable[str], name: str, like: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the objects of JSON Lines, each with its place; `like` is one as they should be."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{name}: line {number:,}"
            yield _object(line, where, like), where


def _object(line: str, where: str, like: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where} is not JSON: {_short(line)}; give a JSON object such as {like}") from error
    if not isinstance(row, dict):
        raise DataError(f"{where} is not a JSON object such as {like}: {_short(line)}")
    return row


def _values(row: Mapping[str, Any], fields: Sequence[InputField], where: str) -> dict[str, Any]:
    """Return the values of several fields; one that an object lacks is missing, all of them are an error."""
    if not any(field.name in row for field in fields):
        raise DataError(f"{where} has none of the fields of an input: {listed(fields)}")
    return {field.name: _value(row.get(field.name), field, where) for field in fields}


def _value(value: Any, field: InputField, where: str) -> Any:
    """Return a value as the field has it: a number, or text; None if there is none."""
    if isinstance(value, dict | list):
        raise DataError(f"{where} holds {type(value).__name__}, not a value of {field.name!r}: {_short(str(value))}")
    if field.kind == "number":
        return _number(value, field, where)
    if isinstance(value, bool):
        return json.dumps(value)
    return value if value is None else well_formed(value) if isinstance(value, str) else str(value)


def _number(value: Any, field: InputField, where: str) -> float | str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        if isinstance(value, str) and field.read is not None:
            found = field.read(value)
            return well_formed(value) if found is None else found  # the model notes a word for none, as in a file
        found = float(value)
    except ValueError as error:
        raise DataError(f"{where}: {field.name!r} is a number, not {_short(str(value))!r}") from error
    if not math.isfinite(found):
        raise DataError(f"{where}: {field.name!r} is a finite number, not {found}")
    return found


def listed(fields: Sequence[InputField]) -> str:
    """Return the names of fields for a message."""
    names = ", ".join(repr(field.name) for field in fields[:_NAMED])
    return names if len(fields) <= _NAMED else f"{names} and {len(fields) - _NAMED:,} more"


def object_of(fields: Sequence[InputField]) -> str:
    """Return an input as the command line takes it, with examples; of very many fields the first ones."""
    return json.dumps({field.name: _example(field) for field in fields[:_NAMED]}, ensure_ascii=False)


def _example(field: InputField) -> str | float:
    """Return a value that fits."""
    if field.kind != "number":
        return field.example or next(iter(field.choices), "...")
    try:
        found = float(field.example or 0)
    except ValueError:
        return 0
    return int(found) if found.is_integer() else found if math.isfinite(found) else 0


def _short(line: str) -> str:
    bare = " ".join(line[:200].split())
    return bare if len(bare) <= 60 else bare[:59] + "…"
