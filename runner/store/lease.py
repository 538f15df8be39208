"""Leases: who runs a study, and whether they still do."""

import os
import socket
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

__all__ = ["Lease", "Owner"]

#: In seconds, within which two starts of one pid are one: elsewhere psutil corrects what it tells by the boot's time.
_TOLERANCE = 0.0 if sys.platform == "linux" else 2.0


@dataclass(frozen=True, slots=True)
class Owner:
    """A process that runs a study; the start time tells it from a later one that was given the same pid.

    Attributes:
        host: Network name of the machine.
        pid: Process id on that machine.
        started: When the process was started, in seconds, by a clock that nobody sets: on Linux since the machine's
            boot, elsewhere since 1970.
    """

    host: str
    pid: int
    started: float

    @classmethod
    def this_process(cls) -> "Owner":
        """Return the process that asks."""
        return cls.on_this_host(os.getpid())

    @classmethod
    def on_this_host(cls, pid: int) -> "Owner":
        """Return a process that is there."""
        return cls(socket.gethostname(), pid, _started(pid))

    @property
    def is_gone(self) -> bool:
        """Whether the process has surely ended; False for other machines, which cannot be looked into."""
        import psutil

        if self.host != socket.gethostname():
            return False
        try:
            other = abs(_started(self.pid) - self.started) > _TOLERANCE
            return other or psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            return True
        except (psutil.AccessDenied, PermissionError):  # it is there, and somebody else's
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


def _started(pid: int) -> float:
    """Return when a process of this machine was started: on Linux the same number whenever it is asked for.

    What psutil tells on Linux is counted from the boot, and the time of day of that is worked out anew each time: it
    moves with the clock, and a holder that lives would count as gone. Other systems note the time of day of the start.

    Raises:
        FileNotFoundError: There is none; or ProcessLookupError, or psutil.NoSuchProcess.
    """
    if sys.platform != "linux":
        import psutil

        return float(psutil.Process(pid).create_time())
    told = Path(f"/proc/{pid}/stat").read_bytes()
    # The 22nd field is in ticks (proc(5)); the second is the program's name, in parentheses and with any others in it.
    return int(told.rpartition(b")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
