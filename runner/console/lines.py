"""Lines of foreign text, one at a time: whatever bytes come, memory stays bounded and text comes out."""

from collections.abc import Callable, Iterator
from typing import IO

from catalog.errors import DataError

__all__ = ["LONGEST", "text_lines", "well_formed"]

LONGEST = 1 << 24
"""Bytes of a line at most: 16 MiB. A file without line ends would otherwise fill the memory."""
_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"\x1f\x8b": "a gzip archive; unpack it",
    b"PK\x03\x04": "a zip archive or an Excel workbook; unpack it or save it as CSV",
    b"PAR1": "Parquet; name it .parquet",
}


def text_lines(stream: IO[bytes], name: str, note: Callable[[str], None]) -> Iterator[str]:
    r"""Yield the lines of `stream` with their ends as they are, the byte-order mark left out.

    Bytes that are not UTF-8 become U+FFFD, which is told once.

    Args:
        stream: Bytes.
        name: What errors and notes call it.
        note: Takes the note.

    Raises:
        DataError: A line is longer than `LONGEST`, or the stream is something else than text.
    """
    told = False
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise DataError(f"{name}: line {number:,} is longer than {LONGEST >> 20} MiB; give texts of less")
        if number == 1:
            if (
                kind := next((what for start, what in _SIGNATURES.items() if line.startswith(start)), None)
            ) is not None:
                raise DataError(f"{name} looks like {kind}")
            line = line.removeprefix(_BOM)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode(errors="replace")
            if not told:
                note(
                    f"{name}: line {number:,} holds bytes that are not UTF-8; here and further on they count as U+FFFD"
                )
                told = True
        yield text


def well_formed(text: str) -> str:
    """Return `text` with whole surrogate pairs joined and lone halves replaced by U+FFFD: no encoding holds these."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
