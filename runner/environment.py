"""Reads `MODELCAT_*` environment variables without importing the module that checks all of them (`runner.settings`)."""

import os
from pathlib import Path

__all__ = ["debug", "is_debugging", "no_folder"]

_DEBUG = "MODELCAT_DEBUG"
_OFF = frozenset({"", "0", "false", "no", "off"})


def debug() -> None:
    """Show tracebacks and the output of workers from here on, also in processes that are started later."""
    os.environ[_DEBUG] = "1"


def is_debugging() -> bool:
    """Return whether ``MODELCAT_DEBUG`` is set, to anything but 0, false, no or off."""
    return os.environ.get(_DEBUG, "").strip().lower() not in _OFF


def no_folder(path: Path) -> str | None:
    """Return why no folder can be at `path`, such as that it is a file; None if there is one or may be made."""
    absolute = path.absolute()
    try:
        there = next(folder for folder in (absolute, *absolute.parents) if folder.is_symlink() or folder.exists())
        return None if there.is_dir() else f"{there} is no folder"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
