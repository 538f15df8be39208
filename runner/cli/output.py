"""The output of commands: data to stdout, messages to stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any, TextIO

from runner.presentation.labels import filled_columns
from runner.presentation.text import safe

if TYPE_CHECKING:
    from rich.console import Console

    from runner.presentation.datatable import DataTable

__all__ = [
    "narrator",
    "print_csv",
    "print_data",
    "print_json",
    "print_line",
    "print_note",
    "print_table",
    "reserved_stdout",
    "stdout",
]

#: Columns of a table that is not shown in a terminal: output to a pipe must not be cut.
_PIPE_WIDTH = 400


_reserved: list[TextIO] = []


@contextmanager
def reserved_stdout() -> Iterator[None]:
    """Reserve stdout for what a command prints through this module: other output, such as a plugin's, goes to stderr.

    No other code in a program whose output is read as data can be relied on to print nothing.
    """
    _reserved.append(sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _reserved.pop()


def stdout() -> TextIO:
    """Return the stream of the data that a command prints."""
    return _reserved[-1] if _reserved else sys.stdout


def narrator() -> "Console":
    """Return the console of stderr."""
    from runner.narration import stderr_console

    return stderr_console()


def print_data(text: str) -> None:
    """Print lines for programs to stdout: in UTF-8, as in files, whatever a terminal can show."""
    stdout().flush()
    stdout().buffer.write(text.encode())
    stdout().buffer.flush()


def print_csv(table: "DataTable") -> None:
    """Print a table to stdout as CSV."""
    from runner.presentation.datatable import as_csv

    print_data(as_csv(table))


def print_json(value: Any) -> None:
    """Print one JSON document to stdout."""
    import json

    stdout().write(json.dumps(value, ensure_ascii=True, indent=2, allow_nan=False) + "\n")


def print_note(text: str) -> None:
    """Print a message of one line to stderr; it is made safe for a terminal."""
    sys.stderr.write(f"modelcat: {safe(text)}\n")


def print_line(text: str = "") -> None:
    """Print lines to stdout; each is made safe for a terminal."""
    stdout().write("\n".join(safe(line) for line in text.split("\n")) + "\n")


def print_table(
    columns: list[str], rows: list[list[str]], *, right: frozenset[str] = frozenset(), all_columns: bool = True
) -> None:
    """Print a table to stdout: as wide as the terminal, never cut in a pipe.

    Args:
        columns: Their names.
        rows: Their cells.
        right: Names of columns of numbers.
        all_columns: Whether to show columns that are empty in every row too.
    """
    if not all_columns and rows:
        kept = filled_columns(rows)
        columns, rows = [columns[at] for at in kept], [[row[at] for at in kept] for row in rows]
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(Text(_shown(name)), justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    console = Console(file=stdout(), highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(file=stdout(), highlight=False, markup=False, emoji=False, width=_PIPE_WIDTH)
    with console.capture() as captured:
        console.print(table)
    stdout().write("\n".join(line.rstrip() for line in captured.get().split("\n")))


def _shown(text: str) -> str:
    """Return text as stdout writes it, so that columns are as wide as their cells."""
    encoding = stdout().encoding or "utf-8"
    return safe(text).encode(encoding, "backslashreplace").decode(encoding)
