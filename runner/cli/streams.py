"""stdin, stdout and stderr, fit for whatever a command prints: closed ones, and those of few characters."""

import io
import os
import sys
from contextlib import suppress
from typing import IO

__all__ = ["prepare_streams", "silence"]

_NAMES = ("stdin", "stdout", "stderr")
"""By their descriptors, 0, 1 and 2."""


def prepare_streams() -> None:
    r"""Make the three streams usable in this process and in those that it starts.

    What is closed leads nowhere: a database that got its descriptor would receive what libraries print. Characters
    that the encoding of a stream does not have are written as ``\u2605``.
    """
    for number, name in enumerate(_NAMES):
        with suppress(OSError):  # without a null device it stays as it is
            _open_closed(number)
        if getattr(sys, name) is None:
            stream = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        if isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def silence(stream: IO[str]) -> None:
    """Send a stream that cannot be written nowhere: Python would complain about the rest while it shuts down."""
    with suppress(OSError, ValueError):  # a stream without a file has no such trouble
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def _open_closed(number: int) -> None:
    """Open the null device at a descriptor if nothing is open there, for processes that are started too."""
    try:
        os.fstat(number)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null == number:  # the lowest that is free, as a rule
            os.set_inheritable(number, True)
        else:
            os.dup2(null, number)
            os.close(null)
