"""Phrases that several errors share."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from catalog.errors import DataError

__all__ = ["as_command_errors", "as_options", "counted", "listed", "nearest", "rows_named", "shortened"]

_SHOWN = 20


def as_options(message: str) -> str:
    """Return a message that says what to write in a spec's ``format`` with the options of the command line."""
    message = message.replace('"format": {"header": false}', "--no-header")
    message = re.sub(r'"format": \{"(delimiter|quote|encoding)": ("[^"]*")\}', r"--\1 \2", message)
    return message.replace('"format": {"encoding": ...}', "--encoding").replace("dataset.format", "the options")


@contextmanager
def as_command_errors() -> Iterator[None]:
    """Word errors for the command line: no field of a spec caused them."""
    try:
        yield
    except DataError as error:
        raise DataError(as_options(error.message)) from error


def shortened(value: object, width: int = 60) -> str:
    """Return `value` as one line of at most `width` characters."""
    line = " ".join(str(value).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def listed(values: Iterable[object]) -> str:
    """Join values with commas, each shortened; only the first 20 are shown."""
    known = list(values)
    line = ", ".join(shortened(value) or '""' for value in known[:_SHOWN])
    return f"{line}, and {len(known) - _SHOWN:,} more" if len(known) > _SHOWN else line


def counted(number: int, noun: str) -> str:
    """Return ``1 file`` or ``1,200 files``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def nearest(name: str, known: Sequence[str]) -> str:
    """Return `` Did you mean 'x'?`` (with its leading space), or an empty string if no name is similar."""
    folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f" Did you mean {folded[found[0]]!r}?" if found else ""


def rows_named(rows: Sequence[int], shown: int = 5) -> str:
    """Return ``row 3`` or ``rows 3, 8 and 12 more`` for 1-based row numbers."""
    if len(rows) == 1:
        return f"row {rows[0]:,}"
    first = ", ".join(f"{row:,}" for row in rows[:shown])
    return f"rows {first} and {len(rows) - shown:,} more" if len(rows) > shown else f"rows {first}"
