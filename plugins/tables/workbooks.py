"""How large an Excel workbook becomes when it is read, found from its XML before reading.

A reader makes a rectangle of all cells between the first and the last, and a copy of a shared text for each cell that
refers to it: two distant cells, or one long text, can become terabytes.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from plugins.tables.compression import open_archive
from plugins.tables.decoding import check_unpacked

__all__ = ["check_workbook"]

_CHUNK = 1 << 20
_CELL = 32
"""Bytes of a cell in the reader."""
_PLACE = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]{0,7})([0-9]{0,15})[\"'][^<>]*(?<!/)>")
"""A cell with a value; the reader ignores cells that only have a format."""
_UNPLACED = re.compile(rb"<(?:\w+:)?c(?:\s(?![^<>]*\br\s*=)[^<>]*)?(?<!/)>")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*?\br\s*=\s*[\"']([0-9]{0,15})[\"']")
_SHARED = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*[\"']s[\"'][^<>]*>\s*(?:<(?:\w+:)?v>\s*([0-9]{1,12})\s*<)?")
_TEXT_ENDS = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>")


def check_workbook(path: Path, field: str) -> None:
    """Check that a workbook does not become too large.

    Raises:
        DataError: It does.
        zipfile.BadZipFile: It is no zip archive, or a damaged one.
    """
    with open_archive(path) as archive:
        members = [each for each in archive.infolist() if each.filename.lower().endswith((".xml", ".rels"))]
        total = 0
        for member in members:
            for chunk in _pieces(archive, member):
                total += len(chunk)
                check_unpacked(total, path, field)
        texts = [each for each in members if "sharedstrings" in each.filename.lower()]
        lengths = np.concatenate([_text_lengths(archive, each) for each in texts]) if texts else np.zeros(0, np.int64)
        for member in members:
            if "sheet" in member.filename.lower() and member not in texts:
                total += _sheet_size(archive, member, lengths)
                check_unpacked(total, path, field)


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _tags(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a member in pieces that do not cut a tag, and do not separate a tag from the value after it."""
    rest = b""
    for chunk in _pieces(archive, member):
        whole = rest + chunk
        end = whole.rfind(b"<", 0, max(0, whole.rfind(b"<")))
        end = whole.rfind(b"<", 0, max(0, end)) if end > 0 else 0
        yield whole[: max(0, end)]
        rest = whole[max(0, end) :]
    yield rest


def _text_lengths(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """Return about how long each shared text is, int64."""
    ends, before = [0], 0
    for piece in _tags(archive, member):
        ends += [before + match.end() for match in _TEXT_ENDS.finditer(piece)]
        before += len(piece)
    return np.diff(np.array(ends, dtype=np.int64))


def _sheet_size(archive: zipfile.ZipFile, member: zipfile.ZipInfo, lengths: np.ndarray) -> int:
    """Return about how many bytes the cells of a sheet take."""
    rows = columns = texts = 0
    for piece in _tags(archive, member):
        for letters, digits in _PLACE.findall(piece):
            rows = max(rows, int(digits or 0))
            if letters:
                columns = max(columns, _column(letters))
        if _UNPLACED.search(piece):  # cells that stand after the one before them, in the row that they are in
            rows = max([rows, *(int(digits or 0) for digits in _ROW.findall(piece))])
            columns = max([columns, *(len(_UNPLACED.findall(row)) for row in piece.split(b"row "))])
        shared = [int(each) for each in _SHARED.findall(piece) if each]
        if shared and lengths.size:
            texts += int(lengths[np.minimum(shared, lengths.size - 1)].sum())
    return rows * columns * _CELL + texts


def _column(letters: bytes) -> int:
    """Return the number of a column from its letters: 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
