"""What holds for every file that a spec names: it is there, it is a file, it holds something, text is UTF-8."""

import codecs
from pathlib import Path

from catalog.errors import DataError

__all__ = ["check_file", "check_utf8"]

_CHUNK = 1 << 22
_SIGNATURES = {
    codecs.BOM_UTF16_LE: "UTF-16 text; save it as UTF-8",
    codecs.BOM_UTF16_BE: "UTF-16 text; save it as UTF-8",
    b"\x1f\x8b": "a gzip archive; unpack it",
    b"PK\x03\x04": "a zip archive or an Excel workbook; unpack it or save it as CSV",
    b"PAR1": "Parquet; name it .parquet",
}


def check_file(path: Path, field: str) -> None:
    """Make sure that `path` is a file with something in it.

    Raises:
        DataError: It is missing, a folder, not readable, or empty.
    """
    try:
        if path.is_dir():
            raise DataError(f"{path} is a folder; name one file in it.", field=field)
        if not path.exists():
            raise DataError(f"{path}: no such file.", field=field)
        with path.open("rb") as file:
            start = file.read(1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DataError(f"{path} cannot be read: {error}", field=field) from error
    if not start:
        raise DataError(f"{path} is empty.", field=field)


def check_utf8(path: Path, field: str) -> None:
    """Read the whole file once and make sure that it is UTF-8 text (a byte-order mark is welcome).

    Raises:
        DataError: Bytes that are not UTF-8, or a NUL; tells the line and the byte offset of the first.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, offset = 1, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            before = len(decoder.getstate()[0])  # bytes of a character that the last chunk cut in two
            cause: UnicodeDecodeError | None = None
            at = chunk.find(b"\0")
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                cause = error
                at = error.start - before if at < 0 else min(at, error.start - before)
            if cause is not None or at >= 0:
                message = _not_text(path, line + chunk.count(b"\n", 0, max(at, 0)), offset + at)
                raise DataError(message, field=field) from cause
            if not chunk:
                return
            line += chunk.count(b"\n")
            offset += len(chunk)


def _not_text(path: Path, line: int, offset: int) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(offset)
        byte = file.read(1)
    known = next((kind for signature, kind in _SIGNATURES.items() if start.startswith(signature)), None)
    message = f"{path} is not UTF-8 text: byte 0x{byte.hex()} in line {line:,}, at byte offset {offset:,}."
    return f"{message} It looks like {known}." if known else f"{message} Save it as UTF-8."
