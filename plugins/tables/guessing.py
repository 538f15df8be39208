"""The encoding of text that is neither UTF-8 nor begins with a byte-order mark, found if that is safe."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import chardet
from chardet import EncodingEra

from catalog.errors import DataError
from plugins.tables.compression import read_chunks
from plugins.tables.wording import shortened

__all__ = ["ADVICE", "guess_codec", "invalid_byte", "is_single_byte", "no_text"]

ADVICE = 'Say how it is written, as "format": {"encoding": "cp1252"}, or save it as UTF-8.'
_SAMPLE = 1 << 18
"""Bytes of lines with characters outside ASCII that the encoding is found from."""
_SURE = 0.06
"""Confidence of `chardet`: right answers had 0.09 and more on small samples of ten languages, wrong ones 0.04."""
_LEAD = 1.1
"""Times as likely as the next encoding that reads the same bytes as other characters: below, none is chosen."""
_LEAST = 3
"""Characters outside ASCII; fewer may be anything, such as a character of UTF-8 that the file's end cuts in two."""
_ODD = 0.1
"""Share of characters outside ASCII that may be where no word has them, before an encoding counts as wrong."""
_KNOWN_BINARY = {b"PK\x03\x04": "a zip archive or an Excel workbook", b"\x1f\x8b": "a gzip archive", b"PAR1": "Parquet"}
_OLD = (
    "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-15", "cp437", "cp850", "cp852", "cp866", "mac-roman", "mac-latin2",
    "mac-cyrillic", "koi8-r",
)  # fmt: skip
"""Encodings of one byte a character that `chardet` does not try among those of the web."""
_SUPERSETS = {"shift_jis": "cp932", "euc_kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030"}
"""For an encoding, one that has the same characters and more."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """Lines with bytes outside ASCII, and where the first byte is that is not UTF-8.

    Attributes:
        lines: Up to 256 KiB of them.
        line: Of that byte, counted from 1.
        offset: Of that byte, counted from 0.
        cut: Whether all is UTF-8 but the last character, of which the file holds a part only.
    """

    lines: bytes
    line: int
    offset: int
    cut: bool


def invalid_byte(path: Path, field: str) -> str:
    """Return the first byte of a file that is not UTF-8 and where it is: ``byte 0xe9 in line 3, at byte offset 51``."""
    return _place(path, field, _sample(path, field))


def guess_codec(paths: Sequence[Path], field: str) -> str:
    """Return the codec of one or several files that share an encoding and are not UTF-8.

    `chardet` gets the lines with bytes outside ASCII and the encodings of the web. Its first answer counts if it
    is clearly ahead of the next that reads other characters, if these characters stand where words have them, and if
    no older encoding makes better words of them.

    Raises:
        DataError: They are binary, incomplete, mix encodings, or it is not clear which one they have.
    """
    samples = [_sample(path, field) for path in paths]
    where = f"{paths[0]} is not UTF-8 text: {_place(paths[0], field, samples[0])}"
    for path in paths:
        first = next(read_chunks(path, field), b"")
        if first.startswith(tuple(_KNOWN_BINARY)) or first[:4096].count(0) > 4:
            raise no_text(path, field, first)
    sample = b"\n".join(each.lines for each in samples)[:_SAMPLE]
    decoded = sample.decode("utf-8", errors="surrogateescape")
    outside = sum(character > "\x7f" for character in decoded)
    stray = sum("\udc80" <= character <= "\udcff" for character in decoded)
    if samples[0].cut and outside > stray:
        raise DataError(f"{paths[0]} ends in the middle of a character: it seems incomplete.", field=field)
    if outside - stray > stray:
        raise DataError(f"{where}, and other lines are: it mixes encodings. Save all of it as UTF-8.", field=field)
    if outside < _LEAST:
        raise DataError(f"{where}. {ADVICE}", field=field)
    text, name, rival = _best(sample, f"{where}, and no other encoding fits. {ADVICE}", field)
    codec = codecs.lookup(name).name
    if is_single_byte(codec):
        if mixed := next((line for line in sample.split(b"\n") if _is_utf8_by_design(line)), None):
            raise DataError(
                f"{where}, and other lines are, such as {shortened(mixed.decode())!r}: it mixes encodings. "
                "Save all of it as UTF-8.",
                field=field,
            )
        rival = _better(sample, text, codec) if rival is None else rival
    if rival is not None:
        likely = f"{name} or {rival}" if rival else name
        raise DataError(f"{where}; it may be {likely}, which is not clear. {ADVICE}", field=field)
    return _wide_enough(paths, field, codec)


def _best(sample: bytes, failure: str, field: str) -> tuple[str, str, str | None]:
    """Return the likeliest text, its encoding, and a reason against it: another encoding, or "" for odd characters."""
    readings: dict[str, tuple[str, float]] = {}
    for candidate in chardet.detect_all(sample, encoding_era=EncodingEra.MODERN_WEB, ignore_threshold=True):
        name = str(candidate["encoding"] or "")
        try:
            readings.setdefault(sample.decode(name), (name, float(candidate["confidence"] or 0.0)))
        except (LookupError, UnicodeError):
            continue
    ranked = sorted(readings.items(), key=lambda reading: -reading[1][1])
    if not ranked:
        raise DataError(failure, field=field)
    text, (name, confidence) = ranked[0]
    rival, other = ranked[1][1] if len(ranked) > 1 else ("", 0.0)
    outside = sum(character > "\x7f" for character in text)
    doubtful = confidence < _SURE or confidence < _LEAD * other or _odd(text) > _ODD * outside
    return text, name, rival if doubtful else None


def _better(sample: bytes, text: str, codec: str) -> str | None:
    """Return an older encoding that makes better words of the bytes; None if there is none."""
    if codec == "cp1250" and not re.search(rb"[\x80-\x9f]", sample) and sample.decode("iso8859-2") != text:
        return "iso8859-2"  # they share most letters; only those that lie here prove a Windows code page
    if not _odd(text):
        return None
    for other in _OLD:
        reading = sample.decode(other, errors="replace")
        if reading != text and "\ufffd" not in reading and not _odd(reading):
            return other
    return None


def _odd(text: str) -> int:
    """Return how many characters outside ASCII are at places where no word has them.

    Symbols and control characters between two letters, capitals after small letters, drawing characters, and letters of
    two scripts in one word: signs of a text that was read in a wrong encoding.
    """
    odd = sum(match.group() > "\x7f" for match in _WITHIN.finditer(text))
    odd += sum(after > "\x7f" and after.isupper() and before.islower() for before, after in pairwise(text))
    odd += len(_DRAWN.findall(text))
    odd += sum(len(_OTHER_SCRIPT.findall(word)) for word in _WORD.findall(text) if _LATIN.search(word))
    return odd


_WITHIN = re.compile(r"(?<=[^\W\d_])[^\w\s'’ʼ‑–—…·-](?=[^\W\d_])|[¶¦¬](?=[^\W\d_])")  # noqa: RUF001 -- they stand in words
_DRAWN = re.compile(r"[\u2500-\u259f\x80-\x9f¤]")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u06ff\u0e00-\u0e7f]")


def is_single_byte(codec: str) -> bool:
    """Return whether every character of an encoding takes one byte, given Python's name of its codec."""
    return codec.startswith(("cp125", "cp437", "cp8", "iso8859", "koi8", "latin", "mac", "tis"))


def _is_utf8_by_design(line: bytes) -> bool:
    """Return whether a line is UTF-8 with characters outside ASCII, which text of one byte a character rarely is."""
    try:
        return not line.decode().isascii()
    except UnicodeDecodeError:
        return False


def _wide_enough(paths: Sequence[Path], field: str, codec: str) -> str:
    """Return a codec that has all characters of the files: some encodings have extensions that are in use."""
    wider = _SUPERSETS.get(codec)
    if wider is None:
        return codec
    for path in paths:
        decoder = codecs.getincrementaldecoder(codec)("strict")
        try:
            for chunk in read_chunks(path, field):
                decoder.decode(chunk)
        except UnicodeError:
            return wider
    return codec


def no_text(path: Path, field: str, first: bytes) -> DataError:
    """Return the error of a file that is no text, by how it begins."""
    kind = next((name for signature, name in _KNOWN_BINARY.items() if first.startswith(signature)), None)
    if kind is not None:
        return DataError(f"{path} is not text: it looks like {kind}. Name it so, or save it as CSV.", field=field)
    return DataError(f"{path} is not text: it holds many zero bytes.", field=field)


def _sample(path: Path, field: str) -> _Sample:
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
            if len(carried) > _SAMPLE:  # no line needs to be longer
                lines, carried = [*lines, carried], b""
            for each in lines:
                if size < _SAMPLE and not each.isascii():
                    found.append(_shortened(each))
                    size += len(found[-1])
        elif invalid is not None:
            break
    if carried and not carried.isascii():
        found.append(_shortened(carried))
    cut = (line, offset - len(decoder.getstate()[0]))  # a character that the file's end cuts in two
    return _Sample(b"\n".join(found), *(invalid or cut), cut=invalid is None)


def _shortened(line: bytes) -> bytes:
    """Cut a long line where no character of any encoding is cut in two."""
    if len(line) <= _SAMPLE:
        return line
    return line[: max(line.rfind(mark, 0, _SAMPLE) for mark in (b" ", b",", b'"'))] or line


def _place(path: Path, field: str, sample: _Sample) -> str:
    offset, found = sample.offset, "its last byte"
    for chunk in read_chunks(path, field):
        if offset < len(chunk):
            found = f"byte 0x{chunk[offset]:02x}"
            break
        offset -= len(chunk)
    return f"{found} in line {sample.line:,}, at byte offset {sample.offset:,}"
