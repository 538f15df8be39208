"""JSON: one object a line, or one array of objects; keys are columns."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.dataset import Format
from catalog.errors import DataError
from plugins.tables.compression import cut_at_lines, too_large
from plugins.tables.encodings import Encoding, find_encoding, given_encoding, utf8_chunks
from plugins.tables.limits import in_units, longest_row, most_columns
from plugins.tables.table import NESTED_ROW, OpenTable, sampled_rows
from plugins.tables.wording import listed, shortened

__all__ = ["open_json"]

_SPACE = re.compile(r"[ \t\r\n]*")
_LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_EXACT = 1 << 53
"""Whole numbers up to here are exact as floating-point numbers."""
_NULL, _BOOL, _INT, _WIDE, _FLOAT, _STRING, _NESTED = (1 << place for place in range(7))
"""Kinds of values; `_WIDE` are whole numbers that floating-point numbers cannot hold exactly."""
_LARGE = 1 << 20
"""Characters of an object above which its values are counted before it is parsed."""
_VALUES = 16
"""Bytes of a row, as far as it may be long, for each value that it may hold: a value takes some 80 in Python."""
_CUT = 16
"""Characters at the end of a block that may be wrong only because they go on in the next one, such as ``-Infini``."""
_BATCH_CHARACTERS = 1 << 23
_BATCH_CELLS = 1 << 20
_SAMPLED = 2000
"""Rows that are kept for a sample, before every other one is given up."""
_SAMPLED_CHARACTERS = 1 << 24
_SHOWN = 4000
"""Characters of a sampled string."""


def open_json(path: Path, field: str, given: Format) -> OpenTable:
    """Scan a file and prepare it for reading.

    A key that an object lacks is null there, a key of mixed types becomes strings. A key that holds a list or an object
    anywhere becomes a column of JSON, with the first such row in its metadata: files may have such keys as long as they
    are not used.

    Raises:
        DataError: Not text, not JSON, not objects, an object with one key twice, or more keys than a table may have
            columns; the message gives the line.
    """
    encoding = given_encoding(path, field, given.encoding) if given.encoding else find_encoding(path, field)
    reader = _Objects(path, field, encoding)
    found = _looked_through(reader, path, field)
    broken = (
        f"{path.name}: {found.halves:,} strings hold half a character (an emoji cut in two), read as a question mark."
    )
    renamed = {stored: name for name in found.kinds if (stored := _storable(name)) != name}
    names = [_storable(name) for name in found.kinds] if renamed else list(found.kinds)
    if renamed and len(set(names)) < len(names):
        raise DataError(f"{path}: several keys have one name: {listed(names)}.", field=field)

    def schema(columns: Sequence[str]) -> pa.Schema:
        return pa.schema([found.column(renamed.get(name, name), name) for name in columns])

    def batches(size: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        chosen = schema(names if columns is None else columns)
        wanted = [renamed.get(name, name) for name in chosen.names]
        rows = min(size, max(1, _BATCH_CELLS // max(1, len(wanted))))
        held: list[Mapping[str, Any]] = []
        objects = _Objects(path, field, encoding)
        began = 0
        for row in objects:
            held.append(row if columns is None else {name: row[name] for name in wanted if name in row})
            if len(held) == rows or objects.characters - began > _BATCH_CHARACTERS:
                yield _batch(held, wanted, chosen, path, field)
                held, began = [], objects.characters
        if held:
            yield _batch(held, wanted, chosen, path, field)

    def sample(columns: Sequence[str]) -> pa.Table:
        rows = [found.sample[place] for place in sampled_rows(len(found.sample), len(columns)).tolist()]
        wanted = [renamed.get(name, name) for name in columns]
        return pa.Table.from_batches([_batch(rows, wanted, schema(columns), path, field)])

    return OpenTable(
        columns=tuple(names),
        typed=True,
        lines=reader.lines,
        notes=(*([] if encoding.note is None else [encoding.note]), *([broken] if found.halves else [])),
        batches=batches,
        read=lambda columns=None: pa.Table.from_batches(
            batches(1 << 16, columns), schema(names if columns is None else columns)
        ),
        sample=sample,
    )


class _Columns:
    """What the objects of a file have in common; `sample` holds some of them, spread evenly, long strings cut."""

    def __init__(self) -> None:
        self.kinds: dict[str, int] = {}
        self.nested: dict[str, int] = {}  # by key its first row, counted from 1
        self.rows = self.halves = 0
        self.sample: list[Mapping[str, Any]] = []
        self._step, self._characters = 1, 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Count an object."""
        kinds = self.kinds
        self.rows += 1
        for name, value in row.items():
            kind = _kind(value)
            kinds[name] = kinds.get(name, 0) | kind
            if kind == _NESTED:
                self.nested.setdefault(name, self.rows)
            elif kind == _STRING and isinstance(value, str) and not value.isascii():
                self.halves += _storable(value) != value
        if (self.rows - 1) % self._step == 0:
            self._keep(row)

    def column(self, name: str, stored: str) -> pa.Field:
        """Return a column, given its key as it is written in the file and as it can be stored."""
        row = self.nested.get(name)
        return pa.field(
            stored, _type(self.kinds[name]), metadata=None if row is None else {NESTED_ROW: str(row).encode()}
        )

    def _keep(self, row: Mapping[str, Any]) -> None:
        kept = {name: _brief(value) for name, value in row.items()}
        self.sample.append(kept)
        self._characters += _characters(kept)
        while len(self.sample) > 1 and (len(self.sample) > _SAMPLED or self._characters > _SAMPLED_CHARACTERS):
            self.sample = self.sample[::2]
            self._step *= 2
            self._characters = sum(map(_characters, self.sample))


def _brief(value: Any) -> Any:
    if isinstance(value, str):
        return value[:_SHOWN]
    return [] if isinstance(value, list | dict) else value


def _characters(row: Mapping[str, Any]) -> int:
    """Return about how many bytes a row of a sample takes; a key and its value take more."""
    return sum(len(value) if isinstance(value, str) else 0 for value in row.values()) + 100 * len(row)


def _looked_through(reader: "_Objects", path: Path, field: str) -> _Columns:
    found = _Columns()
    limit = most_columns()
    for row in reader:
        found.add(row)
        if len(found.kinds) > limit:
            what = f"down to {reader.where} its objects have {len(found.kinds):,} different keys, more than {limit:,}"
            raise too_large(path, field, what, len(found.kinds), limit)
    if not found.rows:
        raise DataError(f"{path} holds no rows.", field=field)
    return found


class _Objects:
    """The objects of a file, one after the other.

    `lines` is known at the end; `characters` are those of the objects so far, `where` is the place of the last one.
    """

    def __init__(self, path: Path, field: str, encoding: Encoding) -> None:
        self._path, self._field, self._encoding = path, field, encoding
        self._longest = longest_row()
        self.lines = 0
        self.characters = 0
        self.where = ""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self._starts().startswith(b"["):
            yield from self._array(chunk.decode() for chunk in self._chunks())
        else:
            yield from self._lines()

    def _chunks(self) -> Iterator[bytes]:
        return utf8_chunks(self._path, self._field, self._encoding)

    def _starts(self) -> bytes:
        """Return the first piece of the file that holds more than spaces, without those before it."""
        return next((found for chunk in self._chunks() if (found := chunk.lstrip())), b"")

    def _lines(self) -> Iterator[dict[str, Any]]:
        for block in cut_at_lines(self._chunks, self._path, self._field):
            lines = block.decode().split("\n")
            if not lines[-1]:
                lines.pop()
            for line in lines:
                self.lines += 1
                self.where = f"line {self.lines:,}"
                self.characters += len(line)
                if line.strip():
                    yield self._object(line)

    def _array(self, blocks: Iterator[str]) -> Iterator[dict[str, Any]]:
        decoder = json.JSONDecoder(object_pairs_hook=self._pairs)
        text = ""
        while "[" not in text:  # nothing but spaces stands before it
            text = next(blocks)
            self.lines += text.count("\n")
        at = text.index("[") + 1
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
                self.where = f"object {values + 1:,}"
                value, end, reason = self._value(decoder, text, at)
                if value is not None:
                    if end - at > self._longest:
                        self._check_size(text[at:end], 0)
                    yield value
                    self.characters += end - at
                    at, values, separated = end, values + 1, False
                    continue
            self._check_size(text, at)
            more = self._more(blocks, len(text) - at)
            if not more:
                raise self._wrong(text[at:], reason)
            self.lines += more.count("\n")
            text, at = text[at:] + more, 0
        self._end(text[at + 1 :], blocks)

    def _end(self, rest: str, blocks: Iterator[str]) -> None:
        """Check that only spaces follow an array."""
        last = ""
        for part in self._chained(rest, blocks):
            if part.strip():
                raise self._wrong(part, "something follows the array")
            self.lines += part.count("\n") if part is not rest else 0
            last = part or last
        self.lines += not last.endswith("\n")

    def _check_size(self, text: str, at: int) -> None:
        """Check that an object that begins at a place and fills the rest of the text is not too large.

        Raises:
            DataError: It is longer, or holds so many values that it becomes many times as large when it is parsed.
        """
        size = len(text) - at
        if size <= _LARGE:
            return
        values = sum(text.count(mark, at) for mark in ",[{")
        for what, found, limit in (
            (f"is longer than {in_units(self._longest)}", size, self._longest),
            (f"holds more than {self._longest // _VALUES:,} values", values, self._longest // _VALUES),
        ):
            if found > limit:
                raise too_large(self._path, self._field, f"{self.where} {what}", found, limit)

    def _value(self, decoder: json.JSONDecoder, text: str, at: int) -> tuple[dict[str, Any] | None, int, str]:
        """Return the object at a place and where it ends; None, and why, if it may go on in the next block."""
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            if error.pos < len(text) - _CUT and not error.msg.startswith("Unterminated string"):
                raise self._wrong(text[at:], error.msg) from error
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
        """Return at least as much text as is available, so that a large object is not parsed once for each block."""
        found: list[str] = []
        length = 0
        while length <= size and (block := next(blocks, None)) is not None:
            found.append(block)
            length += len(block)
        return "".join(found)

    @staticmethod
    def _chained(first: str, blocks: Iterator[str]) -> Iterator[str]:
        yield first
        yield from blocks

    def _object(self, line: str) -> dict[str, Any]:
        self._check_size(line, 0)
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
            seen: set[str] = set()
            twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
            raise DataError(
                f"{self._path}: {self.where} has the key {shortened(twice)!r} twice.",
                field=self._field,
            )
        return found

    def _wrong(self, rest: str, reason: str) -> DataError:
        return DataError(
            f"{self._path} is not an array of JSON objects: {reason}, at {shortened(rest[:200])!r}.", field=self._field
        )


def _kind(value: Any) -> int:
    kind = _KINDS[type(value)]
    if kind != _INT or -_EXACT <= value <= _EXACT:
        return kind
    return _WIDE if -(1 << 63) <= value < 1 << 63 else _STRING


_KINDS = {type(None): _NULL, bool: _BOOL, int: _INT, float: _FLOAT, str: _STRING, list: _NESTED, dict: _NESTED}


def _type(kinds: int) -> pa.DataType:
    known = kinds & ~_NULL
    if not known:
        return pa.null()
    if known == _BOOL:
        return pa.bool_()
    if not known & ~(_INT | _WIDE):
        return pa.int64()
    return pa.float64() if known in {_FLOAT, _INT | _FLOAT} else pa.string()


def _batch(
    rows: list[Mapping[str, Any]], names: Sequence[str], schema: pa.Schema, path: Path, field: str
) -> pa.RecordBatch:
    try:
        arrays = [
            _array([row.get(name) for row in rows], column.type, whole=bool(column.metadata))
            for name, column in zip(names, schema, strict=True)
        ]
    except RecursionError as error:  # JSON that could be parsed from a place with more of the stack left
        raise DataError(f"{path} holds JSON that is nested too deeply.", field=field) from error
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
    if isinstance(value, str):
        return _storable(value)
    text = json.dumps(value)
    # Next to texts such as "1.234,5", 1.234 would be read as 1234; 1.2340 can only be a decimal fraction.
    return f"{text}0" if isinstance(value, float) and _LIKE_THOUSANDS.fullmatch(text) else text


def _storable(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can escape and UTF-8 cannot hold."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
