"""Takes tables out of the screens: to the clipboard, into a file, or as a download in a web browser."""

import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runner.console.cells import csv_line, harmless
from runner.console.text import safe

if TYPE_CHECKING:
    from runner.tui.app import Browser

__all__ = ["FORMATS", "as_csv", "as_json", "as_tsv", "copy_table", "save_table"]

FORMATS = ("csv", "json")
"""Endings of the files that a table can be saved as."""

_NUMBER = re.compile(r"[+-]\d[\d.,\u00a0\u202f]*(\s*%)?")
"""A signed number as it is shown: what begins so and is nothing else computes nothing."""

Rows = Sequence[Sequence[str]]
"""The heading and the rows of a table, as `Table.text` returns them."""


def as_csv(rows: Rows) -> str:
    """Return a table as CSV, with no cell that a spreadsheet would take for a formula."""
    return "".join(csv_line(row) for row in _told(rows))


def as_json(rows: Rows) -> str:
    """Return a table as a JSON list of objects, by its headings."""
    heading, *body = _told(rows)
    return json.dumps([dict(zip(heading, row, strict=True)) for row in body], indent=2, ensure_ascii=False) + "\n"


def as_tsv(rows: Rows) -> str:
    """Return a table for pasting into a spreadsheet: cells between tabs, none of them a formula."""
    return "".join("\t".join(map(_pasted, row)) + "\n" for row in _told(rows))


def copy_table(browser: "Browser", rows: Rows) -> None:
    """Copy a table to the clipboard, and say so."""
    t = browser.desk.t
    if len(rows) < 2:
        browser.tell(t("There is nothing to copy."))
        return
    browser.copy_to_clipboard(as_tsv(rows))
    browser.tell(t("Copied {rows:count} rows.", rows=len(rows) - 1))


def save_table(browser: "Browser", name: str, table: Callable[[], Rows]) -> None:
    """Ask where to save a table, and save it whole or not at all; a web browser gets it as a download at once.

    Args:
        browser: The app.
        name: What the file is called, without an ending, unless the person says otherwise.
        table: Returns the table, asked when it is saved.
    """
    from runner.tui.dialogs.saving import SaveDialog

    if len(table()) < 2:
        browser.tell(browser.desk.t("There is nothing to save."))
    elif browser.is_web:
        browser.deliver_text(
            io.StringIO(as_csv(table())), save_filename=f"{_file_name(name)}.csv", mime_type="text/csv"
        )
    else:
        dialog = SaveDialog(browser.desk, Path(f"{_file_name(name)}.{FORMATS[0]}"), FORMATS)
        browser.push_screen(dialog, lambda path: _save(browser, path, table()) if path is not None else None)


def _save(browser: "Browser", path: Path, rows: Rows) -> None:
    from runner.store.files import write_bytes

    t = browser.desk.t
    content = as_json(rows) if path.suffix.lower() == ".json" else as_csv(rows)
    try:
        write_bytes(path, content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        text = t("{path} cannot be written: {reason}", path=str(path), reason=str(error.strerror))
        browser.tell(text, bad=True)
    else:
        browser.tell(t("Saved {path}", path=str(path.absolute())))


def _told(rows: Rows) -> list[list[str]]:
    """Leave out columns without a heading, which are signs for the eye; make headings that repeat differ."""
    kept = [index for index, label in enumerate(rows[0]) if label.strip()] if rows else []
    told = [[row[index].strip() for index in kept] for row in rows]
    seen: set[str] = set()
    for index, label in enumerate(told[0] if told else ()):
        name, count = label, 1
        while name in seen:
            count += 1
            name = f"{label} {count}"
        seen.add(name)
        told[0][index] = name
    return told


def _pasted(cell: str) -> str:
    line = " ".join(cell.split())
    return line if _NUMBER.fullmatch(line) else harmless(line)


def _file_name(name: str) -> str:
    """Return a name that is a file's and nothing else: no path, no hidden file."""
    return re.sub(r"[^\w.-]", "-", safe(name, 80)).lstrip(".-") or "table"
