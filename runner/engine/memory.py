"""Tells whether the system has killed processes for want of memory."""

from pathlib import Path

__all__ = ["oom_kills"]

_VMSTAT = Path("/proc/vmstat")
"""Counts, among much else, the kills of Linux' out-of-memory killer (since 4.13)."""


def oom_kills() -> int:
    """Return how many processes the system has killed for want of memory since it started; 0 where it does not tell."""
    try:
        lines = _VMSTAT.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
