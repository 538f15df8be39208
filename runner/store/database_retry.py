"""Waits for a database that does not answer: a running study waits, since to fail would cost it more than time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from catalog.errors import BusyError, StoreError, UnreachableError

__all__ = ["DatabaseRetry"]

Kind = TypeVar("Kind")

#: Long enough for a server's restart, an upgrade of its machine, or a backup that keeps a file locked; short enough
#: that a GPU that waits for a database that will not come back is soon free again.
LONGEST = 600.0
#: Before the user is informed: shorter waits need no message.
QUIET = 3.0
#: Of one attempt to get a lock; interrupts are handled between two attempts, so a stop takes ten seconds at most.
SLICE = 1.0
#: Between two attempts to reach a server.
PAUSE = 0.5


@dataclass(slots=True)
class DatabaseRetry:
    """Tries again while a database is locked or does not answer, for a bounded time.

    Attributes:
        tell: Takes a line of text: that it waits, and later that it continues.
        check: Called between two attempts; it may raise to end the waiting.
        longest: Seconds after which it gives up.
    """

    tell: Callable[[str], None]
    check: Callable[[], None] = lambda: None
    longest: float = LONGEST

    def keep_trying(self, work: Callable[[], Kind], *, repeatable: bool = True) -> Kind:
        """Do `work` and return its result.

        Args:
            work: One transaction.
            repeatable: Whether doing it twice is as good as once: a server that is lost during a commit may have done
                the work already. Work that was not done because of a lock is always tried again.

        Raises:
            BusyError: The database is still locked after the longest time.
            UnreachableError: The server still does not answer, or it was lost during work that cannot be repeated.
        """
        began = time.monotonic()
        told = False
        while True:
            try:
                result = work()
            except (BusyError, UnreachableError) as error:
                waited = time.monotonic() - began
                if not repeatable and isinstance(error, UnreachableError):
                    raise
                if waited >= self.longest:
                    raise self._vain(error, waited) from error
                if waited >= QUIET and not told:
                    told = True
                    self.tell(f"waiting for the database, for up to {self.longest / 60:.0f} minutes: {error.message}")
                self.check()
                if isinstance(error, UnreachableError):
                    time.sleep(PAUSE)  # SQLite or the server has already waited for a lock
            else:
                if told:
                    self.tell(f"the database answers again, after {time.monotonic() - began:.0f} s")
                return result

    @staticmethod
    def _vain(error: StoreError | UnreachableError, waited: float) -> StoreError | UnreachableError:
        return type(error)(f"{error.message} (waited {waited:.0f} s in all)")
