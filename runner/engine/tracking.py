"""Has multiprocessing's resource tracker started where processes can be started at all."""

import sys
from contextlib import redirect_stderr
from multiprocessing import resource_tracker

__all__ = ["start_tracker"]


def start_tracker() -> None:
    """Start the tracker, which takes over the descriptor of stderr: a file. Call it before starting a process.

    A terminal UI captures what is printed, its stderr has the descriptor -1, and no process could be started. Started
    later, with a process that is to be born with signals blocked, it would unblock them: it does so for its own sake.
    """
    try:
        shown = sys.stderr is None or sys.stderr.fileno() >= 0
    except (OSError, ValueError):  # it has none, which the tracker takes
        shown = True
    if shown or sys.__stderr__ is None:
        resource_tracker.ensure_running()
        return
    with redirect_stderr(sys.__stderr__):
        resource_tracker.ensure_running()
