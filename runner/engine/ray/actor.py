"""The actor that runs on a node, with a worker's loop inside. It uses the messages of the local engine."""

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

#: Seconds for which ticks are collected before they are sent, if nothing else happens: a thousand workers tick at once.
_GATHER = 1.0


class RayWorker:
    """Runs jobs on a thread of its own, while two other threads pass messages in and out.

    Args:
        threads: CPU threads to use.
    """

    def __init__(self, threads: int) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._sending = threading.Lock()
        threading.Thread(target=_work, args=(theirs, threads), daemon=True, name="work").start()

    def begin(self) -> None:
        """Return as soon as the actor exists."""

    def send(self, message: Any) -> None:
        """Pass a job, or a message about one, to the loop."""
        with self._sending:
            self._pipe.send(message)

    def events(self) -> list[Event]:
        """Wait for events and return them; of several ticks in a row only the last."""
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
    """Run jobs until the loop ends, and then end the process.

    A result may be one that cannot be pickled. A worker process of this machine then ends by itself; here only the
    thread would end, unnoticed.
    """
    try:
        work(pipe, "auto:0", threads)
    finally:
        traceback.print_exc()  # into the actor's log
        os._exit(1)
