"""A file or folder that a command writes: completely or not at all, and existing files are replaced only on request."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from catalog.errors import InputError

__all__ = ["check_file", "staging", "written_file"]


def check_file(path: Path, *, force: bool, forced_by: str = "--force") -> None:
    """Check, before any work is done, that a file can be written at `path`.

    Args:
        path: The file.
        force: Whether an existing file may be replaced.
        forced_by: The caller's option that replaces an existing file, for the message.

    Raises:
        InputError: It exists and `force` is not set, is a folder, or its folder is missing or cannot be written.
    """
    with _told(path):
        if path.is_dir():
            raise InputError(f"{path} is a folder; name a file")
        if path.exists() and not force:
            raise InputError(f"{path} exists; {forced_by} replaces it")
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is no ordinary file, and is not replaced; name another")
        _check_parent(path)


@contextmanager
def written_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file to write to, which becomes `path` once the block has ended without an error.

    Raises:
        InputError: It cannot be written.
    """
    temporary = path.with_name(f".modelcat-{secrets.token_hex(8)}.tmp")
    try:
        with _told(path), temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _told(path):
            temporary.replace(path)
    finally:
        with suppress(OSError):  # the earlier error is the one that matters
            temporary.unlink(missing_ok=True)


@contextmanager
def staging(beside: Path) -> Iterator[Path]:
    """Yield an empty hidden folder next to `beside`; it is removed in the end, with its content.

    Raises:
        InputError: The folder of `beside` is missing or cannot be written.
    """
    with _told(beside):
        _check_parent(beside)
        folder = Path(tempfile.mkdtemp(prefix=".modelcat-", suffix=".tmp", dir=beside.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_parent(path: Path) -> None:
    parent = path.absolute().parent
    if not parent.is_dir():
        raise InputError(f"{path} cannot be written: there is no folder {parent}")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(f"{path} cannot be written: no permission to write into {parent}")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # an error of stdout, not of this file
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
