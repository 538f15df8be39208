"""Foreign text in CSV: no cell is a formula, no character hides or moves others, every row parses."""

import csv
import io
import re
from collections.abc import Iterable

from runner.presentation.text import escaped

__all__ = ["csv_line", "harmless", "raw_csv_line"]

_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""First characters that make a spreadsheet compute a cell (OWASP, "CSV Injection"), full-width forms too."""
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)")
"""Controls, carriage returns that end no line, the characters that turn the order of others round, and halves of
surrogate pairs."""

_NUMBER = re.compile(r"[+-]\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
"""A signed number and nothing else: a class named ``-1`` computes nothing."""


def harmless(text: str) -> str:
    r"""Return a cell that shows as text: an apostrophe before what begins as a formula, controls as ``\x1b``.

    Tabs and line breaks inside stay, and so do joiners and marks that scripts need. A signed number stays as it is.
    """
    shown = _HIDDEN.sub(lambda match: escaped(match[0]), text)
    return f"'{shown}" if _FORMULA.match(shown) and not _NUMBER.fullmatch(shown) else shown


def csv_line(cells: Iterable[str | float | None]) -> str:
    """Return one row with its line end; text made harmless and quoted, numbers as they are, None as an empty cell.

    All text is quoted: a spreadsheet whose lists are separated by semicolons would else begin a cell inside it.
    """
    return raw_csv_line(harmless(cell) if isinstance(cell, str) else cell for cell in cells)


def raw_csv_line(cells: Iterable[str | float | None]) -> str:
    """Return one row with its line end; text quoted, but otherwise as it is."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
    return line.getvalue()
