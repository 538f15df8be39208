"""How a delimited text is written: its delimiter, its quotes, and the place of its header."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from plugins.tables.limits import longest_row
from plugins.tables.wording import counted, listed

__all__ = [
    "DELIMITERS",
    "Dialect",
    "Header",
    "excel_delimiter",
    "find_delimiter",
    "find_header",
    "has_named",
    "header_problem",
    "looks_like_data",
    "parse_rows",
    "passed_over",
]

DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_ROWS = 100
_EXCEL = re.compile(r"sep=([^\r\n])(?:\r\n|\r|\n)", re.IGNORECASE)
"""A first line that gives Excel the delimiter: it is neither header nor row."""
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")
_LONGEST_TITLE = 300
"""Characters of a line above the header."""
_LONG_WORDS = 5
"""Words; a name of a column rarely has as many."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is divided into cells.

    Attributes:
        delimiter: One ASCII character between two cells.
        quote: One ASCII character around cells that hold a delimiter or a line break; empty if there is none.
        escape: The character before a quote that does not end its cell, if quotes are not doubled; else empty.
    """

    delimiter: str
    quote: str = '"'
    escape: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the names of the columns are.

    Attributes:
        names: Of the columns; their numbers from 0 if the file has no header.
        lines: Lines down to the end of the header, which are no rows.
        notes: What a reader should know.
    """

    names: tuple[str, ...]
    lines: int
    notes: tuple[str, ...] = ()


def parse_rows(sample: str, dialect: Dialect, rows: int | None = None) -> list[tuple[list[str], int]]:
    """Return the first rows of `sample` and the lines down to the end of each; blank lines are empty rows.

    Parsing ends without an error at a quote that is not closed.
    """
    reader = _reader(sample, dialect)
    found = []
    try:
        for row in islice(reader, rows):
            found.append((row, reader.line_num))  # noqa: PERF401 -- line_num moves with the reader
    except csv.Error:
        pass
    return found


def excel_delimiter(sample: str) -> str | None:
    """Return what a first line ``sep=;`` says, None if there is no such line."""
    match = _EXCEL.match(sample)
    return match[1] if match else None


def find_delimiter(sample: str, quote: str = '"') -> str:
    """Return the character that splits most rows of `sample` into equally many cells.

    Of several that do, the one after which fewest cells begin with a space (a comma in a sentence), then the one that
    makes most cells.
    """
    best, score = ",", (0.0, 0.0, 0)
    for delimiter in DELIMITERS:
        rows = [row for row, _ in parse_rows(sample, Dialect(delimiter, quote), _SNIFFED_ROWS) if any(row)]
        rows = rows[:-1] if len(rows) > 2 else rows  # the sample may end inside a row
        if not rows:
            continue
        width, count = Counter(map(len, rows)).most_common(1)[0]
        if width < 2:
            continue
        cells = [cell for row in rows for cell in row[1:]]
        spaced = sum(cell.startswith(" ") for cell in cells) / len(cells)
        candidate = (round(count / len(rows), 2), -round(spaced, 1), width)
        if candidate > score:
            best, score = delimiter, candidate
    return best


def find_header(sample: str, dialect: Dialect, *, given: bool | None) -> Header:
    """Find the header of a file; empty names if it has none.

    Lines above it that hold a title only (one cell although the table has several) are passed over, with a note.

    Args:
        sample: Beginning of the file.
        dialect: How it is written.
        given: Whether the first line is a header; None if that is not given.
    """
    skipped = sample.index("\n") + 1 if excel_delimiter(sample) else 0
    offset = 1 if skipped else 0
    rows = parse_rows(sample[skipped:], dialect, _SNIFFED_ROWS)
    filled = [(row, line) for row, line in rows if row]
    if not filled:
        return Header((), offset)
    if given is False:
        before = next((line - len_lines(row) for row, line in rows if row), 0)
        return Header(tuple(map(str, range(len(filled[0][0])))), offset + before)
    width = Counter(len(row) for row, _ in filled).most_common(1)[0][0]
    used = max((sum(map(bool, (cell.strip() for cell in row))) for row, _ in filled[:20]), default=0)
    at = 0
    while (
        at + 1 < len(filled)
        and width > 1
        and used > 1
        and not any(cell.strip() for cell in filled[at][0][1:])
        and len(filled[at][0][0]) <= _LONGEST_TITLE
        and (at + 2 < len(filled) or len(filled[at][0]) != width)
    ):
        at += 1
    if not any(cell.strip() for cell in filled[at][0][1:]) and used > 1:
        at = 0  # no line looks like a header: the caller reports the first one
    row, line = filled[at]
    above = [" ".join(cell.strip() for cell in cells if cell.strip()) for cells, _ in filled[:at]]
    notes = (passed_over(above),) if at else ()
    return Header(tuple(name.strip() for name in row), offset + line, notes)


def passed_over(titles: Sequence[str]) -> str:
    """Return a note on lines above the header, given the text of each."""
    shown = " / ".join(title for title in titles if title)
    return f"{counted(len(titles), 'line')} above the header passed over: {shown[:80]!r}."


def header_problem(origin: str, why: str, named: Sequence[str]) -> str:
    """Return what is wrong with a header.

    Args:
        origin: The name of the file in errors.
        why: What `looks_like_data` says.
        named: Columns that the header must have, as far as they are known.
    """
    wanted = f"with {'the column' if len(named) == 1 else 'the columns'} {listed(map(repr, named))}" if named else ""
    return (
        f"{origin}: its first line looks like a row, not like the names of columns: {why}. Add a header "
        f'{wanted or "that names the columns"}, or say which it is: "format": {{"header": false}} names the columns '
        '"0", "1", ...; "format": {"header": true} takes the first line as names.'
    )


def has_named(names: Sequence[str], named: Sequence[str]) -> bool:
    """Return whether a first line is a header because it holds all named columns.

    Names that are numbers prove nothing alone: they may be those of a file without a header.

    Args:
        names: Cells of the first line.
        named: Columns that the header must have, as far as they are known.
    """
    return set(named) <= set(names) and any(not _NUMBER.fullmatch(name) for name in named)


def len_lines(row: Sequence[str]) -> int:
    """Return how many lines a row takes."""
    return 1 + sum(cell.count("\n") for cell in row)


def looks_like_data(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str | None:
    """Return why the names of columns look like a row of values, None if they do not.

    Args:
        names: Cells of the first line.
        rows: Some rows below it.
    """
    others = [cells for row in rows if (cells := [cell.strip() for cell in row]) != list(names)]
    for place, name in enumerate(names):
        below = [cells[place] for cells in others if len(cells) > place]
        if not name or not below:
            continue
        if _NUMBER.fullmatch(name) and sum(bool(_NUMBER.fullmatch(cell)) for cell in below) > len(below) / 2:
            return f"{name!r} is a number, as the cells below it are"
        if name in below:
            return f"{name!r} stands in the rows below it too"
        longer = sum(len(cell.split()) >= _LONG_WORDS for cell in below)
        if len(name.split()) >= _LONG_WORDS and longer > len(below) / 2:
            return f"{name[:60]!r} is as long as the texts below it"
    return None


def _reader(sample: str, dialect: Dialect) -> Any:  # csv names no type for it
    csv.field_size_limit(max(csv.field_size_limit(), longest_row()))  # of the process; only widened
    return csv.reader(
        io.StringIO(sample, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape or None,
        doublequote=not dialect.escape,
    )
