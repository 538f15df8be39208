"""The folder of a training's checkpoints: written in the background, kept, put aside, and found again."""

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
"""Of files that are missing or are none: damage, where other errors may be the disk's of the moment."""


class CheckpointFolder:
    """Holds ``step-0000000120/`` and the like; names that begin with a dot are unfinished or given up.

    Args:
        path: The folder; it is made by the first `write`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._made = False

    def write(self, checkpoint: TrainingCheckpoint) -> None:
        """Write a checkpoint durably, then remove all but the newest.

        Raises:
            OSError: It cannot be written; those that were there still are.
        """
        self._make()
        write_folder(self.place(checkpoint.step), lambda temporary: write_into(temporary, checkpoint))
        for step in self.steps()[KEPT:]:
            self._remove(self.place(step))

    def steps(self) -> list[int]:
        """Return the steps that there are checkpoints of, the newest first."""
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
        """Make the folder durable, and remove what an attempt that died has left half done."""
        if self._made:
            return
        self.path.mkdir(parents=True, exist_ok=True)
        for folder in (self.path, *self.path.parents):  # those above may be as new, and a name is lost like a file
            with suppress(OSError):
                sync(folder)
        for left in self.path.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        self._made = True

    def _remove(self, place: Path) -> None:
        """Remove a checkpoint so that half of it is never found under its name."""
        given_up = place.with_name(f".{place.name}.{os.getpid()}.removed")
        with suppress(OSError):  # what cannot be removed costs room, nothing else
            place.rename(given_up)
            sync(self.path)  # or a power cut might leave what is left of it under its name
            shutil.rmtree(given_up)


@dataclass(frozen=True, slots=True)
class WrittenCheckpoint:
    """How writing a checkpoint went.

    Attributes:
        step: Of the checkpoint.
        cpu_seconds: Processor time that it took, waiting for the disk left out.
        error: Why it is not there; None if it is.
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
        """Whether a checkpoint is being written, or `collect` has not returned how that went."""
        return self._thread is not None

    def start(self, checkpoint: TrainingCheckpoint) -> None:
        """Begin to write a checkpoint; nothing in it may change any more."""
        assert self._thread is None, "one at a time"
        self._thread = threading.Thread(target=self._write, args=(checkpoint,), name="checkpoint")
        self._thread.start()

    def collect(self, *, wait: bool = False) -> WrittenCheckpoint | None:
        """Return how it went, once, if it is done; None while nothing is being written or it is not done."""
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

    What is damaged, or belongs to another training, is put aside; what cannot be read from the disk is passed over, for
    it may be whole. A worker that does not know yet that its attempt is over may still write there: a checkpoint that
    disappears meanwhile is no damage.

    Args:
        folders: To look into, in this order.
        identity: What the checkpoint must have been made with.
        tell: Called with a sentence for each that was not used, and why.
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
    """Name what differs; long values are hashes, which tell a reader nothing."""
    names = [name for name in {**wanted, **found} if found.get(name) != wanted.get(name)]
    return [
        f"another {name}"
        if max(len(one.get(name, "")) for one in (found, wanted)) > 32
        else f"{name} {found.get(name, 'unknown')} (now {wanted.get(name, 'unknown')})"
        for name in names
    ]
