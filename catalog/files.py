"""Files that a name from outside leads to: regular ones only, opened once, and read up to a limit.

A pipe, a socket or a device in the place of a file would be waited for without end, or be read without end. What a name
leads to may change at any time, so it is the open file that is looked at, and what its size is said to be is not relied
on: files of ``/proc`` claim to be empty, and others grow while they are read.
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
    """A name leads to what is no regular file, or to one that is larger than it may be; ``strerror`` says which."""


def check_regular(path: Path) -> None:
    """Make sure that a name leads to a regular file, without opening it.

    Raises:
        SpecialFileError: It leads to a folder, a pipe, a socket or a device.
        OSError: It leads nowhere, or in a circle.
    """
    _check(path.stat().st_mode, path)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        SpecialFileError: It is a folder, a pipe, a socket or a device; it is not waited for.
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
        most: Bytes that it may have; never more than one more is read.

    Raises:
        SpecialFileError: It is no regular file, or larger.
        OSError: It cannot be opened or read, or its content is yet to come, as that of some files of ``/proc``.
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
    """Open a regular file; a pipe is not waited for, and a device, which opening may set going, is not opened."""
    check_regular(path)
    handle = os.open(path, _FLAGS)
    try:
        _check(os.fstat(handle).st_mode, path)  # another may have taken its name meanwhile
    except BaseException:
        os.close(handle)
        raise
    return handle


def _check(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "none")
        raise SpecialFileError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))
