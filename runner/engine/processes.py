"""modelcat's processes and the system: their start, their end with their parent, their memory. Limits: Linux only."""

import os
import signal
import sys
import threading
from contextlib import redirect_stderr, suppress
from multiprocessing import resource_tracker, spawn
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

__all__ = [
    "APP_BYTES",
    "end_with_parent",
    "lift_memory_limit",
    "limit_memory",
    "oom_kills",
    "start_spawned",
    "start_tracker",
]

APP_BYTES = 2 << 30
"""Bytes of data that the app of one browser tab may have; with a thousand trials on the screen it has 100 MB."""
_VMSTAT = Path("/proc/vmstat")
"""Its many counters include the kills of Linux' out-of-memory killer (since 4.13)."""
#: PR_SET_PDEATHSIG of linux/prctl.h.
_SET_DEATH_SIGNAL = 1
#: One process at a time is started without the program's main module.
_STARTING = threading.Lock()


def end_with_parent(parent: int) -> None:
    """Have Linux kill this process when its parent dies: a process that hangs never notices that a pipe closes.

    Args:
        parent: Pid; on Linux that is the thread that starts this process, which must not end before.
    """
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # the parent has died before this took effect
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
    """Remove from a child the limit that `limit_memory` set for this process: a training needs the machine's memory."""
    if sys.platform != "linux":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == APP_BYTES:
        with suppress(OSError):  # it has ended already
            resource.prlimit(pid, resource.RLIMIT_DATA, (hard, hard))


def oom_kills() -> int:
    """Return how many processes the system has killed since its start because memory ran out; 0 if it does not say."""
    try:
        lines = _VMSTAT.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def start_tracker() -> None:
    """Start the tracker, which inherits the descriptor of stderr: a file. Call it before starting a process.

    A terminal UI captures what is printed, its stderr has the descriptor -1, and no process could be started. Started
    later, together with a process that must start with signals blocked, the tracker would unblock them for itself.
    """
    try:
        shown = sys.stderr is None or sys.stderr.fileno() >= 0
    except (OSError, ValueError):  # it has none, which the tracker accepts
        shown = True
    if shown or sys.__stderr__ is None:
        resource_tracker.ensure_running()
        return
    with redirect_stderr(sys.__stderr__):
        resource_tracker.ensure_running()


def start_spawned(process: BaseProcess) -> None:
    """Start a process of the "spawn" method that does not run the program's main module again.

    multiprocessing runs that module in each new process, for what the program itself defines. modelcat's processes need
    nothing of it. A script that uses `runner.api` without the guard ``if __name__ == "__main__"`` would run from its
    first line in every worker, and start studies there.

    Args:
        process: Not started yet; its function and arguments can be imported without the main module.
    """
    thread = threading.get_ident()
    with _STARTING:
        prepare = spawn.get_preparation_data

        def without_main(name: str) -> dict[str, Any]:
            found = prepare(name)
            if threading.get_ident() == thread:  # another thread may start a process of the program's own
                for key in ("init_main_from_name", "init_main_from_path"):
                    found.pop(key, None)
            return found

        spawn.get_preparation_data = without_main
        try:
            process.start()
        finally:
            spawn.get_preparation_data = prepare
