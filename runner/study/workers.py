"""The worker processes of this machine that run the queue of a storage: ``worker.json`` in its studies' folder.

A worker that finds nothing to do reads the queue a last time and removes itself from the list in one step, under a
lock that the start of a worker takes too. So it either sees a study that was queued before, or it is off the list and
another worker is started: no queued study is left without a worker.
"""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from filelock import FileLock, Timeout

from catalog.errors import StoreError
from catalog.files import read_limited
from runner.store.files import write_json
from runner.store.records import Owner
from runner.store.url import StorageUrl
from runner.study.workspace import Workspace

__all__ = ["RegisteredWorker", "WorkerList", "WorkerRegistration", "running_worker"]

_LOCK_SECONDS = 30.0
#: A list that modelcat writes is far smaller.
_MOST_BYTES = 1_000_000
#: No system has process ids beyond this.
_PIDS = 1 << 31
#: No process was started later than this, by any clock.
_MOMENTS = 1e12


@dataclass(frozen=True, slots=True)
class RegisteredWorker:
    """A process that runs a queue.

    Attributes:
        storage: URL of the queue's database, without password.
        host: Network name of its machine.
        pid: Process id there.
        started: When the process was started, as in `Owner`.
        ready: Whether its start is complete and it watches the queue.
    """

    storage: str
    host: str
    pid: int
    started: float
    ready: bool

    @classmethod
    def of(cls, workspace: Workspace, owner: Owner, *, ready: bool) -> "RegisteredWorker":
        """Return the entry of a process that runs the queue of `workspace`."""
        return cls(str(StorageUrl.parse(workspace.storage)), owner.host, owner.pid, owner.started, ready)

    @property
    def is_gone(self) -> bool:
        """Whether the process has surely ended; False for other machines."""
        return Owner(self.host, self.pid, self.started).is_gone


class WorkerList:
    """The list of one storage's workers; it may be read at any time, and is changed only inside `locked`."""

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.folder
        self._path = workspace.folder / "worker.json"
        self._storage = str(StorageUrl.parse(workspace.storage))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all other processes from changing the list.

        Raises:
            StoreError: The folder cannot be written, or another process keeps the lock.
        """
        lock = FileLock(self._folder / "worker.lock")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=_LOCK_SECONDS)
        except Timeout as error:
            raise StoreError(f"{lock.lock_file}: another process keeps it locked; end that one") from error
        except OSError as error:
            raise StoreError(f"{self._folder} cannot be written: {error.strerror}") from error
        try:
            yield
        finally:
            lock.release()

    def here(self) -> list[RegisteredWorker]:
        """Return the workers on this machine that are alive, in the order of their registration."""
        host = socket.gethostname()
        return [w for w in self._read() if (w.storage, w.host) == (self._storage, host) and not w.is_gone]

    def put(self, worker: RegisteredWorker) -> None:
        """Add a worker, or replace its entry."""
        self._write([*self._without(worker), worker])

    def remove(self, worker: RegisteredWorker) -> None:
        """Remove a worker from the list."""
        self._write(self._without(worker))

    def _without(self, worker: RegisteredWorker) -> list[RegisteredWorker]:
        mine = (worker.host, worker.pid)
        return [other for other in self._read() if (other.host, other.pid) != mine and not other.is_gone]

    def _read(self) -> list[RegisteredWorker]:
        """Return all entries; a file that modelcat did not write counts as empty."""
        try:
            found = json.loads(read_limited(self._path, _MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            return []
        return [worker for entry in found if (worker := _parsed(entry))] if isinstance(found, list) else []

    def _write(self, workers: list[RegisteredWorker]) -> None:
        try:
            if workers:
                write_json(self._path, [asdict(worker) for worker in workers])
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror}") from error


def running_worker(workspace: Workspace) -> int | None:
    """Return the pid of a living worker on this machine that runs the queue of `workspace`, or None."""
    return next((worker.pid for worker in WorkerList(workspace).here()), None)


class WorkerRegistration:
    """A worker's own entry on the list, from `register` to `deregister`.

    Args:
        workspace: Whose queue it runs.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._list = WorkerList(workspace)
        self._entry = RegisteredWorker.of(workspace, Owner.this_process(), ready=True)

    def register(self) -> None:
        """Add this process to the list of those that run the queue."""
        with self._list.locked():
            self._list.put(self._entry)

    def deregister(self, is_done: Callable[[], bool] = lambda: True) -> bool:
        """Leave the list if there is nothing left to do; return whether it has left."""
        with self._list.locked():
            if done := is_done():
                self._list.remove(self._entry)
            return done


def _parsed(entry: Any) -> RegisteredWorker | None:
    match entry:
        case {"storage": str(storage), "host": str(host), "pid": int(pid), "started": int() | float() as started} if (
            0 < pid < _PIDS and abs(started) < _MOMENTS  # also false for NaN
        ):
            return RegisteredWorker(storage, host, pid, float(started), ready=entry.get("ready") is True)
    return None
