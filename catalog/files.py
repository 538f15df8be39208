"""Opens files whose names come from outside: only regular ones, opened once, and read up to a limit.

A pipe, a socket or a device in the place of a file would block for ever, or could be read without end. The file behind
a name may change at any time, so the open file is checked, and its reported size is not relied on: files of ``/proc``
report that they are empty, and other files grow while they are read.
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["SpecialFileError", "check_regular", "open_regular", "read_limited"]

_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_FLAGS = os.O_RDONLY | _NONBLOCK | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class SpecialFileError(OSError):
    """The file is not a regular one, or is larger than it may be; ``strerror`` says which."""


def check_regular(path: Path) -> None:
    """Check that a name leads to a regular file, without opening it.

    Raises:
        SpecialFileError: It leads to a folder, a pipe, a socket or a device.
        OSError: There is no such file, or the links are circular.
    """
    _check(path.stat().st_mode, path)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        SpecialFileError: It is a folder, a pipe, a socket or a device; the call does not wait for it.
        OSError: It cannot be opened.
        ValueError: The name holds a NUL.
    """
    handle = _open(path)
    try:
        if _NONBLOCK:
            os.set_blocking(handle, True)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_limited(path: Path, most: int) -> bytes:
    """Return all bytes of a regular file.

    Args:
        path: The file.
        most: Bytes that it may have; never more than one byte beyond that is read.

    Raises:
        SpecialFileError: It is not a regular file, or larger.
        OSError: It cannot be opened or read, or its content does not come at once, as in some files of ``/proc``.
        ValueError: The name holds a NUL.
    """
    handle = _open(path)
    try:
        read: list[bytes] = []
        left = most + 1
        while left and (part := os.read(handle, min(left, 1 << 20))):
            read.append(part)
            left -= len(part)
    finally:
        os.close(handle)
    if not left:
        raise SpecialFileError(errno.EFBIG, f"it is larger than {most:,} bytes, the most that is read", str(path))
    return b"".join(read)


def _open(path: Path) -> int:
    """Open a regular file; a pipe is not waited for, and a device, which may act when it is opened, is not opened."""
    check_regular(path)
    handle = os.open(path, _FLAGS)
    try:
        _check(os.fstat(handle).st_mode, path)  # another file may have taken its name meanwhile
    except BaseException:
        os.close(handle)
        raise
    return handle


def _check(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "none")
        raise SpecialFileError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))
