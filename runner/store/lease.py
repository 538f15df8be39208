"""Leases: which process runs a study, and whether it is still alive."""

import os
import socket
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

__all__ = ["Lease", "Owner"]

#: In seconds. Two start times of one pid within this are the same start: outside Linux, psutil corrects by the boot
#: time.
_TOLERANCE = 0.0 if sys.platform == "linux" else 2.0


@dataclass(frozen=True, slots=True)
class Owner:
    """A process that runs a study; the start time distinguishes it from a later process with the same pid.

    Attributes:
        host: Network name of the machine.
        pid: Process id on that machine.
        started: When the process was started, in seconds, by a clock that no one sets: on Linux since the machine's
            boot, elsewhere since 1970.
    """

    host: str
    pid: int
    started: float

    @classmethod
    def this_process(cls) -> "Owner":
        """Return the calling process."""
        return cls.on_this_host(os.getpid())

    @classmethod
    def on_this_host(cls, pid: int) -> "Owner":
        """Return an existing process of this host."""
        return cls(socket.gethostname(), pid, _started(pid))

    @property
    def is_gone(self) -> bool:
        """Whether the process has surely ended; False for other machines, whose processes cannot be seen."""
        import psutil

        if self.host != socket.gethostname():
            return False
        try:
            other = abs(_started(self.pid) - self.started) > _TOLERANCE
            return other or psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            return True
        except (psutil.AccessDenied, PermissionError):  # it exists, and belongs to another user
            return False

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write a study's records, held by one owner at a time.

    Attributes:
        owner: The process that holds it.
        epoch: Counts up each time it is taken; a write under an older epoch is refused.
        since: When it was taken.
        expires: When any process may take it, unless it is renewed before.
    """

    owner: Owner
    epoch: int
    since: datetime
    expires: datetime

    def held_by_living(self, now: datetime) -> bool:
        """Whether it has not expired and its owner is not gone, as far as this machine can see."""
        return now < self.expires and not self.owner.is_gone


def _started(pid: int) -> float:
    """Return when a process of this machine was started: on Linux the same number at every call.

    On Linux, psutil counts from the boot, and computes the boot's time of day again at each call: it moves with the
    clock, and a living holder would count as gone. Other systems record the time of day of the start.

    Raises:
        FileNotFoundError: There is no such process; or ProcessLookupError, or psutil.NoSuchProcess.
    """
    if sys.platform != "linux":
        import psutil

        return float(psutil.Process(pid).create_time())
    told = Path(f"/proc/{pid}/stat").read_bytes()
    # The 22nd field is in ticks (proc(5)); the second is the program's name, in parentheses and with any characters in
    # it.
    return int(told.rpartition(b")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
