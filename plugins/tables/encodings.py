"""Text as UTF-8: the encoding of a file is given, stated by a byte-order mark, or found where that is safe."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import chardet
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from chardet import EncodingEra

from catalog.errors import DataError
from plugins.tables.compression import cut_at_lines, line_blocks, read_chunks

__all__ = [
    "Encoding",
    "NotUtf8Error",
    "check_codec",
    "checked_blocks",
    "find_encoding",
    "given_encoding",
    "marked_encoding",
    "utf8_blocks",
]

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 18
"""Bytes of lines with characters outside ASCII that the encoding is found from."""
_LEAD = 1.1
"""Times as likely as the next encoding that reads the same bytes as other characters: below, none is chosen."""
_LEAST = 3
"""Characters outside ASCII; fewer may be anything, such as a character of UTF-8 that the file's end cuts in two."""
_ODD = 0.1
"""Share of characters outside ASCII that may stand where no word has them, before an encoding counts as wrong."""
_KNOWN_BINARY = {b"PK\x03\x04": "a zip archive or an Excel workbook", b"\x1f\x8b": "a gzip archive", b"PAR1": "Parquet"}
_ADVICE = 'Say how it is written, as "format": {"encoding": "cp1252"}, or save it as UTF-8.'


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
    """A file that was taken for UTF-8 is not."""


def marked_encoding(path: Path, field: str) -> Encoding | None:
    """Return the encoding that the beginning of a file gives away: a byte-order mark, or the zeros of UTF-16."""
    first = next(read_chunks(path, field), b"")
    for mark, codec in _MARKS:
        if first.startswith(mark):
            return Encoding(codec)
    if (wide := _without_mark(first)) is not None:
        return Encoding(wide, f"{path.name} is {wide.upper()} without a byte-order mark.")
    return None


def find_encoding(path: Path, field: str) -> Encoding:
    """Find the encoding of a file that says nothing of it; reads the file once unless it begins with a mark.

    UTF-8 is recognised by being valid. Otherwise the lines with bytes outside ASCII are put to `chardet`, among the
    encodings of the web; its first answer counts if it is clearly ahead of the next that reads other characters, and
    if these characters stand where words have them.

    Raises:
        DataError: The file is binary, mixes encodings, or it is not clear which one it has.
    """
    if (marked := marked_encoding(path, field)) is not None:
        return marked
    if is_utf8(path, field):
        return Encoding("utf-8")
    return _guess(path, field, *_sample(path, field))


def given_encoding(path: Path, field: str, name: str) -> Encoding:
    """Return the encoding that a spec names; bytes that it does not have are found when the file is read.

    Raises:
        DataError: There is no such encoding, or it is UTF-8 and the file is not.
    """
    encoding = Encoding(check_codec(name, "dataset.format.encoding"))
    if encoding.is_utf8 and not is_utf8(path, field):
        _, (line, offset) = _sample(path, field)
        raise DataError(
            f"{path} is not UTF-8 text: {_byte(path, field, offset)} in line {line:,}, at byte offset {offset:,}. Leave "
            '"format": {"encoding": ...} out to have the encoding found.',
            field=field,
        )
    return encoding


def is_utf8(path: Path, field: str) -> bool:
    """Return whether all of a file is valid UTF-8."""
    return all(map(_is_utf8, line_blocks(path, field)))


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


def utf8_blocks(path: Path, field: str, encoding: Encoding) -> Iterator[bytes]:
    """Yield the text as UTF-8 in blocks that end with a line feed, but for the last one; without a byte-order mark.

    Raises:
        DataError: Bytes that the encoding does not have; the message gives the line.
    """
    if encoding.is_utf8:
        for number, block in enumerate(line_blocks(path, field)):
            yield block.removeprefix(codecs.BOM_UTF8) if number == 0 else block
    else:
        yield from cut_at_lines(_converted(path, field, encoding))


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
    reason = error.reason if isinstance(error, UnicodeDecodeError) else str(error)
    return DataError(
        f"{path} is not {encoding.codec} text: {reason}, in line {line:,} or shortly after. {_ADVICE}", field=field
    )


def _without_mark(first: bytes) -> str | None:
    """Return UTF-16 without a mark, in which every second byte of Western text is zero."""
    head = first[: 1 << 16]
    if len(head) < 4 or not head.count(0):
        return None
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _sample(path: Path, field: str) -> tuple[bytes, tuple[int, int]]:
    """Return lines with bytes outside ASCII, and line and offset of the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    found, size, line, offset, carried = [], 0, 1, 0, b""
    invalid: tuple[int, int] | None = None
    for chunk in read_chunks(path, field):
        if invalid is None:
            before = len(decoder.getstate()[0])  # bytes of a character that the last chunk cut in two
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                at = error.start - before
                invalid = (line + chunk.count(b"\n", 0, max(at, 0)), offset + at)
            line += chunk.count(b"\n")
            offset += len(chunk)
        if size < _SAMPLE:
            lines = (carried + chunk).split(b"\n")
            carried = lines.pop()
            for each in lines:
                if size < _SAMPLE and not each.isascii():
                    found.append(each[:_SAMPLE])
                    size += len(found[-1])
        elif invalid is not None:
            break
    if carried and not carried.isascii():
        found.append(carried[:_SAMPLE])
    cut = (line, offset - len(decoder.getstate()[0]))  # a character that the file's end cuts in two
    return b"\n".join(found), invalid or cut


def _guess(path: Path, field: str, sample: bytes, invalid: tuple[int, int]) -> Encoding:
    line, offset = invalid
    first = next(read_chunks(path, field), b"")
    where = f"{path} is not UTF-8 text: {_byte(path, field, offset)} in line {line:,}, at byte offset {offset:,}"
    kind = next((name for signature, name in _KNOWN_BINARY.items() if first.startswith(signature)), None)
    if kind is not None:
        raise DataError(f"{path} is not text: it looks like {kind}. Name it so, or save it as CSV.", field=field)
    if first[:4096].count(0) > 4:
        raise DataError(f"{path} is not text: it holds many zero bytes.", field=field)
    decoded = sample.decode("utf-8", errors="surrogateescape")
    outside = sum(character > "\x7f" for character in decoded)
    stray = sum("\udc80" <= character <= "\udcff" for character in decoded)
    if outside - stray > stray:
        raise DataError(f"{where}, and other lines are: it mixes encodings. Save all of it as UTF-8.", field=field)
    if outside < _LEAST:
        raise DataError(f"{where}. {_ADVICE}", field=field)
    readings: dict[str, tuple[str, float]] = {}
    for candidate in chardet.detect_all(sample, encoding_era=EncodingEra.MODERN_WEB, ignore_threshold=True):
        name = str(candidate["encoding"] or "")
        try:
            readings.setdefault(sample.decode(name), (name, float(candidate["confidence"] or 0.0)))
        except (LookupError, UnicodeError):
            continue
    ranked = sorted(readings.items(), key=lambda reading: -reading[1][1])
    if not ranked:
        raise DataError(f"{where}, and no other encoding fits. {_ADVICE}", field=field)
    text, (name, confidence) = ranked[0]
    rival = ranked[1][1] if len(ranked) > 1 else ("", 0.0)
    if confidence < _LEAD * rival[1] or _odd_share(text) > _ODD:
        likely = f"{name} or {rival[0]}" if rival[0] else name
        raise DataError(f"{where}; it may be {likely}, which is not clear. {_ADVICE}", field=field)
    codec = codecs.lookup(name).name
    return Encoding(codec, f'{path.name} was read as {codec}; if that is wrong, set "format": {{"encoding": ...}}.')


def _byte(path: Path, field: str, offset: int) -> str:
    """Return the byte at an offset of the decompressed file, as ``byte 0xe9``."""
    for chunk in read_chunks(path, field):
        if offset < len(chunk):
            return f"byte 0x{chunk[offset]:02x}"
        offset -= len(chunk)
    return "its last byte"


_WITHIN = re.compile(r"(?<=[^\W\d_])[^\w\s'’ʼ‑–—·-](?=[^\W\d_])")
_RAISED = re.compile(r"(?<=[a-zà-öø-ÿ])[^\x00-\x7f](?=[a-zà-öø-ÿ])")


def _odd_share(text: str) -> float:
    """Return the share of characters outside ASCII that stand where no word has them.

    Symbols and control characters between two letters, and capitals between two small ones: what text of a DOS or
    Macintosh code page becomes if it is read as another.
    """
    outside = sum(character > "\x7f" for character in text)
    odd = sum(match.group() > "\x7f" for match in _WITHIN.finditer(text))
    odd += sum(match.group().isupper() for match in _RAISED.finditer(text))
    odd += sum("\x80" <= character <= "\x9f" for character in text)
    return odd / outside if outside else 0.0
