"""`DataTable`: a table as data, for files and scripts, and how it is written as CSV, JSON or for the clipboard.

What it holds is what the store holds: numbers without units or rounding, times as ISO 8601 in UTC, states by their
codes, nothing where there is nothing. Its names are those of the JSON that commands print, with a dot between levels
(``best.value``), so they are the same in every language of the user interface.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runner.presentation.cells import csv_line, harmless
from runner.presentation.text import visible_json

__all__ = ["DataTable", "as_csv", "as_json", "as_tsv", "flat", "table_of"]


@dataclass(frozen=True, slots=True)
class DataTable:
    """Names of columns, each of them once, and as many values in every row."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()

    def only(self, columns: Sequence[str]) -> "DataTable":
        """Return these columns alone, in this order; names that the table does not have are left out."""
        at = [self.columns.index(name) for name in columns if name in self.columns]
        return DataTable(
            tuple(self.columns[place] for place in at), tuple(tuple(row[place] for place in at) for row in self.rows)
        )


def table_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> DataTable:
    """Return rows by name as a table: the given columns first, then those that only rows have, as they come."""
    names = tuple(dict.fromkeys((*columns, *(name for row in rows for name in row))))
    return DataTable(names, tuple(tuple(row.get(name) for name in names) for row in rows))


def flat(answer: Mapping[str, Any], columns: Sequence[str] = ()) -> dict[str, Any]:
    """Return an object of the JSON that commands print as a row: levels below it by names with dots.

    Args:
        answer: The object.
        columns: Names that are known: an object that is null has none of its own where they name what it holds.
    """
    row: dict[str, Any] = {}
    for name, value in answer.items():
        if isinstance(value, Mapping):
            row |= {f"{name}.{inner}": found for inner, found in flat(value).items()}
        elif value is not None or not any(column.startswith(f"{name}.") for column in columns):
            row[name] = value
    return row


def as_csv(table: DataTable) -> str:
    """Return the table as CSV.

    An empty cell is null, numbers and ``True`` and ``False`` stand without quotes, lists are written as JSON. Text that
    a spreadsheet would take for a formula gets an apostrophe in front, and control characters are written out; JSON has
    both as they are.
    """
    lines = [csv_line(table.columns)]
    lines += [csv_line([_plain(value) for value in row]) for row in table.rows]
    return "".join(lines)


def as_json(table: DataTable) -> str:
    """Return the table as a JSON list of objects; characters that cannot be seen are escaped, which changes nothing."""
    objects = [{name: _value(value) for name, value in zip(table.columns, row, strict=True)} for row in table.rows]
    return visible_json(json.dumps(objects, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def as_tsv(table: DataTable) -> str:
    """Return the table for pasting into a spreadsheet: cells between tabs, each on one line, none of them a formula."""
    lines = [table.columns, *([_plain(value) for value in row] for row in table.rows)]
    return "".join("\t".join(map(_pasted, line)) + "\n" for line in lines)


def _value(value: Any) -> Any:
    """Return a value as JSON holds it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(value: Any) -> str | float | None:
    """Return a value as a cell holds it."""
    match _value(value):
        case None | str() | int() | float() as plain:
            return plain
        case other:
            return json.dumps(other, ensure_ascii=False)


def _pasted(cell: str | float | None) -> str:
    if isinstance(cell, str):
        return harmless(re.sub(r"\s+", " ", cell).strip())
    return "" if cell is None else str(cell)
