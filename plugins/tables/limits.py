"""How large a file may become before it is refused, and the environment variable that allows more."""

import os
from math import ceil

from catalog.errors import DataError

__all__ = ["VARIABLE", "allowing", "in_units", "longest_row", "most_columns", "most_kept_columns", "most_unpacked"]

VARIABLE = "MODELCAT_READ_LIMITS"
"""Times the usual limits; a number from 1 to `_MOST`."""
_MOST = 100
"""With more a row would not fit into one block of Arrow's parser, whose size is an int32."""
_LONGEST_ROW = 16 << 20
_COLUMNS = 500_000
_KEPT_COLUMNS = 50_000
_EXPANSION = 100
"""Bytes that one byte of a file may become: text rarely has more than 50 for one."""
_UNPACKED = 64 << 20
"""Bytes that any file may become."""


def longest_row() -> int:
    """Return the most bytes of a row of text, or of an object of JSON."""
    return int(_LONGEST_ROW * _times())


def most_columns() -> int:
    """Return the most columns of a table, of which a few are read."""
    return int(_COLUMNS * _times())


def most_kept_columns() -> int:
    """Return the most columns of a table that is read with all of them."""
    return int(_KEPT_COLUMNS * _times())


def most_unpacked(size: int) -> int:
    """Return the most bytes that a file may become when it is unpacked and decoded.

    Args:
        size: Its bytes on the disk.
    """
    return int(max(_UNPACKED, _EXPANSION * size) * _times())


def allowing(needed: float, limit: float) -> str:
    """Return a sentence on how to change a limit.

    Args:
        needed: What the file needs, as far as known.
        limit: What is allowed now.
    """
    times = ceil(max(needed / limit, 1.01) * _times())
    if times > _MOST:
        return f"{VARIABLE} raises such limits up to {_MOST} times, which would not be enough."
    return f"If it is right, set the environment variable {VARIABLE}={times} (times the usual limits, at most {_MOST})."


def in_units(size: int) -> str:
    """Return a number of bytes in a unit that suits it: ``64 MiB``."""
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size >= 1 << shift:
            return f"{size / (1 << shift):,.1f}".removesuffix(".0") + f" {unit}"
    return f"{size:,} bytes"


def _times() -> float:
    given = os.environ.get(VARIABLE, "").strip()
    try:
        times = float(given or 1)
    except ValueError:
        times = 0.0
    if not 1 <= times <= _MOST:  # neither is NaN
        raise DataError(f"{VARIABLE} is {given!r}, and should be a number from 1 to {_MOST}.")
    return times
