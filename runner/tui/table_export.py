"""Copies and saves tables: to the clipboard, to a file, or as a download in a web browser."""

import io
import re
from collections.abc import Callable
from pathlib import Path

from runner.presentation.datatable import DataTable, as_csv, as_json, as_tsv
from runner.presentation.text import safe
from runner.tui.base_screen import BaseScreen

__all__ = ["FORMATS", "copy_table", "save_table"]

FORMATS = ("csv", "json")
"""Suffixes of the files that a table can be saved as."""


def copy_table(screen: BaseScreen, table: DataTable) -> None:
    """Copy a table to the clipboard, and show a message."""
    t = screen.context.t
    if not table.rows:
        screen.show_message(t("There is nothing to copy."))
        return
    screen.app.copy_to_clipboard(as_tsv(table))
    screen.show_message(t("Copied {rows:count} rows.", rows=len(table.rows)))


def save_table(screen: BaseScreen, name: str, table: Callable[[], DataTable]) -> None:
    """Ask for a path, and save a table whole or not at all; a web browser downloads it at once.

    Args:
        screen: The screen that shows the messages.
        name: Default name of the file, without suffix.
        table: Returns the table; called when it is saved.
    """
    from runner.tui.dialogs.save_file import SaveDialog

    if not table().rows:
        screen.show_message(screen.context.t("There is nothing to save."))
    elif screen.app.is_web:
        screen.app.deliver_text(
            io.StringIO(as_csv(table())), save_filename=f"{_file_name(name)}.csv", mime_type="text/csv"
        )
    else:
        dialog = SaveDialog(screen.context, Path(f"{_file_name(name)}.{FORMATS[0]}"), FORMATS)
        screen.app.push_screen(dialog, lambda path: _save(screen, path, table()) if path is not None else None)


def _save(screen: BaseScreen, path: Path, table: DataTable) -> None:
    from runner.store.files import write_bytes

    t = screen.context.t
    content = as_json(table) if path.suffix.lower() == ".json" else as_csv(table)
    try:
        write_bytes(path, content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        text = t("{path} cannot be written: {reason}", path=str(path), reason=str(error.strerror))
        screen.show_message(text, error=True)
    else:
        screen.show_message(t("Saved {path}", path=str(path.absolute())))


def _file_name(name: str) -> str:
    """Return a valid file name: no path, no hidden file."""
    return re.sub(r"[^\w.-]", "-", safe(name, 80)).lstrip(".-") or "table"
