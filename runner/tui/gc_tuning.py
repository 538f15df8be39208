"""How this process shares its time while the terminal UI is open: a key is answered before anything is read.

Python's collector of garbage looks through everything that lives, 0.1 s for the libraries alone, and no key is answered
meanwhile; what stays is therefore kept from it (`gc.freeze`). What is in no circle is freed as ever.
"""

import gc
import sys

__all__ = ["MANY", "begin", "end", "keep", "let_go"]

MANY = 2000
"""Records that are worth keeping from the collector."""
_SWITCH = 0.0005
"""Seconds after which a thread that reads lets the screen's thread go on; Python's 5 ms are felt at each key."""
_before: list[float] = []


def begin() -> None:
    """Let reading threads give way sooner."""
    _before.append(sys.getswitchinterval())
    sys.setswitchinterval(_SWITCH)


def keep() -> None:
    """Keep from the collector what lives now."""
    gc.freeze()


def let_go() -> None:
    """Free what was kept and is not needed any more, which takes a moment; keep the rest."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def end() -> None:
    """Have everything as it was."""
    gc.unfreeze()
    if _before:
        sys.setswitchinterval(_before.pop())
