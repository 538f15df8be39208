"""Prepares stdin, stdout and stderr for a command: closed ones, and those with a limited character set."""

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

    A closed stream is connected to the null device: a database that got its descriptor would receive what libraries
    print. Characters that the encoding of a stream does not have are written as ``\u2605``.
    """
    for number, name in enumerate(_NAMES):
        with suppress(OSError):  # without a null device, the stream stays as it is
            _open_closed(number)
        if getattr(sys, name) is None:
            stream = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        if isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def silence(stream: IO[str]) -> None:
    """Connect a stream that cannot be written to the null device: Python would print errors about it at shutdown."""
    with suppress(OSError, ValueError):  # a stream without a file does not need this
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def _open_closed(number: int) -> None:
    """Open the null device at a descriptor if nothing is open there, also for processes that are started later."""
    try:
        os.fstat(number)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null == number:  # usually the lowest free number
            os.set_inheritable(number, True)
        else:
            os.dup2(null, number)
            os.close(null)
