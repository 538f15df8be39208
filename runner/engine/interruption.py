"""Ctrl+C and SIGTERM, noted at once and raised where nothing is half done.

A KeyboardInterrupt in the middle of a transaction leaves its connection behind with the database locked, and the tidy
end then waits for itself; in a callback of a library it is swallowed. So whoever runs a study holds interrupts back
until the engine waits for its workers, which is at most a second later.

The first interrupt leaves a few seconds for checkpoints and for giving the lease back. The second one waits for
nothing: workers are killed, and the database is left as it is, where all that was acknowledged is.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["check", "held_back", "is_urgent"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _State:
    heard = 0
    raised = False
    held = False


def check() -> None:
    """Raise KeyboardInterrupt where one has been held back; once, so that what ends tidily may wait for workers."""
    if is_urgent() or (_State.heard and not _State.raised):
        _State.raised = True
        raise KeyboardInterrupt


def is_urgent() -> bool:
    """Tell whether there was a second interrupt: nothing that takes time is to be begun."""
    return _State.heard > 1


@contextmanager
def held_back() -> Iterator[None]:
    """Only note the first interrupt inside the block, for `check`; a second one is raised wherever it comes.

    A signal that is ignored, as Ctrl+C is by what a shell starts in the background, stays ignored. A block inside
    another changes nothing: what is noted holds until the outer one ends.
    """
    if _State.held or threading.current_thread() is not threading.main_thread():  # signals are the main thread's alone
        yield
        return
    _State.heard, _State.raised, _State.held = 0, False, True
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    before = {number: handler for number, handler in handlers.items() if handler is not signal.SIG_IGN}
    try:
        for number in before:
            signal.signal(number, _note)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _State.heard, _State.raised, _State.held = 0, False, False


def _note(_signal: int, _frame: FrameType | None) -> None:
    _State.heard += 1
    if is_urgent():
        raise KeyboardInterrupt
