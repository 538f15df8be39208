"""Excel workbooks (.xlsx), read with python-calamine: the first sheet that holds a table."""

import datetime as dt
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.dataset import Format
from catalog.errors import DataError, WorkError
from catalog.files import open_regular
from plugins.tables.dialect import has_named, header_problem, looks_like_data, passed_over
from plugins.tables.table import OpenTable
from plugins.tables.wording import listed
from plugins.tables.workbooks import check_workbook

__all__ = ["open_excel"]

_LOOKED_AT = 200
"""Rows that a header is compared with."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)
"""What damaged archives raise; RuntimeError: an archive with a password."""


def open_excel(path: Path, field: str, given: Format, *, named: Sequence[str] = ()) -> OpenTable:
    """Read the first sheet that has rows; its first row names the columns. It is held in memory.

    Args:
        path: The workbook.
        field: The spec field that names it.
        given: Whether it has a header.
        named: Columns that the header must have; a first row with all of them is a header, whatever it looks like.

    Raises:
        DataError: No workbook, a sheet without rows, a column without a name, or two of one name.
        WorkError: python-calamine is not installed.
    """
    filled, rows = _sheets(path, field)
    if not filled:
        raise DataError(f"{path} holds no rows.", field=field)
    sheet, *others = filled
    notes = [f"{path.name}: sheet {sheet!r} was read; not {listed(others)}."] if others else []
    above: tuple[str, ...] = ()
    if given.header is False:
        names = list(map(str, range(len(rows[0]))))
    else:
        above, rows = _without_titles(rows)
        names = [_text(cell).strip() for cell in rows.pop(0)]
    headed = given.header is None and not has_named(names, named)
    if headed and len(rows) > 1:
        cells = [["" if cell == "" else _text(cell) for cell in row] for row in rows[:_LOOKED_AT]]
        if why := looks_like_data(names, cells):
            raise DataError(header_problem(str(path), why, named), field=field)
    used = [place for place, name in enumerate(names) if name or any(row[place] != "" for row in rows)]
    if unnamed := [place + 1 for place in used if not names[place]]:
        raise DataError(f"{path}: column {unnamed[0]} of sheet {sheet!r} has no name in the first row.", field=field)
    chosen = [names[place] for place in used]
    if len(set(chosen)) < len(chosen):
        raise DataError(f"{path}: several columns have one name: {listed(chosen)}.", field=field)
    if not rows:
        raise DataError(f"{path} has a header and no rows.", field=field)
    table = pa.table({names[place]: _column([row[place] for row in rows]) for place in used})

    def batches(size: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        chosen = table if columns is None else table.select(list(columns))
        yield from chosen.to_batches(max_chunksize=size)

    if above:
        notes.append(passed_over(above))
    return OpenTable(
        columns=tuple(chosen),
        typed=True,
        lines=None,
        notes=tuple(notes),
        batches=batches,
        read=lambda columns=None: table if columns is None else table.select(list(columns)),
        sample=lambda _: table,
        headed=headed,
    )


def _sheets(path: Path, field: str) -> tuple[list[str], list[list[Any]]]:
    """Return the names of all sheets that are not empty, and the rows of the first of them."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise WorkError(
            "Excel workbooks need python-calamine: pip install 'modelcat[excel]', or save the sheet as CSV.",
            field=field,
        ) from error
    names: list[str] = []
    first: list[list[Any]] = []
    try:
        check_workbook(path, field)
        with open_regular(path) as file, CalamineWorkbook.from_filelike(file) as book:
            for name in book.sheet_names:
                rows = [row for row in book.get_sheet_by_name(name).to_python() if any(cell != "" for cell in row)]
                if rows:
                    first = first or rows
                    names.append(name)
    except (*_DAMAGED, CalamineError) as error:
        raise DataError(f"{path} cannot be read as an Excel workbook: {error}", field=field) from error
    return names, first


def _without_titles(rows: list[list[Any]]) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Return the text of rows above the header, which fill only the first column, and the rows from the header on."""
    widest = max(sum(cell != "" for cell in row) for row in rows[:_LOOKED_AT])
    start = next((at for at, row in enumerate(rows) if any(cell != "" for cell in row[1:])), 0) if widest > 1 else 0
    return tuple(_text(row[0]).strip() for row in rows[:start]), rows[start:]


def _column(values: list[Any]) -> pa.Array:
    cells = [None if value == "" else value for value in values]
    kinds = {type(value) for value in cells if value is not None}
    if kinds <= {float, int}:
        return pa.array([None if value is None else float(value) for value in cells], pa.float64())
    if kinds == {bool}:
        return pa.array(cells, pa.bool_())
    return pa.array([None if value is None else _text(value) for value in cells], pa.string())


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():  # a workbook has no whole numbers
            return str(int(value))
        case dt.date() | dt.datetime() | dt.time():
            return value.isoformat()
        case _:
            return str(value)
