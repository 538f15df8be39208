"""Plain text: every line is a row of the only column."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from catalog.dataset import Format
from plugins.tables.encodings import find_encoding, given_encoding, utf8_blocks
from plugins.tables.table import OpenTable

__all__ = ["open_lines"]

_COLUMN = "text"


def open_lines(path: Path, field: str, given: Format) -> OpenTable:
    """Open a file of one text a line; an empty line is an empty text.

    Raises:
        DataError: The file is no text, or not of the encoding that is given.
    """
    encoding = given_encoding(path, field, given.encoding) if given.encoding else find_encoding(path, field)
    lines = sum(block.count(b"\n") + (not block.endswith(b"\n")) for block in utf8_blocks(path, field, encoding))

    def batches(rows: int, _: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        for block in utf8_blocks(path, field, encoding):
            texts = block.decode().removesuffix("\n").split("\n")
            for start in range(0, len(texts), rows):
                part = [text.removesuffix("\r") for text in texts[start : start + rows]]
                yield pa.record_batch({_COLUMN: pa.array(part, pa.large_string())})

    return OpenTable(
        columns=(_COLUMN,),
        typed=False,
        lines=lines,
        notes=() if encoding.note is None else (encoding.note,),
        batches=batches,
        read=lambda _=None: pa.Table.from_batches(batches(1 << 16)),
        sample=lambda _: pa.Table.from_batches(batches(1 << 16)),
    )
