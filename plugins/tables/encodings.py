"""Text as UTF-8: the encoding of a file is given, stated by a byte-order mark, or found if that is safe."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.tables.compression import cut_at_lines, line_blocks, read_chunks
from plugins.tables.guessing import ADVICE, guess_codec, invalid_byte, is_single_byte, no_text

__all__ = [
    "Encoding",
    "NotUtf8Error",
    "check_codec",
    "checked_blocks",
    "find_encoding",
    "find_encodings",
    "given_encoding",
    "marked_encoding",
    "utf8_blocks",
    "utf8_chunks",
]

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE_ZEROS = 0.02
"""Share of zeros among every second byte from which on text may be UTF-16: those of its spaces, digits and lines."""
_WESTERN_ZEROS = 0.4
"""The same from which on it is UTF-16, and mostly ASCII characters."""
_BY_CHANCE = 0.2
"""Share of lines of an encoding of several bytes a character up to which they may be valid UTF-8 by chance."""
_BINARY_ZEROS = 0.1
"""Share of zeros from which on a file that is not UTF-16 is not text."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the characters of a file are stored.

    Attributes:
        codec: Name of Python's codec.
        note: What a reader should know of how it was found; None if there is nothing to know.
    """

    codec: str
    note: str | None = None

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes need no conversion."""
        return self.codec in {"utf-8", "utf-8-sig"}


def check_codec(name: str, field: str) -> str:
    """Return the name by which Python knows an encoding of text.

    Raises:
        DataError: It knows none of that name.
    """
    try:
        found = codecs.lookup(name)
        found.incrementaldecoder("strict").decode(b"", final=True)
    except (LookupError, TypeError, ValueError, UnicodeError) as error:
        raise DataError(
            f"{name!r} is no text encoding; common ones: utf-8, utf-16, cp1252, latin-1, cp1251, shift_jis, gb18030.",
            field=field,
        ) from error
    if not isinstance(found.incrementaldecoder("strict").decode(b"", final=True), str):
        raise DataError(f"{name!r} is no text encoding.", field=field)
    return found.name


class NotUtf8Error(Exception):
    """Raised when a file that was read as UTF-8 is not UTF-8."""


def marked_encoding(path: Path, field: str) -> Encoding | None:
    """Return the encoding that the beginning of a file shows: a byte-order mark, or the zeros of UTF-16.

    Raises:
        DataError: It begins with so many zeros that it is no text.
    """
    first = next(read_chunks(path, field), b"")
    for mark, codec in _MARKS:
        if first.startswith(mark):
            return Encoding(codec)
    head = first[: 1 << 16]
    if (wide := _without_mark(head)) is not None:
        return Encoding(wide, f"{path.name} is {wide.upper()} without a byte-order mark.")
    if head.count(0) > _BINARY_ZEROS * len(head):
        raise no_text(path, field, first)
    if b"\x1b$" in head and head.isascii():
        return Encoding("iso2022_jp", f"{path.name} was read as iso2022_jp.")
    return None


def find_encoding(path: Path, field: str) -> Encoding:
    """Find the encoding of a file that does not state it; this reads the file once unless it begins with a mark.

    UTF-8 is recognised by being valid; for anything else see `guess_codec`.

    Raises:
        DataError: The file is binary, incomplete, mixes encodings, or it is not clear which one it has.
    """
    if (marked := marked_encoding(path, field)) is not None:
        return marked
    if is_utf8(path, field):
        return Encoding("utf-8")
    return _guessed(path, guess_codec([path], field))


def find_encodings(paths: Sequence[Path], field: str) -> list[Encoding]:
    """Find the encoding of each of several files; those that are not UTF-8 and have no mark share one.

    Raises:
        DataError: As `find_encoding`.
    """
    known = [marked_encoding(path, field) or (Encoding("utf-8") if is_utf8(path, field) else None) for path in paths]
    foreign = [path for path, encoding in zip(paths, known, strict=True) if encoding is None]
    shared = guess_codec(foreign, field) if foreign else ""
    return [
        encoding if encoding is not None else _guessed(path, shared)
        for path, encoding in zip(paths, known, strict=True)
    ]


def _guessed(path: Path, codec: str) -> Encoding:
    return Encoding(codec, f'{path.name} was read as {codec}; if that is wrong, set "format": {{"encoding": ...}}.')


def given_encoding(path: Path, field: str, name: str) -> Encoding:
    """Return the encoding that a spec names; bytes that it does not have are found when the file is read.

    Raises:
        DataError: There is no such encoding, or it is UTF-8 and the file is not.
    """
    codec = check_codec(name, "dataset.format.encoding")
    if not Encoding(codec).is_utf8:
        return Encoding(codec, _doubt(path, field, codec))
    if not is_utf8(path, field):
        raise DataError(
            f"{path} is not UTF-8 text: {invalid_byte(path, field)}. Leave "
            '"format": {"encoding": ...} out to have the encoding found.',
            field=field,
        )
    return Encoding(codec)


def _doubt(path: Path, field: str, codec: str) -> str | None:
    """Return a note on a file with characters outside ASCII of which all or some are UTF-8; None if there are none."""
    foreign = utf8 = 0
    for block in _whole_characters(read_chunks(path, field)):
        if not block.isascii():
            lines = [line for line in block.split(b"\n") if not line.isascii()]
            foreign += len(lines)
            utf8 += len(lines) if _is_utf8(block) else sum(map(_is_utf8, lines))
    said = f"{path.name} was read as {codec}, as dataset.format says, but"
    if foreign and utf8 == foreign:
        return f"{said} all of it is valid UTF-8."
    if utf8 > (0 if is_single_byte(codec) else _BY_CHANCE * foreign):
        return f"{said} {utf8:,} of {foreign:,} lines with characters outside ASCII are UTF-8: it mixes encodings."
    return None


def is_utf8(path: Path, field: str) -> bool:
    """Return whether all of a file is valid UTF-8."""
    return all(map(_is_utf8, _whole_characters(read_chunks(path, field))))


def checked_blocks(path: Path, field: str) -> Iterator[bytes]:
    """Yield a file in blocks that end with a line feed, as `utf8_blocks` does, for a file that seems to be UTF-8.

    Raises:
        NotUtf8Error: It is not.
    """
    for block in line_blocks(path, field):
        if not _is_utf8(block):
            raise NotUtf8Error
        yield block


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    ends = pa.py_buffer(np.array([0, len(block)], dtype=np.int64))
    value = pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(block)])
    try:
        pc.cast(value, pa.large_string())  # twice as fast as Python's own decoder
    except pa.ArrowInvalid:
        return False
    return True


def utf8_blocks(path: Path, field: str, encoding: Encoding, *, returns: bool = False) -> Iterator[bytes]:
    """Yield the text as UTF-8 in blocks that end with a line feed, but for the last one; without a byte-order mark.

    Args:
        path: The file.
        field: The spec field that names it.
        encoding: Of the file.
        returns: Whether a carriage return ends a line too.

    Raises:
        DataError: Bytes that the encoding does not have, or a line that is too long; the message gives the line.
    """
    yield from cut_at_lines(lambda: utf8_chunks(path, field, encoding), path, field, returns=returns)


def utf8_chunks(path: Path, field: str, encoding: Encoding) -> Iterator[bytes]:
    """Yield the text as UTF-8 in pieces that cut no character in two; without a byte-order mark.

    Raises:
        DataError: Bytes that the encoding does not have; the message gives the line.
    """
    read = read_chunks(path, field) if encoding.is_utf8 else _converted(path, field, encoding)
    for number, chunk in enumerate(_whole_characters(read)):
        yield _unmarked(chunk) if number == 0 else chunk


def _whole_characters(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut UTF-8 so that no character of it is in two pieces."""
    rest = b""
    for chunk in chunks:
        whole = rest + chunk if rest else chunk
        end = len(whole)
        for back in range(1, min(3, end) + 1):
            if whole[-back] >= 0xC0:  # the first byte of a character of two to four bytes
                if back < (2 if whole[-back] < 0xE0 else 3 if whole[-back] < 0xF0 else 4):
                    end -= back
                break
        rest = whole[end:]
        if end:
            yield whole[:end] if rest else whole
    if rest:
        yield rest


def _unmarked(block: bytes) -> bytes:
    while block.startswith(codecs.BOM_UTF8):
        block = block.removeprefix(codecs.BOM_UTF8)
    return block


def _converted(path: Path, field: str, encoding: Encoding) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    lines = 1
    for chunk in read_chunks(path, field):
        try:
            text = decoder.decode(chunk)
        except UnicodeError as error:
            raise _undecodable(path, field, encoding, lines, error) from error
        lines += text.count("\n")
        if text:
            yield _encoded(text, path, field)
    try:
        if last := decoder.decode(b"", final=True):
            yield _encoded(last, path, field)
    except UnicodeError as error:
        raise _undecodable(path, field, encoding, lines, error) from error


def _encoded(text: str, path: Path, field: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:  # utf-7 and the like can write halves of surrogate pairs
        raise DataError(f"{path} holds half a surrogate pair, which is no character.", field=field) from error


def _undecodable(path: Path, field: str, encoding: Encoding, line: int, error: UnicodeError) -> DataError:
    reason = str(error)
    if isinstance(error, UnicodeDecodeError):
        reason = error.reason
        line += error.object[: error.start].count(b"\n")
    return DataError(f"{path} is not {encoding.codec} text: {reason}, in line {line:,}. {ADVICE}", field=field)


def _without_mark(head: bytes) -> str | None:
    """Return UTF-16 without a mark, in which every second byte of ASCII characters is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    likely = not _is_utf8_so_far(head)
    for codec, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        share = zeros / max(1, len(head) // 2)
        if share < _WIDE_ZEROS or others > zeros / 20 or (share <= _WESTERN_ZEROS and not likely):
            continue
        try:
            text = codecs.getincrementaldecoder(codec)("strict").decode(head)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and ("\n" in text or "\r" in text or share > _WESTERN_ZEROS):
            return codec
    return None


def _is_utf8_so_far(head: bytes) -> bool:
    """Return whether bytes are UTF-8, perhaps cut in a character, without the many controls of UTF-16 in Cyrillic."""
    if head.isascii():
        data = np.frombuffer(head, dtype=np.uint8)
        controls = int(((data > 0) & ((data < 9) | ((data > 13) & (data < 32)))).sum())
        return controls < max(4, head.count(0) / 4)
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return True
