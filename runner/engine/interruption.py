"""Ctrl+C and SIGTERM: noted at once, and raised where nothing is half done.

A KeyboardInterrupt in the middle of a transaction leaves its connection open with the database locked, and the orderly
end then waits for itself; in a callback of a library it is swallowed. So a run of a study holds interrupts back until
the engine waits for its workers, at most a second later.

The first interrupt leaves a few seconds for checkpoints and for the release of the lease. The second one waits for
nothing: workers are killed, and the database is left as it is, with everything that was acknowledged. Interrupts that
follow at once come from a key that is held down: they are not raised, or one of them would interrupt the orderly end,
or Python itself during its shutdown. One that comes seconds later ends the process.
"""

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

__all__ = ["INTERRUPTED", "check", "end", "held_back", "is_ending", "is_urgent", "listen"]

INTERRUPTED = 130
"""Exit code of a command that was interrupted: 128 and the number of SIGINT."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
#: Seconds after which another interrupt is raised although one was already: it was swallowed, or the orderly end hangs.
_RAISED_AGAIN = 0.5
#: Seconds that an orderly end may take before a further interrupt ends the process at once.
_PATIENCE = 2.0


class _State:
    heard = 0
    raised = False
    held = False
    raised_at: float | None = None
    listening = False
    ending_since: float | None = None


def listen() -> None:
    """Have interrupts raise KeyboardInterrupt in this process, at most one in half a second, until `end` is called.

    For the process of a command, from its main thread; in a program that imports modelcat, Python's own handlers stay.
    """
    if not _State.listening:
        _State.listening = True
        sys.unraisablehook = _unraisable
        atexit.register(_ignore)  # runs after all that is registered later: Python is about to remove handlers
    _install(_hear)


def end() -> None:
    """Raise no interrupt from here on: the process is about to end, with a known exit code."""
    if _State.ending_since is None:
        _State.ending_since = time.monotonic()
    if _State.listening:
        _install(_hear)  # a library may have put Python's own back


def is_ending() -> bool:
    """Return whether an interrupt was raised in a process that listens: later errors are consequences of it."""
    return _State.listening and _State.raised_at is not None


def check() -> None:
    """Raise KeyboardInterrupt if one has been held back; once, so that the orderly end may wait for workers."""
    if is_urgent() or (_State.heard and not _State.raised):
        _State.raised = True
        _raise()


def is_urgent() -> bool:
    """Return whether there was a second interrupt: then nothing that takes time may begin."""
    return _State.heard > 1


@contextmanager
def held_back() -> Iterator[None]:
    """Only note the first interrupt inside the block, for `check`; a second one is raised immediately.

    An ignored signal, such as Ctrl+C in a background process of a shell, stays ignored. A block inside another
    changes nothing: a noted interrupt is held until the outer block ends.
    """
    if _State.held or threading.current_thread() is not threading.main_thread():  # only the main thread handles signals
        yield
        return
    _State.heard, _State.raised, _State.held, _State.raised_at = 0, False, True, None
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        _install(_note)
        yield
    finally:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, handler)
        _State.heard, _State.raised, _State.held = 0, False, False


def _install(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    """Handle the signals that are not ignored."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _note(_signal: int, _frame: FrameType | None) -> None:
    _State.heard += 1
    if _State.heard == 2:
        _raise()
    elif is_urgent():
        _raise_again()


def _hear(_signal: int, _frame: FrameType | None) -> None:
    if _State.ending_since is None:
        _raise_again()
    elif time.monotonic() - _State.ending_since > _PATIENCE:
        os._exit(INTERRUPTED)


def _raise_again() -> None:
    if _State.raised_at is None or time.monotonic() - _State.raised_at > _RAISED_AGAIN:
        _raise()


def _raise() -> NoReturn:
    _State.raised_at = time.monotonic()
    raise KeyboardInterrupt


def _unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    """Print an exception that no caller can get, as Python does; print nothing for an interrupt inside a finalizer."""
    if not isinstance(unraisable.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)


def _ignore() -> None:
    _install(signal.SIG_IGN)
