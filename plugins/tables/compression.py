"""The bytes of a file, decompressed where its name says so."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, cast

import pyarrow as pa

from catalog.errors import DataError
from catalog.files import open_regular
from plugins.tables.wording import listed

__all__ = ["COMPRESSIONS", "cut_at_lines", "kind_of", "line_blocks", "open_bytes", "open_seekable", "read_chunks"]

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst", ".zip")
_CHUNK = 1 << 18
"""Bytes that are read at a time; they stay in a processor's cache while they are looked at."""


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
        with _decompressing(path, field), open_regular(path) as raw, zipfile.ZipFile(raw) as archive:
            return PurePosixPath(_member(archive, path, field).filename).suffix.lower(), suffix
    return Path(path.stem).suffix.lower(), suffix


@contextmanager
def open_bytes(path: Path, field: str) -> Iterator[IO[bytes]]:
    """Open a file for reading from its beginning to its end, decompressed.

    Raises:
        DataError: It cannot be opened or read, or its archive is damaged; also while the block reads.
    """
    with _decompressing(path, field), open_regular(path) as raw:
        match path.suffix.lower():
            case ".gz":
                with gzip.open(raw) as file:
                    yield cast("IO[bytes]", file)
            case ".bz2":
                with bz2.open(raw) as file:
                    yield cast("IO[bytes]", file)
            case ".xz":
                with lzma.open(raw) as file:
                    yield cast("IO[bytes]", file)
            case ".zst":
                with pa.PythonFile(raw, mode="r") as packed, pa.CompressedInputStream(packed, "zstd") as file:
                    yield cast("IO[bytes]", file)
            case ".zip":
                with zipfile.ZipFile(raw) as archive, archive.open(_member(archive, path, field)) as file:
                    yield file
            case _:
                yield raw


@contextmanager
def open_seekable(path: Path, field: str) -> Iterator[IO[bytes]]:
    """Open a file in which a reader jumps to and fro; what is compressed is held in memory.

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
    yield from cut_at_lines(read_chunks(path, field))  # no memory map: a file that gets shorter would end the process


def cut_at_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut chunks so that each ends with a line feed, but for the last one."""
    carried: list[bytes] = []
    for chunk in chunks:
        if end := chunk.rfind(b"\n") + 1:
            yield b"".join([*carried, chunk[:end]])
            carried = [chunk[end:]]
        else:
            carried.append(chunk)
    if rest := b"".join(carried):
        yield rest


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
    """Turn what the archive libraries raise into an error that names the file."""
    try:
        yield
    except (gzip.BadGzipFile, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, NotImplementedError) as error:
        raise DataError(f"{path} is damaged or not what its name says: {error}", field=field) from error
    except RuntimeError as error:  # zipfile: a password is needed
        raise DataError(f"{path} cannot be unpacked: {error}", field=field) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {reason}", field=field) from error
