"""Takes tables out of the screens as data: to the clipboard, into a file, or as a download in a web browser."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from runner.presentation.datatable import DataTable, as_csv, as_json, as_tsv
from runner.presentation.text import safe

if TYPE_CHECKING:
    from runner.tui.app import Browser

__all__ = ["FORMATS", "copy_table", "save_table"]

FORMATS = ("csv", "json")
"""Endings of the files that a table can be saved as."""


def copy_table(browser: "Browser", table: DataTable) -> None:
    """Copy a table to the clipboard, and say so."""
    t = browser.desk.t
    if not table.rows:
        browser.tell(t("There is nothing to copy."))
        return
    browser.copy_to_clipboard(as_tsv(table))
    browser.tell(t("Copied {rows:count} rows.", rows=len(table.rows)))


def save_table(browser: "Browser", name: str, table: Callable[[], DataTable]) -> None:
    """Ask where to save a table, and save it whole or not at all; a web browser gets it as a download at once.

    Args:
        browser: The app.
        name: What the file is called, without an ending, unless the person says otherwise.
        table: Returns the table, asked when it is saved.
    """
    from runner.tui.dialogs.saving import SaveDialog

    if not table().rows:
        browser.tell(browser.desk.t("There is nothing to save."))
    elif browser.is_web:
        browser.deliver_text(
            io.StringIO(as_csv(table())), save_filename=f"{_file_name(name)}.csv", mime_type="text/csv"
        )
    else:
        dialog = SaveDialog(browser.desk, Path(f"{_file_name(name)}.{FORMATS[0]}"), FORMATS)
        browser.push_screen(dialog, lambda path: _save(browser, path, table()) if path is not None else None)


def _save(browser: "Browser", path: Path, table: DataTable) -> None:
    from runner.store.files import write_bytes

    t = browser.desk.t
    content = as_json(table) if path.suffix.lower() == ".json" else as_csv(table)
    try:
        write_bytes(path, content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        text = t("{path} cannot be written: {reason}", path=str(path), reason=str(error.strerror))
        browser.tell(text, bad=True)
    else:
        browser.tell(t("Saved {path}", path=str(path.absolute())))


def _file_name(name: str) -> str:
    """Return a name that is a file's and nothing else: no path, no hidden file."""
    return re.sub(r"[^\w.-]", "-", safe(name, 80)).lstrip(".-") or "table"
