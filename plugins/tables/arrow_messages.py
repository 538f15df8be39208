"""What the messages of an Arrow file say about their sizes, before any of them is decompressed.

An Arrow stream is a row of messages, each with a FlatBuffers table that says which buffers follow it; in a file the
stream is between a mark and a footer. A compressed buffer begins with its size when unpacked
(https://arrow.apache.org/docs/format/Columnar.html, "Encapsulated message format" and "Compression").
"""

import struct
from dataclasses import dataclass
from typing import IO

__all__ = ["Messages", "read_messages"]

_CONTINUED = 0xFFFFFFFF
_DICTIONARY, _ROWS = 2, 3
"""Kinds of messages with buffers."""
_MOST_METADATA = 1 << 28
"""Bytes of the part before the buffers of one message."""


@dataclass(frozen=True, slots=True)
class Messages:
    """What a stream says about itself.

    Attributes:
        rows: Of all its batches.
        batches: How many of these there are.
        unpacked: Bytes of all buffers when they are unpacked; 0 if none is compressed.
        ended: Whether a mark says that the stream is complete.
    """

    rows: int
    batches: int
    unpacked: int
    ended: bool


def read_messages(file: IO[bytes], start: int) -> Messages:
    """Scan a stream that begins at a place of a file.

    Raises:
        ValueError: It is damaged.
    """
    rows = batches = unpacked = 0
    place = start
    while True:
        file.seek(place)
        head = file.read(8)
        if len(head) < 4:
            return Messages(rows, batches, unpacked, ended=False)
        length, before = struct.unpack("<I", head[:4])[0], 4
        if length == _CONTINUED:
            if len(head) < 8:
                raise ValueError("a message is cut off")
            length, before = struct.unpack("<I", head[4:])[0], 8
        if length == 0:
            return Messages(rows, batches, unpacked, ended=True)
        if length > _MOST_METADATA:
            raise ValueError("a message is of an impossible size")
        file.seek(place + before)
        try:
            message = _Table(file.read(length))
            kind, body = message.number(1, "<B"), message.number(3, "<q")
            if body < 0:
                raise ValueError("a message has a negative size")
            place += before + length
            if kind in {_DICTIONARY, _ROWS}:
                table = message.table(2) if kind == _ROWS else message.table(2).table(1)
                batches += kind == _ROWS
                rows += max(0, table.number(0, "<q")) if kind == _ROWS else 0
                unpacked += _unpacked(table, file, place)
        except (struct.error, IndexError) as error:
            raise ValueError("a message is damaged") from error
        place += body


class _Table:
    """A FlatBuffers table: fields by their number."""

    def __init__(self, data: bytes, place: int | None = None) -> None:
        self._data = data
        self._place = self._read("<I", 0) if place is None else place
        self._fields = self._place - self._read("<i", self._place)
        self._size = self._read("<H", self._fields)

    def _read(self, kind: str, place: int) -> int:
        if place < 0:
            raise IndexError
        return int(struct.unpack_from(kind, self._data, place)[0])

    def _field(self, number: int) -> int:
        """Return where a field is; 0 if it has its usual value."""
        at = 4 + 2 * number
        offset = self._read("<H", self._fields + at) if at < self._size else 0
        return self._place + offset if offset else 0

    def number(self, field: int, kind: str) -> int:
        """Return a number."""
        place = self._field(field)
        return self._read(kind, place) if place else 0

    def table(self, field: int) -> "_Table":
        """Return a table within this one."""
        place = self._field(field)
        if not place:
            raise IndexError
        return _Table(self._data, place + self._read("<I", place))

    def has(self, field: int) -> bool:
        """Return whether a field is there."""
        return bool(self._field(field))

    def pairs(self, field: int) -> list[tuple[int, int]]:
        """Return a list of pairs of numbers."""
        place = self._field(field)
        if not place:
            return []
        place += self._read("<I", place)
        count = self._read("<I", place)
        return [struct.unpack_from("<qq", self._data, place + 4 + 16 * number) for number in range(count)]


def _unpacked(table: _Table, file: IO[bytes], body: int) -> int:
    """Return how many bytes the buffers of a batch have once they are unpacked; 0 if they are not compressed."""
    if not table.has(3):
        return 0
    total = 0
    for offset, length in table.pairs(2):
        if length >= 8:
            file.seek(body + max(0, offset))
            total += max(length, *struct.unpack("<q", file.read(8)))
    return total
