"""The folder of a training's checkpoints: where they lie, which are kept, which are put aside."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from plugins.nlp.text_classification.checkpoints.content import Checkpoint, write_into
from plugins.nlp.text_classification.storage import sync, write_folder

__all__ = ["KEPT", "CheckpointFolder"]

KEPT = 2
"""Checkpoints that are kept: the newest, and one before it in case that one turns out to be damaged."""
_NAME = re.compile(r"step-(\d{10})")


class CheckpointFolder:
    """Holds ``step-0000000120/`` and the like; names that begin with a dot are unfinished or given up.

    Args:
        path: The folder; it is made by the first `write`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._made = False

    def write(self, checkpoint: Checkpoint) -> None:
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
        """Let nobody go on from a checkpoint, but leave it for whoever wants to know what happened to it."""
        place = self.place(step)
        with suppress(OSError):  # a disk that may not be written, or somebody has removed it: either way it is not used
            place.rename(place.with_name(f"aside-{place.name}-{os.getpid()}"))

    def _make(self) -> None:
        """Make the folder durable, and remove what a try that died has left half done."""
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
        """Remove a checkpoint so that nobody ever finds half of it under its name."""
        given_up = place.with_name(f".{place.name}.{os.getpid()}.removed")
        with suppress(OSError):  # what cannot be removed costs room, nothing else
            place.rename(given_up)
            sync(self.path)  # or a power cut might leave what is left of it under its name
            shutil.rmtree(given_up)
