"""Files that are complete or absent, whatever interrupts their writing."""

import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from catalog.errors import InputError
from catalog.study_names import QUEUE_FILES

__all__ = [
    "can_be_name",
    "make_folder",
    "move_folder",
    "path_inside",
    "remove_tree",
    "study_folder",
    "write_bytes",
    "write_json",
]

#: Names that begin so are unfinished or given up; any process may remove them at any time.
TEMPORARY = ".tmp-"
REMOVED = ".removed-"
#: Bytes of a file's name, and of a path, on every system that we know.
_NAME_BYTES, _PATH_BYTES = 255, 4096


def study_folder(root: Path, study: str) -> Path:
    """Return the folder of a study's files under `root`.

    Raises:
        InputError: The name would lead out of `root`, or no folder can have it.
    """
    if _too_long(study):
        raise InputError(f"{study[:40]!r}… cannot be a study's name: it is longer than {_NAME_BYTES} bytes")
    if study in QUEUE_FILES or not can_be_name(study):
        raise InputError(
            f"{study!r} cannot be a study's name: it must not hold / or \\, nor begin with a dot, nor be one of "
            f"{', '.join(QUEUE_FILES)}"
        )
    return root / study


def can_be_name(study: str) -> bool:
    """Return whether a name is one part of a path; so are the queue's own files, whose names older versions took."""
    ours = bool(study) and not study.startswith(".")
    return ours and not _too_long(study) and not any(sign in study for sign in "/\\\0")


def path_inside(root: Path, stored: str) -> Path:
    """Return the path below `root` that a record names; the record may come from a database that anyone has written.

    Raises:
        InputError: The path would lead out of `root`, is `root` itself, or is longer than any path may be.
    """
    path = Path(stored)
    if any(map(_too_long, path.parts)) or _bytes(str(root / path)) >= _PATH_BYTES:
        raise InputError(f"the database names a path that is longer than any can be: {stored[:40]!r}…: it is not used")
    if path.is_absolute() or not path.parts or ".." in path.parts or any(sign in stored for sign in "\\\0"):
        raise InputError(f"the database names the path {stored!r}, which does not lie inside {root}: it is not used")
    return root / path


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file completely or not at all, durably: after this returns, a power failure does not lose it.

    Raises:
        OSError: It cannot be written; the previous file is unchanged.
    """
    temporary = path.with_name(TEMPORARY + secrets.token_hex(8))
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, completely or not at all.

    Raises:
        ValueError: A number in it is not finite.
        TypeError: JSON cannot express some part of it.
        OSError: It cannot be written; the previous file is unchanged.
    """
    write_bytes(path, (json.dumps(value, indent=2, allow_nan=False) + "\n").encode())


def make_folder(path: Path) -> None:
    """Make a folder and its missing parents durably: a power failure removes none of their names.

    Raises:
        OSError: It cannot be made.
    """
    new = []
    while not path.exists():
        new.append(path)
        path = path.parent
    for folder in reversed(new):
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def move_folder(source: Path, target: Path) -> None:
    """Give a finished folder its name: make everything in `source` durable, then rename it to `target`.

    An existing `target` is replaced. Both must be on one file system. A crash leaves the old folder, the new one or,
    for a moment in between, none; never a mixture.

    Raises:
        OSError: It cannot be moved.
    """
    for folder, _, names in os.walk(source):
        for file in (Path(folder, name) for name in names):
            if not file.is_symlink():
                _sync(file)
        _sync(Path(folder))
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_tree(target)
    source.rename(target)
    _sync(target.parent)
    _sync(source.parent)


def remove_tree(path: Path) -> None:
    """Remove a folder or file so that no process ever sees half of it under its name. Links are not followed.

    The remains of an earlier, interrupted removal in the same folder go too. A path that does not exist is no error.

    Raises:
        OSError: It cannot be removed.
    """
    with suppress(FileNotFoundError):
        path.rename(path.with_name(REMOVED + secrets.token_hex(8)))
    for left in path.parent.glob(f"{REMOVED}*"):
        with suppress(FileNotFoundError):  # another process may be cleaning up here too
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            else:
                left.unlink()


def _too_long(name: str) -> bool:
    return _bytes(name) > _NAME_BYTES


def _bytes(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
