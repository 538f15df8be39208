"""Errors that say that the machine, or the limits of a process, ran short of something: memory, threads, open files.

Python, NumPy, Arrow, torch, Rust and the C libraries each report it in their own way, and code that reads a file may
mistake it for a fault of the file. The cause is neither the input nor a defect of modelcat.
"""

import errno

from catalog.errors import ModelcatError, OutOfMemoryError, WorkError, clause

__all__ = ["shortage_in", "shortage_said"]

_LONGEST = 300
"""The most characters of the original message that are shown."""


def shortage_in(error: BaseException) -> WorkError | None:
    """Return the shortage as an error of modelcat; None if there is none, or if `error` is such an error itself.

    The causes of `error` count too.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, WorkError) and type(cause) is not WorkError and cause.kind != "plugin":
            return None
        if (found := _shortage(cause)) is not None:
            return found
        cause = cause.__cause__
    return None


def shortage_said(text: str) -> WorkError | None:
    """Return the shortage that a process has printed before it ended; None if its output names none."""
    found = (make(line) for line in reversed(text.splitlines()) for sign, make in _SIGNS.items() if sign in line)
    return next(found, None)


def _shortage(error: BaseException) -> WorkError | None:
    said = str(error)
    if isinstance(error, MemoryError):
        return _memory(said)
    # EAGAIN of a non-blocking output is a different case, and says how many bytes were written.
    if isinstance(error, OSError) and error.errno in _NUMBERS and not hasattr(error, "characters_written"):
        return _NUMBERS[error.errno](said)
    if not isinstance(error, ModelcatError | ValueError | LookupError | OSError):  # these are about input or files
        return next((make(said) for sign, make in _SIGNS.items() if sign in said), None)
    return None


def _memory(said: str) -> OutOfMemoryError:
    return OutOfMemoryError(
        f"memory ran out{_quoted(said)}: close other programs, or raise what a process may have (ulimit -v)"
    )


def _threads(said: str) -> WorkError:
    return WorkError(
        f"no thread or process could be started{_quoted(said)}: close other programs, or raise their number (ulimit -u)"
    )


def _files(said: str) -> WorkError:
    return WorkError(f"too many files are open{_quoted(said)}: raise their number (ulimit -n)")


def _quoted(said: str) -> str:
    line = clause(" ".join(said.split()))
    if not line:
        return ""
    return f" ({line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'})"


_NUMBERS = {errno.ENOMEM: _memory, errno.EAGAIN: _threads, errno.EMFILE: _files, errno.ENFILE: _files}
_SIGNS = {
    "can't allocate memory": _memory,  # torch on a CPU
    "Cannot allocate memory": _memory,  # the C library, for ENOMEM
    "bad_alloc": _memory,  # C++
    "memory allocation of": _memory,  # Rust, before it aborts
    "failed to map segment from shared object": _memory,  # the loader, if it finds no room for a library
    "MemoryError": _memory,
    "can't start new thread": _threads,  # Python
    "Thread creation failed": _threads,  # GNU's OpenMP
    "pthread_create failed": _threads,  # OpenBLAS
    "Resource temporarily unavailable": _threads,  # the C library, for EAGAIN; C++ and Rust say no more
    "Too many open files": _files,
}
