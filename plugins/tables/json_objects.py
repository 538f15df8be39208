"""JSON: one object a line, or one array of objects; keys are columns."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.dataset import Format
from catalog.errors import DataError
from plugins.tables.encodings import Encoding, find_encoding, given_encoding, utf8_blocks
from plugins.tables.table import NESTED_ROW, OpenTable
from plugins.tables.wording import listed, shortened

__all__ = ["open_json"]

_SPACE = re.compile(r"[ \t\r\n]*")
_EXACT = 1 << 53
"""Whole numbers up to here are exact as floating-point numbers."""


def open_json(path: Path, field: str, given: Format) -> OpenTable:
    """Look through a file and make it ready for reading.

    A key that an object lacks is null there, a key of mixed types becomes strings. A key that holds a list or an object
    anywhere becomes a column of JSON, with the first such row in its metadata: files may have such keys as long as they
    are not used.

    Raises:
        DataError: Not text, not JSON, not objects, or an object with one key twice; the message gives the line.
    """
    encoding = given_encoding(path, field, given.encoding) if given.encoding else find_encoding(path, field)
    kinds: dict[str, set[type]] = {}
    nested: dict[str, int] = {}
    rows = halves = 0
    reader = _Objects(path, field, encoding)
    for row in reader:
        rows += 1
        for name, value in row.items():
            kinds.setdefault(name, set()).add(_kind(value))
            halves += isinstance(value, str) and not value.isascii() and _storable(value) != value
            if isinstance(value, list | dict):
                nested.setdefault(name, rows)
    if not rows:
        raise DataError(f"{path} holds no rows.", field=field)
    broken = f"{path.name}: {halves:,} strings hold half a character (an emoji cut in two), read as a question mark."
    names = {name: _storable(name) for name in kinds}
    if len(set(names.values())) < len(names):
        raise DataError(f"{path}: several keys have one name: {listed(names.values())}.", field=field)
    types = {name: _type(found, name in nested) for name, found in kinds.items()}
    schema = pa.schema(
        [
            pa.field(names[name], kind, metadata={NESTED_ROW: str(nested[name]).encode()} if name in nested else None)
            for name, kind in types.items()
        ]
    )

    def batches(size: int) -> Iterator[pa.RecordBatch]:
        held: list[Mapping[str, Any]] = []
        for row in _Objects(path, field, encoding):
            held.append(row)
            if len(held) == size:
                yield _batch(held, types, schema)
                held = []
        if held:
            yield _batch(held, types, schema)

    return OpenTable(
        columns=tuple(schema.names),
        typed=True,
        lines=reader.lines,
        notes=(*([] if encoding.note is None else [encoding.note]), *([broken] if halves else [])),
        batches=batches,
        read=lambda: pa.Table.from_batches(batches(1 << 16), schema),
    )


class _Objects:
    """The objects of a file, one after the other; `lines` is known at the end."""

    def __init__(self, path: Path, field: str, encoding: Encoding) -> None:
        self._path, self._field, self._encoding = path, field, encoding
        self.lines = 0
        self._where = ""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        blocks = (block.decode() for block in utf8_blocks(self._path, self._field, self._encoding))
        first = ""
        for first in blocks:
            if first.strip():
                break
            self.lines += first.count("\n")
        if first.lstrip().startswith("["):
            yield from self._array(first, blocks)
        else:
            yield from self._lines(first, blocks)

    def _lines(self, first: str, blocks: Iterator[str]) -> Iterator[dict[str, Any]]:
        for block in self._chained(first, blocks):
            lines = block.split("\n")
            if not lines[-1]:
                lines.pop()
            for line in lines:
                self.lines += 1
                self._where = f"line {self.lines:,}"
                if line.strip():
                    yield self._object(line)

    def _array(self, first: str, blocks: Iterator[str]) -> Iterator[dict[str, Any]]:
        decoder = json.JSONDecoder(object_pairs_hook=self._pairs)
        text, at = first, first.index("[") + 1
        self.lines += first.count("\n")
        values, separated = 0, True
        while True:
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it also matches nothing
            sign, reason = text[at : at + 1], "the array is not closed"
            if sign == "]" and (not values or not separated):
                break
            if sign and not separated:
                if sign != ",":
                    raise self._wrong(text[at:], "a comma is missing")
                at, separated = at + 1, True
                continue
            if sign:
                self._where = f"object {values + 1:,}"
                value, end, reason = self._value(decoder, text, at)
                if value is not None:
                    yield value
                    at, values, separated = end, values + 1, False
                    continue
            more = self._more(blocks, len(text) - at)
            if not more:
                raise self._wrong(text[at:], reason)
            self.lines += more.count("\n")
            text, at = text[at:] + more, 0
        rest = text[at + 1 :] + "".join(blocks)
        if rest.strip():
            raise self._wrong(rest, "something follows the array")
        self.lines += not rest.endswith("\n")

    def _value(self, decoder: json.JSONDecoder, text: str, at: int) -> tuple[dict[str, Any] | None, int, str]:
        """Return the object at a place and where it ends; None, and why, if it may go on in the next block."""
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            return None, at, error.msg
        except RecursionError as error:
            raise self._wrong(text[at:], "it is nested too deeply") from error
        except ValueError as error:  # a number of thousands of digits
            raise self._wrong(text[at:], str(error)) from error
        if not isinstance(value, dict):
            raise self._wrong(text[at:], f"it holds {shortened(value)}")
        return value, end, ""

    @staticmethod
    def _more(blocks: Iterator[str], size: int) -> str:
        """Return at least as much as is at hand, so that a large object is not parsed once for each block."""
        found: list[str] = []
        while sum(map(len, found)) <= size and (block := next(blocks, None)) is not None:
            found.append(block)
        return "".join(found)

    @staticmethod
    def _chained(first: str, blocks: Iterator[str]) -> Iterator[str]:
        yield first
        yield from blocks

    def _object(self, line: str) -> dict[str, Any]:
        try:
            row = json.loads(line, object_pairs_hook=self._pairs)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise DataError(
                f"{self._path}: line {self.lines:,} is not JSON ({reason}): {shortened(line)}.", field=self._field
            ) from error
        if not isinstance(row, dict):
            raise DataError(
                f"{self._path}: line {self.lines:,} is not a JSON object but {shortened(line)}; "
                'write one object a line, as {"text": "...", "label": "..."}, or one array of objects.',
                field=self._field,
            )
        return row

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise DataError(
                f"{self._path}: {self._where} has the key {shortened(twice)!r} twice.",
                field=self._field,
            )
        return found

    def _wrong(self, rest: str, reason: str) -> DataError:
        return DataError(
            f"{self._path} is not an array of JSON objects: {reason}, at {shortened(rest[:200])!r}.", field=self._field
        )


class _Wide:
    """Kind of whole numbers that floating-point numbers cannot hold exactly."""


def _kind(value: Any) -> type:
    if type(value) is not int or -_EXACT <= value <= _EXACT:
        return type(value)
    return _Wide if -(1 << 63) <= value < 1 << 63 else str


def _type(kinds: set[type], nested: bool) -> pa.DataType:
    known = kinds - {type(None)}
    if nested:
        return pa.string()
    if not known:
        return pa.null()
    for kind, type_ in ((bool, pa.bool_()), (float, pa.float64())):
        if known == {kind}:
            return type_
    if known <= {int, _Wide}:
        return pa.int64()
    return pa.float64() if known == {int, float} else pa.string()


def _batch(rows: list[Mapping[str, Any]], types: Mapping[str, pa.DataType], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [
        _array([row.get(name) for row in rows], kind, whole=bool(field.metadata))
        for (name, kind), field in zip(types.items(), schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: list[Any], kind: pa.DataType, *, whole: bool) -> pa.Array:
    """Return a column; as JSON if `whole`, so that strings keep their quotes."""
    if whole:
        return pa.array([None if value is None else json.dumps(value) for value in values], kind)
    if pa.types.is_null(kind):
        return pa.nulls(len(values))
    if pa.types.is_string(kind):
        return pa.array([_string(value) for value in values], kind)
    return pa.array(values, kind)


def _string(value: Any) -> str | None:
    if value is None or value != value:  # noqa: PLR0124 -- NaN, which pandas writes for a missing value
        return None
    return _storable(value if isinstance(value, str) else json.dumps(value))


def _storable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can escape and UTF-8 cannot hold."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
