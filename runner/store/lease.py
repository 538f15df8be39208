"""Leases: who runs a study, and whether they still do."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Lease", "Owner"]

# A process's start time is computed from the boot time, which the system rounds to whole seconds and corrects a
# little; two processes with one pid are never born this close together.
START_TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class Owner:
    """A process that runs a study; the start time tells it from a later one that was given the same pid.

    Attributes:
        host: Network name of the machine.
        pid: Process id on that machine.
        started: When the process was started, in seconds since 1970, as psutil tells it.
    """

    host: str
    pid: int
    started: float

    @classmethod
    def this_process(cls) -> "Owner":
        """Return the process that asks."""
        import psutil

        return cls(socket.gethostname(), os.getpid(), psutil.Process().create_time())

    @property
    def is_gone(self) -> bool:
        """Whether the process has surely ended; False for other machines, which cannot be looked into."""
        import psutil

        if self.host != socket.gethostname():
            return False
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < START_TOLERANCE
            return not same or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:  # it is there, and somebody else's
            return False

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write a study's records, held by one owner at a time.

    Attributes:
        owner: Who holds it.
        epoch: Counts up each time it is taken; a write under an older epoch is refused.
        since: When it was taken.
        expires: When anybody may take it, unless it is renewed before.
    """

    owner: Owner
    epoch: int
    since: datetime
    expires: datetime

    def held_by_living(self, now: datetime) -> bool:
        """Whether it has not expired and its owner has not gone, as far as this machine can see."""
        return now < self.expires and not self.owner.is_gone
