"""What runs on a node: an actor with a worker's loop inside. It speaks the messages of the local engine."""

import multiprocessing
import os
import threading
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from runner.engine.messages import Event, Tick
from runner.engine.worker import work

__all__ = ["RayWorker"]

#: Seconds that ticks are gathered before they are told, where nothing else happens: a thousand workers tick at once.
_GATHER = 1.0


class RayWorker:
    """Does jobs on a thread of its own, while two others hand messages in and out.

    Args:
        threads: CPU threads to use.
    """

    def __init__(self, threads: int) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._sending = threading.Lock()
        threading.Thread(target=_work, args=(theirs, threads), daemon=True, name="work").start()

    def begin(self) -> None:
        """Answer as soon as the actor is there."""

    def send(self, message: Any) -> None:
        """Hand a job, or what belongs to one, to the loop."""
        with self._sending:
            self._pipe.send(message)

    def events(self) -> list[Event]:
        """Wait until something happens and return it; of ticks in a row the last."""
        happened: list[Event] = [self._pipe.recv()]
        deadline = time.monotonic() + _GATHER
        while isinstance(happened[-1], Tick) and self._pipe.poll(max(0.0, deadline - time.monotonic())):
            event: Event = self._pipe.recv()
            if isinstance(event, Tick):
                happened[-1] = event
            else:
                happened.append(event)
        return happened


def _work(pipe: Connection, threads: int) -> None:
    """Do jobs until something ends the loop, and let the process end with it.

    A result may be one that cannot be pickled. A worker process of this machine ends of
    that by itself; here a thread alone would, unnoticed.
    """
    try:
        work(pipe, "auto:0", threads)
    finally:
        traceback.print_exc()  # into the actor's log
        os._exit(1)
