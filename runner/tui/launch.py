"""Starts the terminal UI in this terminal, if the terminal can show it."""

import os
import re
import sys
from dataclasses import replace

from catalog.errors import InputError

__all__ = ["browse", "check_storage", "check_terminal"]

_PLAIN = re.compile(r"sqlite:///[\w./ -]+")
"""URLs of files that are certainly valid: the check of others imports slow modules, which the first screen avoids."""


def browse(storage: str | None, *, read_only: bool, ascii_only: bool, language: str | None) -> int:
    """Show the terminal UI until the user quits, and return the exit code of the command.

    Args:
        storage: Database URL; None: as in the settings.
        read_only: Whether the app may change nothing.
        ascii_only: Whether to draw with ASCII only, this time.
        language: ``"en"`` or ``"de"``, this time; None: as in the user's settings.

    Raises:
        InputError: The terminal cannot show the app, the storage cannot hold studies, or the settings file is invalid.
        Exception: A defect of modelcat; the terminal is restored.
    """
    check_storage(storage)
    if any(name.startswith("MODELCAT_") for name in os.environ):  # the check imports slow modules
        from runner.settings import read_settings

        read_settings()
    from runner.tui.app import Browser
    from runner.tui.context import AppContext
    from runner.tui.preferences import preferences_file, read_preferences
    from runner.tui.study_source import StudySource

    path = preferences_file()
    preferences = read_preferences(path)
    check_terminal(ascii_only=ascii_only or preferences.ascii)
    if ascii_only:
        preferences = replace(preferences, ascii=True)
    if language:
        preferences = replace(preferences, language=language)
    app = Browser(AppContext(StudySource(storage), preferences, read_only=read_only), path)
    if preferences.theme not in (names := [theme.name for theme in app.themes()]):
        raise InputError(f"{path}: there is no theme {preferences.theme!r}; known are {', '.join(names)}")
    app.run()
    if app.defect is not None:
        raise app.defect
    return app.return_code or 0  # Textual could not start, and has said why


def check_storage(storage: str | None) -> None:
    """Refuse a URL that cannot hold studies; the database itself is not opened.

    Raises:
        InputError: The URL cannot hold studies.
    """
    given = storage if storage is not None else os.environ.get("MODELCAT_STORAGE")
    if given and not _PLAIN.fullmatch(given):
        from runner.store.url import StorageUrl

        try:
            StorageUrl.parse(given)
        except InputError as error:
            raise InputError(error.message if storage is not None else f"MODELCAT_STORAGE: {error.message}") from error


def check_terminal(*, ascii_only: bool) -> None:
    """Refuse a terminal that cannot show the screens.

    Raises:
        InputError: The output is not a terminal, or the terminal cannot move its cursor or has no Unicode.
    """
    if os.environ.get("TEXTUAL_DRIVER"):  # a web browser shows it
        return
    if not (sys.stdin.isatty() and sys.__stdout__ is not None and sys.__stdout__.isatty()):
        raise InputError(
            "browse needs a terminal for input and output; `modelcat studies --json` tells scripts the same, "
            "`modelcat browse --web` shows it in a web browser"
        )
    if os.environ.get("TERM", "") in {"", "dumb", "unknown"}:
        raise InputError(
            f"the terminal says it is TERM={os.environ.get('TERM', '')!r}, which cannot move its cursor: set TERM to "
            "what it really is, such as xterm-256color, or use `modelcat browse --web`"
        )
    encoding = (sys.__stdout__.encoding or "").lower().replace("-", "")
    if encoding != "utf8" and not ascii_only:
        raise InputError(
            f"the terminal's encoding is {sys.__stdout__.encoding}, which has no signs to draw with: "
            "set LANG to one that ends in .UTF-8, or add --ascii"
        )
