"""The texts of stdin that a person wants classified, one at a time."""

import json
from collections.abc import Iterator
from typing import IO, Any

from catalog.errors import DataError
from catalog.suggest import did_you_mean
from runner.console.lines import text_lines
from runner.presentation.text import well_formed

__all__ = ["stream_texts"]


_TEXT = "text"


def stream_texts(stream: IO[bytes], column: str | None, encoding: str, stored: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the texts of stdin: a text a line, or JSON Lines if the first line is an object.

    Empty lines of plain text are texts too.

    Args:
        stream: Bytes.
        column: Key of the texts in JSON Lines; that of the study if None.
        encoding: Of the stream.
        stored: Columns of text that the study was made with; ``text`` counts if it does not say.

    Raises:
        DataError: Bytes that are not of the encoding, an object that lacks the key, a line that is no object after
            one that is, or a study whose text is joined from several columns.
    """
    lines = text_lines(stream, "stdin", encoding)
    if (first := next(lines, None)) is None:
        return

    def all_lines() -> Iterator[str]:
        yield first
        yield from lines

    if column is None and not _is_object(first):
        yield from map(_bare, all_lines())
        return
    if column is None and len(stored) > 1:
        raise DataError(
            f"stdin: this study joins the columns {', '.join(map(repr, stored))}; "
            "give the objects in a file, with --file"
        )
    yield from _json_lines(all_lines(), column or (stored[0] if stored else _TEXT), "stdin")


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _json_lines(lines: Iterator[str], column: str, name: str) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{name}: line {number:,} is not JSON: {_short(line)}") from error
        if not isinstance(row, dict):
            raise DataError(f'{name}: line {number:,} is not a JSON object such as {{"text": "..."}}: {_short(line)}')
        if column not in row:
            raise DataError(
                f"{name}: line {number:,} has no {column!r}; --column names it: {did_you_mean(column, row)}"
            )
        yield _text(row[column], f"{name}: line {number:,}")


def _text(value: Any, where: str) -> str:
    """Return a cell as text; what is missing is an empty text, so that answers stay in step with rows."""
    if isinstance(value, str):
        return well_formed(value)
    if value is None:
        return ""
    if isinstance(value, dict | list | bytes):
        raise DataError(f"{where} holds {type(value).__name__}, not text: {_short(str(value))}")
    return str(value)


def _short(line: str) -> str:
    bare = " ".join(line[:200].split())
    return bare if len(bare) <= 60 else bare[:59] + "…"
