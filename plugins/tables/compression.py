"""The bytes of a file, decompressed if its name says so."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import pyarrow as pa

from catalog.errors import DataError
from catalog.files import open_regular
from plugins.tables.limits import allowing, in_units, longest_row, most_unpacked
from plugins.tables.wording import listed

__all__ = [
    "COMPRESSIONS",
    "cut_at_lines",
    "kind_of",
    "line_blocks",
    "open_archive",
    "open_bytes",
    "open_seekable",
    "read_chunks",
    "too_large",
]

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst", ".zip")
_CHUNK = 1 << 18
"""Bytes that are read at a time; they stay in a processor's cache while they are scanned."""
_LISTING = 1 << 20
"""Bytes of the list of a zip archive's members, which becomes ten times as much in memory."""


def kind_of(path: Path, field: str) -> tuple[str, str]:
    """Return the suffix of the content and that of the compression, in lower case: ``(".csv", ".gz")``.

    The content of a zip archive is its only member, whose own suffix counts.

    Raises:
        DataError: A zip archive that cannot be read, or does not have exactly one member.
    """
    suffix = path.suffix.lower()
    if suffix not in COMPRESSIONS:
        return suffix, ""
    if suffix == ".zip":
        with _decompressing(path, field), open_archive(path) as archive:
            return PurePosixPath(_member(archive, path, field).filename).suffix.lower(), suffix
    return Path(path.stem).suffix.lower(), suffix


@contextmanager
def open_bytes(path: Path, field: str) -> Iterator[IO[bytes]]:
    """Open a file for reading from its beginning to its end, decompressed.

    Raises:
        DataError: It cannot be opened or read, its archive is damaged, or it unpacks to far more than its size; raised
            also while the block reads.
    """
    with _decompressing(path, field), open_regular(path) as raw:
        match path.suffix.lower():
            case ".gz":
                with gzip.open(raw) as file:
                    yield _unpacked(file, path, field)
            case ".bz2":
                with bz2.open(raw) as file:
                    yield _unpacked(file, path, field)
            case ".xz":
                with lzma.open(raw) as file:
                    yield _unpacked(file, path, field)
            case ".zst":
                with pa.PythonFile(raw, mode="r") as packed, pa.CompressedInputStream(packed, "zstd") as file:
                    yield _unpacked(file, path, field)
            case ".zip":
                with open_archive(path) as archive, archive.open(_member(archive, path, field)) as file:
                    yield _unpacked(file, path, field)
            case _:
                yield raw


@contextmanager
def open_seekable(path: Path, field: str) -> Iterator[IO[bytes]]:
    """Open a file for random access; compressed content is held in memory.

    Raises:
        DataError: As `open_bytes`.
    """
    with open_bytes(path, field) as file:
        yield file if path.suffix.lower() not in COMPRESSIONS else io.BytesIO(file.read())


def read_chunks(path: Path, field: str) -> Iterator[bytes]:
    """Yield the decompressed bytes, 256 KiB at a time.

    Raises:
        DataError: As `open_bytes`.
    """
    with open_bytes(path, field) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def line_blocks(path: Path, field: str) -> Iterator[bytes]:
    """Yield the decompressed bytes in blocks of about 256 KiB that end with a line feed, but for the last one.

    Raises:
        DataError: As `open_bytes`.
    """
    # no memory map: a file that gets shorter would end the process
    yield from cut_at_lines(lambda: read_chunks(path, field), path, field, returns=True)


def cut_at_lines(
    chunks: Callable[[], Iterable[bytes]], path: Path, field: str, *, returns: bool = False
) -> Iterator[bytes]:
    """Cut chunks of a text so that each ends with a line feed, but for the last one.

    Args:
        chunks: Returns them from the beginning.
        path: What the text is read from.
        field: The spec field that names it.
        returns: Whether a carriage return ends a line too.

    Raises:
        DataError: A line is longer than a row may be.
    """
    longest = longest_row()
    carried: list[bytes] = []
    size = done = 0
    for chunk in chunks():
        end = chunk.rfind(b"\n") + 1 or (chunk.rfind(b"\r", 0, -1) + 1 if returns else 0)
        if end:
            yield b"".join([*carried, chunk[:end]])
            done += size + end
            carried, size = [chunk[end:]], len(chunk) - end
        else:
            carried.append(chunk)
            size += len(chunk)
        if size > longest:
            line, size = _line_at(chunks(), done)
            what = f"a row is longer than {in_units(longest)}: line {line:,} has {in_units(size)}"
            raise too_large(path, field, what, size, longest)
    if rest := b"".join(carried):
        yield rest


def too_large(path: Path, field: str, what: str, needed: float, limit: float) -> DataError:
    """Return the error for a file that needs more than is allowed.

    Args:
        path: The file.
        field: The spec field that names it.
        what: What is too large, and the limit.
        needed: What the file needs, as far as known.
        limit: What is allowed.
    """
    return DataError(f"{path}: {what}. {allowing(needed, limit)}", field=field)


def _line_at(chunks: Iterable[bytes], place: int) -> tuple[int, int]:
    """Return which line begins at a place, counted from 1, and its bytes."""
    line, size = 1, 0
    for chunk in chunks:
        line += chunk[:place].count(b"\n")
        rest, place = chunk[place:], max(0, place - len(chunk))
        end = rest.find(b"\n")
        size += len(rest) if end < 0 else end
        if end >= 0:
            break
    return line, size


class _Unpacked(io.RawIOBase):
    """The content of an archive, up to the size that is allowed."""

    def __init__(self, file: IO[bytes], path: Path, field: str) -> None:
        super().__init__()
        self._file, self._path, self._field = file, path, field
        self._limit = most_unpacked(path.stat().st_size)
        self._done = 0

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes; all the rest if negative.

        Raises:
            DataError: It is more than the file may become.
        """
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        content = self._file.read(size)
        self._done += len(content)
        if self._done > self._limit:
            what = f"it unpacks to more than {in_units(self._limit)}, from {in_units(self._path.stat().st_size)}"
            raise too_large(self._path, self._field, what, self._done, self._limit)
        return content


def _unpacked(file: Any, path: Path, field: str) -> IO[bytes]:
    return cast("IO[bytes]", _Unpacked(file, path, field))


class _Archive(io.FileIO):
    """A zip archive whose list of members is read in one piece, and must not be long."""

    listed = False

    def read(self, size: int | None = -1) -> bytes:
        """Return so many bytes."""
        if not self.listed and size is not None and size > _LISTING:
            raise zipfile.BadZipFile(f"its list of files is longer than {in_units(_LISTING)}")
        return super().read(size) or b""


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive of a moderate number of members."""
    with (
        open_regular(path) as raw,
        _Archive(raw.fileno(), closefd=False) as file,
        zipfile.ZipFile(file) as archive,
    ):
        file.listed = True
        yield archive


def _member(archive: zipfile.ZipFile, path: Path, field: str) -> zipfile.ZipInfo:
    members = [
        each
        for each in archive.infolist()
        if not each.is_dir()
        and not each.filename.startswith("__MACOSX/")  # macOS adds these next to each file
        and not PurePosixPath(each.filename).name.startswith(".")
    ]
    if len(members) != 1:
        names = f": {listed(each.filename for each in members)}" if members else ""
        raise DataError(
            f"{path} holds {len(members)} files{names}. Give an archive of one file, or unpack it.", field=field
        )
    return members[0]


@contextmanager
def _decompressing(path: Path, field: str) -> Iterator[None]:
    """Turn errors of the archive libraries into an error that names the file."""
    try:
        yield
    except (gzip.BadGzipFile, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, NotImplementedError) as error:
        raise DataError(f"{path} is damaged or not what its name says: {error}", field=field) from error
    except (MemoryError, OverflowError) as error:  # sizes that only a damaged file states
        raise DataError(f"{path} cannot be unpacked: it asks for more memory than there is", field=field) from error
    except RuntimeError as error:  # zipfile: a password is needed
        raise DataError(f"{path} cannot be unpacked: {error}", field=field) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {reason}", field=field) from error
