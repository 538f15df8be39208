"""Lines of foreign text, one at a time, in bounded memory."""

import codecs
from collections.abc import Iterator
from typing import IO

from catalog.errors import DataError

__all__ = ["LONGEST", "text_lines"]

LONGEST = 1 << 24
"""Bytes of a line at most: 16 MiB. A file without line ends would otherwise fill the memory."""
_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"\xff\xfe": "UTF-16 text; give it with --file",
    b"\xfe\xff": "UTF-16 text; give it with --file",
    b"\x1f\x8b": "a gzip archive; give it with --file",
    b"PK\x03\x04": "a zip archive or an Excel workbook; give it with --file",
    b"PAR1": "Parquet; give it with --file",
}


def text_lines(stream: IO[bytes], name: str, encoding: str = "utf-8") -> Iterator[str]:
    r"""Yield the lines of `stream` with their ends as they are, the byte-order mark left out.

    Args:
        stream: Bytes.
        name: What errors call it.
        encoding: Of a kind in which a line feed is one byte, as in UTF-8.

    Raises:
        DataError: A line is longer than `LONGEST`, holds bytes that the encoding does not have, or the stream is
            something else than text.
    """
    try:
        wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    except LookupError as error:
        raise DataError(f"--encoding: Python knows no encoding {encoding!r}") from error
    if wide:
        raise DataError(
            f"{name} is read by lines, which {encoding} does not end with one byte; give a file with --file"
        )
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise DataError(f"{name}: line {number:,} is longer than {LONGEST >> 20} MiB; give texts of less")
        if number == 1:
            kind = next((what for start, what in _SIGNATURES.items() if line.startswith(start)), None)
            if kind is not None:
                raise DataError(f"{name} looks like {kind}")
            line = line.removeprefix(_BOM)
        try:
            yield line.decode(encoding)
        except UnicodeDecodeError as error:
            raise DataError(
                f"{name}: line {number:,} is not {encoding} text: byte 0x{line[error.start]:02x}; "
                "name its encoding, as in --encoding cp1252, or give a file with --file"
            ) from error
