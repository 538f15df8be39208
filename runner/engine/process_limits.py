"""What the system does with a process of ours: end it with its parent, limit its memory. Both on Linux only."""

import os
import signal
import sys
from contextlib import suppress

__all__ = ["APP_BYTES", "end_with_parent", "lift_memory_limit", "limit_memory"]

APP_BYTES = 2 << 30
"""Bytes of data that the app of one browser tab may have; with a thousand trials on the screen it has 100 MB."""
#: PR_SET_PDEATHSIG of linux/prctl.h.
_SET_DEATH_SIGNAL = 1


def end_with_parent(parent: int) -> None:
    """Have Linux kill this process when its parent dies: one that is stuck never sees that a pipe closes.

    Args:
        parent: Pid; Linux means the thread that starts this process, which must not end before.
    """
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it has died before this took effect
        os._exit(0)


def limit_memory() -> None:
    """Limit the data of this process to `APP_BYTES`: more is a `MemoryError`. Its children inherit the limit."""
    if sys.platform != "linux":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY or soft > APP_BYTES:
        resource.setrlimit(resource.RLIMIT_DATA, (APP_BYTES, hard))


def lift_memory_limit(pid: int) -> None:
    """Take from a child what `limit_memory` set for this process: a training needs what the machine has."""
    if sys.platform != "linux":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == APP_BYTES:
        with suppress(OSError):  # it has ended already
            resource.prlimit(pid, resource.RLIMIT_DATA, (hard, hard))
