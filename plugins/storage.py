"""Files and folders that are written completely or not at all: temporary name, fsync, rename."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

__all__ = ["MODEL_RECORD", "folder_bytes", "sync", "write_file", "write_folder"]

MODEL_RECORD = "modelcat.json"
"""The file in the folder of every trained model with what modelcat must know about it."""

_FILE = 0o666
"""The largest mode of a new file; the umask reduces it, as the mode of a new folder shows."""


def write_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file next to `path`, then move it there; an older file is replaced.

    Whatever `write` does, the file gets the permissions that the umask allows.

    Raises:
        OSError: The disk is full or the folder cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    try:
        temporary.touch()
        mode = stat.S_IMODE(temporary.stat().st_mode)
        write(temporary)
        temporary.chmod(mode)  # safetensors lets only the owner read what it writes
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_folder(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary folder (flat) next to `path`, then move it there; an older folder is replaced.

    Whatever `write` does, the files get the permissions that the umask allows.

    Raises:
        OSError: The disk is full or the folder cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    old = temporary.with_suffix(".old")
    try:
        temporary.mkdir()
        mode = stat.S_IMODE(temporary.stat().st_mode) & _FILE
        write(temporary)
        for file in temporary.iterdir():
            file.chmod(mode)
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
    """Sync a file's content, or a folder's names, so that a power cut does not lose them."""
    if os.name == "nt" and path.is_dir():  # Windows cannot open folders
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below `folder`."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
