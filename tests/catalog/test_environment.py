"""Which errors are the machine's: by their number, by what libraries say, and never by what they quote."""

import errno
import os
import sqlite3

import pytest

from catalog.environment import environment_fault
from catalog.errors import (
    DataError,
    EnvironmentFaultError,
    MissingLibraryError,
    OutOfMemoryError,
    PluginError,
    StoreError,
    WorkError,
)


class SafetensorError(Exception):
    """Stands for the one of that library, which is made in Rust."""


def numbered(number, kind=OSError):
    """Return an error as the system raises it."""
    return kind(number, os.strerror(number), "/somewhere/model")


def caused(error, cause):
    """Return an error that was raised from another."""
    error.__cause__ = cause
    return error


def sqlite(code):
    """Return an error as SQLite raises it."""
    error = sqlite3.OperationalError("it says so")
    error.sqlite_errorname = code
    return error


def wrapped(origin):
    """Return an error as SQLAlchemy wraps it, with what was to be written."""
    from sqlalchemy.exc import OperationalError

    return OperationalError("INSERT", {"text": "No space left on device"}, origin)


@pytest.mark.parametrize(
    "error",
    [
        *(
            numbered(getattr(errno, name))
            for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS", "EMFILE", "ENFILE", "ESTALE", "ENXIO", "EAGAIN")
        ),
        numbered(errno.EACCES),
        numbered(errno.EPERM),
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        SafetensorError("Error while serializing: IoError(Os { code: 122, kind: FilesystemQuotaExceeded })"),
        Exception("Disk quota exceeded (os error 122)"),
        RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534"),
        RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed"),
        RuntimeError("basic_ios::clear: iostream error"),
        RuntimeError("can't start new thread"),
        RuntimeError("DataLoader worker (pid 7) is killed by signal: Bus error."),
        RuntimeError("unable to mmap 4096 bytes from file </x>: Input/output error (5)"),
        OSError("100000 requested and 496 written"),
        OSError("Can't write data: file write failed: errno = 28, error message = 'No space left on device'"),
        OSError("[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device"),
        sqlite("SQLITE_FULL"),
        sqlite("SQLITE_IOERR_WRITE"),
        sqlite("SQLITE_READONLY_DIRECTORY"),
        wrapped(sqlite("SQLITE_FULL")),
        caused(RuntimeError("cannot save"), numbered(errno.ENOSPC)),
        caused(DataError("row 7 of a.csv cannot be read"), numbered(errno.EIO)),
        caused(StoreError("the disk is full"), wrapped(sqlite("SQLITE_FULL"))),
        ExceptionGroup("several", [ValueError("a"), numbered(errno.ENOSPC)]),
    ],
    ids=repr,
)
def test_faults_of_the_machine(error):
    """Each fault of the machine says what to do, in one line."""
    fault = environment_fault(error)
    assert type(fault) is EnvironmentFaultError
    assert (fault.kind, fault.exit_code) == ("environment", 1)
    assert "\n" not in fault.message
    assert fault.message.rpartition(". ")[2][0].isupper()


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'speedups'"),
        ImportError("libcudart.so.12: cannot open shared object file: No such file or directory"),
        ImportError("/lib/libc.so.6: version `GLIBC_2.38' not found (required by x.so)"),
        OSError("libgomp.so.1: cannot open shared object file: No such file or directory"),
        OSError("/x/op.so: undefined symbol: _ZN3c10"),
        caused(PluginError("the plugin cannot be loaded"), ImportError("no")),
        caused(RuntimeError("cannot compile"), ImportError("no")),
    ],
    ids=repr,
)
def test_missing_libraries(error):
    """A missing library is an error of its own kind, since another study may not need it."""
    assert type(environment_fault(error)) is MissingLibraryError


def fallen_back():
    """Return an error that was raised after a missing optional library was ignored."""
    error = RuntimeError("the loss is strange")
    error.__context__ = ImportError("no")
    return error


@pytest.mark.parametrize(
    "error",
    [
        ValueError("could not convert string to float: 'No space left on device'"),
        KeyError("Input/output error"),
        DataError("row 7 holds 'No space left on device (os error 28)'"),
        WorkError("the label 'Read-only file system' is unknown"),
        caused(DataError("a.csv is not there"), numbered(errno.ENOENT)),
        caused(DataError("a.csv may not be read"), numbered(errno.EACCES)),
        numbered(errno.ENOENT),
        numbered(errno.ECONNREFUSED),
        sqlite("SQLITE_CONSTRAINT_UNIQUE"),
        wrapped(sqlite("SQLITE_CONSTRAINT_UNIQUE")),
        RuntimeError("CUDA error: device-side assert triggered"),
        RuntimeError("shapes (28,) and (27,) do not fit"),
        OutOfMemoryError("it does not fit"),
        MemoryError(),
        KeyboardInterrupt(),
        fallen_back(),
    ],
    ids=repr,
)
def test_the_works_own_errors(error):
    """What an error quotes, and a missing file, say nothing about the machine."""
    assert environment_fault(error) is None


def test_what_is_free_is_told(tmp_path):
    """If the error names no file, the fullest of the disks that were written to is reported."""
    told = environment_fault(OSError(errno.ENOSPC, "No space left on device"), [tmp_path / "not" / "there"]).message
    assert f"bytes are free in {tmp_path}, on the disk mounted at /" in told
    assert told.endswith(". Free some space there")
