"""Lets `stop` reach a study that is not stored yet, because its data and model are not yet known to be good.

A process that prepares such a study keeps a file in the cache that names it. A request to stop removes the file.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from catalog.errors import StoppedError
from catalog.files import read_limited
from runner.store.files import write_json
from runner.store.records import Owner
from runner.store.url import StorageUrl
from runner.study.workspace import Workspace

__all__ = ["PreparationMarker", "ask_to_stop", "mark_preparation"]

_MOST_BYTES = 1 << 12


@dataclass(frozen=True, slots=True)
class PreparationMarker:
    """The marker that this process prepares a study.

    Attributes:
        study: Its name.
        file: None if the cache cannot be written; then the study cannot be asked to stop.
    """

    study: str
    file: Path | None

    def check(self) -> None:
        """Raise if the study must not continue.

        Raises:
            StoppedError: It was asked to stop.
        """
        if self.file is not None and not self.file.exists():
            raise StoppedError(f"study {self.study!r} was asked to stop before it began: nothing of it is stored")


@contextmanager
def mark_preparation(workspace: Workspace, study: str) -> Iterator[PreparationMarker]:
    """Mark a study that is not stored as being prepared by this process, while the block runs."""
    owner = Owner.this_process()
    file: Path | None = _folder(workspace, study) / f"{owner.host}-{owner.pid}-{uuid4().hex[:8]}.json"
    assert file is not None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, asdict(owner))
    except OSError:
        file = None
    try:
        yield PreparationMarker(study, file)
    finally:
        if file is not None:
            with suppress(OSError):
                file.unlink(missing_ok=True)
            with suppress(OSError):  # another process prepares it too
                file.parent.rmdir()


def ask_to_stop(workspace: Workspace, study: str) -> list[Owner]:
    """Ask all processes that prepare a study which is not stored to stop; return those that are alive."""
    asked = []
    for file in _files(workspace, study):
        owner = _owner(file)
        with suppress(OSError):
            file.unlink(missing_ok=True)
        if owner is not None and not owner.is_gone:
            asked.append(owner)
    return asked


def _files(workspace: Workspace, study: str) -> list[Path]:
    try:
        return sorted(_folder(workspace, study).iterdir())
    except OSError:
        return []


def _owner(file: Path) -> Owner | None:
    """Return the process that made a file; None if the file is not a marker of modelcat, or damaged."""
    try:
        match json.loads(read_limited(file, _MOST_BYTES)):
            case {"host": str(host), "pid": int(pid), "started": int() | float() as started}:
                return Owner(host, pid, started)
    except (OSError, ValueError, RecursionError):
        pass
    return None


def _folder(workspace: Workspace, study: str) -> Path:
    """Return the folder of the markers of one study in one storage, for any name."""
    named = f"{StorageUrl.parse(workspace.storage)}\n{study}"
    return workspace.cache / "preparing" / hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:32]
