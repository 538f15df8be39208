"""Distinguishes faults of the machine from those of the work: a full or unreadable disk, a limit, a missing library.

A training that meets such a fault has not failed: the same training succeeds once a person has repaired the machine.
The error number (errno) of the error, and of all errors that led to it, is checked first; libraries that lose the
number are recognized by their messages.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from catalog.errors import (
    EnvironmentFaultError,
    MissingLibraryError,
    ModelcatError,
    OutOfMemoryError,
    PluginError,
    StoppedError,
    clause,
)

__all__ = ["environment_fault", "is_environmental"]

_FULL = "the disk is full", "Free some space there"
_BROKEN = "the disk cannot be read or written", "Check it and its cables, connection or server (dmesg says more)"
_READ_ONLY = "the disk cannot be written", "Mount it for writing, which an error of the disk may have ended (dmesg)"
_FILES = "too many files are open", "Close other programs, or raise the limit (ulimit -n)"
_PROCESSES = "the system has no room for another process or thread", "Close other programs, or raise the limit (ulimit)"
_RIGHTS = "a file or folder may not be used", "Allow it to this user"
_LARGE = "a file would be larger than allowed", "Raise the limit (ulimit -f), or take another file system"
_UNKNOWN = "a file could not be written", "See that its disk works and has free space"
_LIBRARY = "a library cannot be loaded", "Install it for this Python"

_NUMBERS = {
    "ENOSPC": _FULL,
    "EDQUOT": _FULL,
    "EFBIG": _LARGE,
    "EIO": _BROKEN,
    "ENXIO": _BROKEN,
    "ENODEV": _BROKEN,
    "EREMOTEIO": _BROKEN,
    "EUCLEAN": _BROKEN,
    "ESTALE": _BROKEN,
    "ENOTCONN": _BROKEN,
    "ESHUTDOWN": _BROKEN,
    "EMEDIUMTYPE": _BROKEN,
    "ENOMEDIUM": _BROKEN,
    "ENOLCK": _BROKEN,
    "EROFS": _READ_ONLY,
    "EMFILE": _FILES,
    "ENFILE": _FILES,
    "EAGAIN": _PROCESSES,
}
_BY_NUMBER = {number: told for name, told in _NUMBERS.items() if (number := getattr(errno, name, None)) is not None}
#: About an input file, these are for its user to repair, like everything else that is wrong with the file.
_OF_RAW_ERRORS = {errno.EACCES: _RIGHTS, errno.EPERM: _RIGHTS}
#: SQLite's result codes, then PostgreSQL's.
_BY_CODE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": _BROKEN,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_CANTOPEN": _UNKNOWN,
    "53100": _FULL,
    "53300": _PROCESSES,
    "58030": _BROKEN,
}
#: Messages of libraries that lose the number: `Errno 28` and `os error 28` name it; torch, NumPy and SQLite do not.
_SAID_NUMBER = re.compile(r"(?:os error|errno\s*[:=]?|code:)\s*(\d{1,3})\b", re.IGNORECASE)
_SAID = tuple(
    (re.compile(pattern, re.IGNORECASE), told)
    for pattern, told in (
        (r"no space left on device|disk quota exceeded|database or disk is full|StorageFull|disk full", _FULL),
        (r"file too large", _LARGE),
        (r"input/output error|disk i/o error|stale (NFS )?file handle|transport endpoint is not connected", _BROKEN),
        (r"read-only file ?system|attempt to write a readonly database", _READ_ONLY),
        (r"too many open files|file table overflow", _FILES),
        (r"can't start new thread|resource temporarily unavailable|pthread_create failed", _PROCESSES),
        (r"killed by signal: bus error|out of shared memory|insufficient shared memory", _FULL),
        (r"PytorchStreamWriter failed|inline_container\.cc|iostream error|\d+ requested and \d+ written", _UNKNOWN),
    )
)
_LIBRARIES = re.compile(
    r"cannot open shared object file|undefined symbol|version `[^']+' not found|library not loaded|image not found|"
    r"DLL load failed|could not find module|cannot allocate memory in static TLS block",
    re.IGNORECASE,
)
#: The messages of these errors quote a user's own text, which may contain any of those messages.
_QUOTING = (ValueError, LookupError, TypeError, ArithmeticError, AssertionError, AttributeError, SyntaxError)

_Told = tuple[str, str]


def environment_fault(error: BaseException, places: Iterable[Path] = ()) -> EnvironmentFaultError | None:
    """Return the fault of the machine that caused an error, with advice; None if the work itself is at fault.

    Args:
        error: The error that was raised.
        places: Folders that were written to, for errors that do not name a path.
    """
    if isinstance(error, EnvironmentFaultError):
        return error
    if isinstance(error, StoppedError | OutOfMemoryError) or not isinstance(error, Exception):
        return None
    raw = not isinstance(error, ModelcatError) or isinstance(error, PluginError)
    for cause in _chain(error):
        if (told := _fault_of(cause, raw=raw)) is None:
            continue
        kind = MissingLibraryError if told is _LIBRARY else EnvironmentFaultError
        what, advice = told
        where = _space(_paths(cause, places)) if told in {_FULL, _UNKNOWN, _READ_ONLY} else ""
        said = error.message if isinstance(error, ModelcatError) else f"{type(cause).__name__}: {cause}"
        return kind(f"{what}: {clause(_one_line(said))}{where}. {advice}")
    return None


def is_environmental(error: BaseException) -> bool:
    """Return whether an error comes from a fault of the machine, not from the work."""
    return environment_fault(error) is not None


def _fault_of(error: BaseException, *, raw: bool) -> _Told | None:
    """Return the fault that one error of a chain names; `raw` if no code has explained the error to the user yet."""
    if isinstance(error, ModelcatError) or getattr(error, "orig", None) is not None:
        return None  # its message may quote the user's own text; its causes are checked next
    if isinstance(error, ImportError):
        return _LIBRARY if raw else None
    number = error.errno if isinstance(error, OSError) else None
    if number is not None:
        return _BY_NUMBER.get(number) or (_OF_RAW_ERRORS.get(number) if raw else None)
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    if isinstance(code, str):
        return next((told for start, told in _BY_CODE.items() if code.startswith(start)), None)
    return None if isinstance(error, _QUOTING) else _fault_said(error, raw=raw)


def _fault_said(error: BaseException, *, raw: bool) -> _Told | None:
    text = str(error)[:10_000]
    for number in _SAID_NUMBER.findall(text):
        if (told := _BY_NUMBER.get(int(number))) is not None:
            return told
    if raw and isinstance(error, OSError) and _LIBRARIES.search(text):
        return _LIBRARY
    return next((told for pattern, told in _SAID if pattern.search(text)), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that led to it; a failed import counts only if it is the explicit cause."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        context = None if isinstance(one.__context__, ImportError) else one.__context__
        origin = getattr(one, "orig", None)  # SQLAlchemy keeps the driver's error there
        inner = list(one.exceptions) if isinstance(one, BaseExceptionGroup) else []
        found = (context, one.__cause__, origin, *inner)
        waiting.extend(cause for cause in found if isinstance(cause, BaseException))


def _paths(error: BaseException, places: Iterable[Path]) -> list[Path]:
    named = [getattr(error, name, None) for name in ("filename", "filename2")]
    paths = [Path(os.fsdecode(name)) for name in named if isinstance(name, str | bytes) and name]
    return paths or list(places)


def _space(paths: Iterable[Path]) -> str:
    """Return a note with the place and the free space of a disk: of those that hold `paths`, the fullest."""
    found: dict[int, tuple[int, int, Path]] = {}
    for path in paths:
        try:
            folder = next(one for one in (path.absolute(), *path.absolute().parents) if one.is_dir())
            usage = shutil.disk_usage(folder)
            found.setdefault(folder.stat().st_dev, (usage.free, usage.total, folder))
        except (OSError, ValueError, StopIteration):  # the disk itself may not answer
            continue
    if not found:
        return ""
    free, total, folder = min(found.values())
    return f" ({free:,} of {total:,} bytes are free in {folder}, on the disk mounted at {_mount_of(folder)})"


def _mount_of(folder: Path) -> Path:
    return next((one for one in (folder, *folder.parents) if os.path.ismount(one)), folder)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
