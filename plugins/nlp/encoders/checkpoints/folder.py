"""The folder of a training's checkpoints: written in the background, kept, set aside, and found again."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import clause
from plugins.nlp.encoders.checkpoints.content import DamagedError, TrainingCheckpoint, read, write_into
from plugins.storage import sync, write_folder

__all__ = ["KEPT", "BackgroundWriter", "CheckpointFolder", "WrittenCheckpoint", "find"]

KEPT = 2
"""Checkpoints that are kept: the newest, and one before it in case that one turns out to be damaged."""
_NAME = re.compile(r"step-(\d{10})")
_MISSHAPEN = (FileNotFoundError, IsADirectoryError, NotADirectoryError)
"""Errors of paths that are missing or are no files. They mean damage; other errors of a disk may be temporary."""


class CheckpointFolder:
    """Holds ``step-0000000120/`` and the like; names that begin with a dot are unfinished or discarded.

    Args:
        path: The folder; it is made by the first `write`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._made = False

    def write(self, checkpoint: TrainingCheckpoint) -> None:
        """Write a checkpoint durably, then remove all but the newest.

        Raises:
            OSError: It cannot be written; earlier checkpoints remain.
        """
        self._make()
        write_folder(self.place(checkpoint.step), lambda temporary: write_into(temporary, checkpoint))
        for step in self.steps()[KEPT:]:
            self._remove(self.place(step))

    def steps(self) -> list[int]:
        """Return the steps that have a checkpoint, the newest first."""
        try:
            names = [path.name for path in self.path.iterdir()]
        except OSError:
            return []
        return sorted((int(match[1]) for name in names if (match := _NAME.fullmatch(name))), reverse=True)

    def place(self, step: int) -> Path:
        """Return the folder of a checkpoint."""
        return self.path / f"step-{step:010d}"

    def put_aside(self, step: int) -> None:
        """Rename a checkpoint so that no training resumes from it; it stays for inspection."""
        place = self.place(step)
        with suppress(OSError):  # a read-only disk, or another process has removed it: either way it is not used
            place.rename(place.with_name(f"aside-{place.name}-{os.getpid()}"))

    def _make(self) -> None:
        """Make the folder durable, and remove unfinished files of an attempt that died."""
        if self._made:
            return
        self.path.mkdir(parents=True, exist_ok=True)
        for folder in (self.path, *self.path.parents):  # these may be new too
            with suppress(OSError):
                sync(folder)
        for left in self.path.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        self._made = True

    def _remove(self, place: Path) -> None:
        """Remove a checkpoint so that a half-removed one is never found under its name."""
        given_up = place.with_name(f".{place.name}.{os.getpid()}.removed")
        with suppress(OSError):  # what cannot be removed only takes disk space
            place.rename(given_up)
            sync(self.path)  # or a power cut might leave the rest of it under its name
            shutil.rmtree(given_up)


@dataclass(frozen=True, slots=True)
class WrittenCheckpoint:
    """The result of writing a checkpoint.

    Attributes:
        step: Of the checkpoint.
        cpu_seconds: Processor time that it took, without waiting for the disk.
        error: Why there is no checkpoint; None if there is one.
    """

    step: int
    cpu_seconds: float
    error: Exception | None


class BackgroundWriter:
    """Writes the checkpoints of one training on a thread of its own, never two at once.

    Args:
        folder: Where they go.
    """

    def __init__(self, folder: CheckpointFolder) -> None:
        self._folder = folder
        self._thread: threading.Thread | None = None
        self._written: WrittenCheckpoint | None = None

    @property
    def busy(self) -> bool:
        """Whether a checkpoint is being written, or `collect` has not yet returned its result."""
        return self._thread is not None

    def start(self, checkpoint: TrainingCheckpoint) -> None:
        """Begin to write a checkpoint; the caller must not change it any more."""
        assert self._thread is None, "one at a time"
        self._thread = threading.Thread(target=self._write, args=(checkpoint,), name="checkpoint")
        self._thread.start()

    def collect(self, *, wait: bool = False) -> WrittenCheckpoint | None:
        """Return the result of a finished write, once; None while nothing is being written or the write is not done."""
        if self._thread is None or (self._thread.is_alive() and not wait):
            return None
        self._thread.join()
        self._thread = None
        written, self._written = self._written, None
        return written

    def _write(self, checkpoint: TrainingCheckpoint) -> None:
        error: Exception | None = None
        began = time.thread_time()
        try:
            self._folder.write(checkpoint)
        except Exception as caught:  # noqa: BLE001 -- the caller of `collect` decides what it means
            error = caught
        self._written = WrittenCheckpoint(checkpoint.step, time.thread_time() - began, error)


def find(
    folders: Iterable[Path], identity: Mapping[str, str], tell: Callable[[str], None]
) -> TrainingCheckpoint | None:
    """Return the newest usable checkpoint of the first folder that has one; None if there is none.

    What is damaged, or belongs to another training, is set aside; what cannot be read from the disk is skipped, since
    it may be complete. A worker that does not know yet that its attempt is over may still write there: a checkpoint
    that disappears meanwhile is no damage.

    Args:
        folders: To look into, in this order.
        identity: What the checkpoint must have been made with.
        tell: Called with a sentence for each checkpoint that is not used, with the reason.
    """
    for path in folders:
        folder = CheckpointFolder(path)
        for step in folder.steps():
            try:
                found = read(folder.place(step))
            except (DamagedError, *_MISSHAPEN) as error:
                if folder.place(step).exists():
                    tell(f"The checkpoint of step {step:,} was put aside: {clause(_reason(error))}.")
                    folder.put_aside(step)
                continue
            except OSError as error:
                tell(f"The checkpoint of step {step:,} was passed over: {clause(_reason(error))}.")
                continue
            if others := _differences(found.identity, identity):
                tell(f"The checkpoint of step {step:,} was put aside: it was made with {', '.join(others)}.")
                folder.put_aside(step)
                continue
            return found
    return None


def _reason(error: Exception) -> str:
    return f"it cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)


def _differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Name what differs; long values are hashes, which mean nothing to a reader."""
    names = [name for name in {**wanted, **found} if found.get(name) != wanted.get(name)]
    return [
        f"another {name}"
        if max(len(one.get(name, "")) for one in (found, wanted)) > 32
        else f"{name} {found.get(name, 'unknown')} (now {wanted.get(name, 'unknown')})"
        for name in names
    ]
