"""Tuning of garbage collection and threads while the terminal UI is open: keys come before reading.

Python's garbage collector visits all objects, which takes 0.1 s for the libraries alone and delays keys; objects that
live long are therefore excluded (`gc.freeze`). Reference counting still frees objects without cycles.
"""

import gc
import sys

__all__ = ["MANY", "begin", "end", "keep", "let_go"]

MANY = 2000
"""Least number of records that are worth excluding from collection."""
_SWITCH = 0.0005
"""Seconds after which a reading thread yields to the screen's thread; Python's 5 ms are noticeable at each key."""
_before: list[float] = []


def begin() -> None:
    """Make reading threads yield sooner."""
    _before.append(sys.getswitchinterval())
    sys.setswitchinterval(_SWITCH)


def keep() -> None:
    """Exclude all current objects from collection."""
    gc.freeze()


def let_go() -> None:
    """Free excluded objects that are no longer needed, which takes a moment; exclude the rest again."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def end() -> None:
    """Restore all settings."""
    gc.unfreeze()
    if _before:
        sys.setswitchinterval(_before.pop())
