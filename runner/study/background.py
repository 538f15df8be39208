"""Starts a worker that outlives the process that starts it, and its terminal."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from catalog.errors import StoreError, WorkError
from catalog.files import check_regular
from runner.engine.processes import lift_memory_limit
from runner.presentation.text import safe
from runner.store.records import Owner
from runner.store.url import StorageUrl
from runner.study.workers import RegisteredWorker, WorkerList
from runner.study.workspace import Workspace

__all__ = ["start_worker", "trim_log"]

_LOG = "worker.log"
#: Bytes of the log at which its older half is dropped, when a worker or a study begins.
_LOG_BYTES = 2_000_000
#: How long to watch a new worker; after that it continues its start unwatched.
_READY_SECONDS = 30.0
_STDERR = 2


def start_worker(workspace: Workspace) -> int:
    """Start ``modelcat worker`` in the background, and return its pid once it watches the queue.

    It runs `workspace.workers` trainings at a time, writes to ``worker.log`` in the studies' folder, and ends when the
    queue has been empty for a while. If a worker is alive on this machine for this storage, none is started and the
    pid of that one is returned: it will find whatever is in the queue by now. A start takes about a second.

    Raises:
        WorkError: The command is not installed, or the new worker ended at once; the message has what the worker said.
        StoreError: The studies' folder cannot be written.
    """
    workers = WorkerList(workspace)
    with workers.locked():
        if alive := workers.here():
            return alive[0].pid
        path = workspace.folder / _LOG
        try:
            process, said_before = _start(workspace, path)
        except OSError as error:
            raise StoreError(f"a worker cannot be started with its log at {path}: {error.strerror}") from error
        worker = RegisteredWorker.of(workspace, Owner.on_this_host(process.pid), ready=False)
        workers.put(worker)
    deadline = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if any(other.ready for other in workers.here() if other.pid == worker.pid):
            break
        time.sleep(0.05)
    if process.returncode:
        said = path.read_text(errors="replace")[said_before:].strip().rpartition("\n")[2]
        raise WorkError(f"the worker ended at once with code {process.returncode}: {safe(said, 500)} (see {path})")
    # Reaps the worker when it ends, if this process still exists then.
    threading.Thread(target=process.wait, daemon=True, name="worker-reaper").start()
    return worker.pid


def trim_log(workspace: Workspace) -> None:
    """Drop the older half of the log that this process writes its stderr to, if there is one and it is large."""
    path = workspace.folder / _LOG
    try:
        if os.path.samestat(os.fstat(_STDERR), path.stat()):
            _trim(path)
    except OSError:  # no such file, or no stderr: nothing to trim
        return


def _start(workspace: Workspace, path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the process; return it, and how many characters its log held before."""
    url = StorageUrl.parse(workspace.storage)
    # Not as arguments: every user can read those of all processes, and the URL may hold a password.
    chosen = {"MODELCAT_STORAGE": url.revealed(), "MODELCAT_CACHE": str(workspace.cache.absolute())}
    environment = {**os.environ, **chosen, **({"MODELCAT_DEBUG": "1"} if workspace.debug else {})}
    workers = [] if workspace.workers == 1 else ["--workers", str(workspace.workers or "auto")]
    if path.exists():
        check_regular(path)  # a pipe would block
    with path.open("ab") as log:
        _trim(path)
        said_before = len(path.read_text(errors="replace"))
        process = subprocess.Popen(  # noqa: S603 -- our own command
            [_command(), "worker", *workers],
            cwd=workspace.folder.absolute().parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # else closing the terminal would end it
        )
    lift_memory_limit(process.pid)
    return process, said_before


def _command() -> Path:
    """Return the console script; ``python -m runner`` could import a folder named runner in the working directory."""
    for candidate in (Path(sys.executable).with_name("modelcat"), Path(sys.argv[0]).absolute()):
        if candidate.stem == "modelcat" and candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise WorkError(f"there is no command modelcat beside {sys.executable}: install modelcat there, or run its worker")


def _trim(path: Path) -> None:
    """Shorten a file in place: later writes are appended at its new end."""
    if path.stat().st_size <= _LOG_BYTES:
        return
    with path.open("r+b") as file:
        file.seek(-_LOG_BYTES // 2, os.SEEK_END)
        kept = file.read().partition(b"\n")[2]
        file.seek(0)
        file.write(kept)
        file.truncate()
