"""Whatever a command raises is one message and an exit code."""

import errno
import os

import click
import pytest

from catalog.errors import DataError
from runner.cli.guard import guarded


class Panic(BaseException):
    """What Rust raises through PyO3 is no Exception."""


ENDS = {
    "memory": (MemoryError("Unable to allocate 8.00 TiB"), 1, "modelcat: memory ran out (Unable to allocate 8.00 TiB)"),
    "threads": (RuntimeError("can't start new thread"), 1, "modelcat: no thread or process could be started"),
    "fork": (BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)), 1, "modelcat: no thread or process"),
    "files": (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), 1, "modelcat: too many files are open"),
    "panic of threads": (Panic("ThreadPoolBuildError: Resource temporarily unavailable"), 1, "modelcat: no thread"),
    "full": (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 1, "modelcat: writing failed: No space left on device"),
    "panic": (Panic("index out of bounds"), 1, "modelcat: unexpected Panic: index out of bounds"),
    "input": (DataError("no rows"), 2, "modelcat: no rows"),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_error_is_one_line(capfd, monkeypatch, name):
    """A shortage is reported as what it is; only a defect asks for a report."""
    error, code, start = ENDS[name]

    @click.command()
    def failing():
        raise error

    monkeypatch.setattr("sys.argv", ["modelcat"])
    monkeypatch.setattr("runner.cli.guard.silence", lambda _: None)
    assert guarded(failing, as_json=False) == code
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(start)
    assert ("report" in err) == (name == "panic")
