"""What a shortage looks like, whichever library reports it, and that nothing else is taken for one."""

import errno
import os

import numpy as np
import pyarrow as pa
import pytest

from catalog.errors import DataError, OutOfMemoryError, PluginError, WorkError
from catalog.shortages import shortage_in, shortage_said

MEMORY = (
    MemoryError(),
    np._core._exceptions._ArrayMemoryError((1 << 40,), np.dtype("f8")),
    pa.ArrowMemoryError("malloc of size 1099511627776 failed"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory: you tried to ..."),
    RuntimeError("std::bad_alloc"),
    OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
    ImportError("libtorch_cpu.so: failed to map segment from shared object"),
)
OTHERS = {
    RuntimeError("can't start new thread"): "no thread or process",
    pa.ArrowException("Failed to launch worker thread: Resource temporarily unavailable"): "no thread or process",
    BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)): "no thread or process",
    OSError(errno.EMFILE, os.strerror(errno.EMFILE)): "too many files are open",
}


def chained(error):
    """Return an error of modelcat's that was raised from another, as code that reads files does."""
    made = DataError("x.parquet cannot be read as Parquet")
    made.__cause__ = error
    return made


@pytest.mark.parametrize("error", MEMORY, ids=lambda error: type(error).__name__)
def test_memory_is_told_as_memory(error):
    """A lack of memory is no fault of the file that was being read, nor of the plugin that was being imported."""
    for raised in (error, chained(error)):
        found = shortage_in(raised)
        assert isinstance(found, OutOfMemoryError)
        assert found.message.startswith("memory ran out")
        assert found.exit_code == 1


@pytest.mark.parametrize("error", OTHERS, ids=str)
def test_threads_and_files_are_told_as_such(error):
    """A lack of threads or open files is reported as such."""
    found = shortage_in(chained(error))
    assert type(found) is WorkError
    assert found.message.startswith(OTHERS[error])


def test_other_errors_are_left_alone():
    """A full disk, a missing file, an output that would block, and an error that says what is short are left alone."""
    blocked = BlockingIOError(errno.EAGAIN, "write could not complete without blocking", 0)
    for error in (OSError(errno.ENOSPC, "full"), FileNotFoundError(2, "x"), ValueError("bad_alloc"), blocked):
        assert shortage_in(chained(error)) is None
    told = OutOfMemoryError("lower max_seq_length")
    told.__cause__ = MemoryError()
    assert shortage_in(told) is None
    plugin = PluginError("cannot be imported")
    plugin.__cause__ = MemoryError()
    assert isinstance(shortage_in(plugin), OutOfMemoryError)


def test_what_a_process_has_printed_tells_why_it_died():
    """Of what a process has printed, the last line that names a cause of death counts."""
    said = "thread 'main' panicked\nmemory allocation of 8589934592 bytes failed\nAborted"
    assert isinstance(shortage_said(said), OutOfMemoryError)
    assert "libgomp" in shortage_said("libgomp: Thread creation failed: Resource temporarily unavailable").message
    assert shortage_said("Traceback\nKeyError: 'x'") is None
