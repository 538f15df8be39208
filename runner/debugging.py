"""Whether tracebacks and what workers print are shown."""

import os

__all__ = ["debug", "is_debugging"]

_VARIABLE = "MODELCAT_DEBUG"
_OFF = frozenset({"", "0", "false", "no", "off"})


def debug() -> None:
    """Show them from here on, in processes that are started too."""
    os.environ[_VARIABLE] = "1"


def is_debugging() -> bool:
    """Return whether ``MODELCAT_DEBUG`` is set, to anything but 0, false, no or off."""
    return os.environ.get(_VARIABLE, "").strip().lower() not in _OFF
