"""Prints the numbers of figures as tables."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from catalog.figures import Empty, Figure, Matrix, Table, Text
from catalog.statement import Statement
from runner.cli.output import print_line, print_note, print_table
from runner.presentation.english import english
from runner.presentation.figure_tables import Cell, Number, table_of
from runner.presentation.labels import NOTHING
from runner.presentation.text import size

if TYPE_CHECKING:
    from catalog.figures import Format

__all__ = ["print_figures"]


def print_figures(figures: Iterable[Figure]) -> None:
    """Print those that are tables or matrices, each with its title and captions; faults of a task go to stderr."""
    from runner.study.task_figures import is_fault

    for figure in figures:
        if isinstance(figure, Empty):
            if is_fault(figure):
                print_note(_text(figure.reason))
        elif isinstance(figure, Table | Matrix):
            _print(figure)


def _print(figure: Table | Matrix) -> None:
    table = table_of(figure)
    if table is None:
        return
    print_line(f"\n{_text(figure.title)}")
    for line in figure.caption:
        print_line(f"  {_text(line)}")
    names = list(map(_text, table.columns))
    right = frozenset(
        name
        for place, name in enumerate(names)
        if any(isinstance(row[place], Number) for row in table.rows) or (isinstance(figure, Matrix) and place)
    )
    print_table(names, [list(map(_cell, row)) for row in table.rows], right=right)


def _cell(cell: Cell) -> str:
    if cell is None:
        return NOTHING
    return _number(cell.value, cell.format) if isinstance(cell, Number) else _text(cell)


def _number(value: float, form: "Format") -> str:
    return size(value) if form == "bytes" else english(Statement(f"{{value:{form}}}", {"value": value}))


def _text(text: Text) -> str:
    return english(text) if isinstance(text, Statement) else text
