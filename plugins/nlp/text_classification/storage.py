"""Files and folders that are written whole or not at all: temporary name, fsync, rename."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

__all__ = ["sync", "write_file", "write_folder"]


def write_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then move it there; an older file is replaced.

    Raises:
        OSError: The disk is full or the folder cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    try:
        write(temporary)
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_folder(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary folder (flat) beside `path`, then move it there; an older folder is replaced.

    Raises:
        OSError: The disk is full or the folder cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    old = temporary.with_suffix(".old")
    try:
        temporary.mkdir()
        write(temporary)
        for file in temporary.iterdir():
            sync(file)
        sync(temporary)
        if path.exists():
            path.replace(old)
        temporary.replace(path)
        sync(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, survive a power cut."""
    if os.name == "nt" and path.is_dir():  # Windows cannot open folders
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
