"""Writes checkpoints beside the work, on a thread of its own, never two at once."""

import threading
import time
from dataclasses import dataclass

from plugins.nlp.text_classification.checkpoints.content import Checkpoint
from plugins.nlp.text_classification.checkpoints.folder import CheckpointFolder

__all__ = ["Background", "Written"]


@dataclass(frozen=True, slots=True)
class Written:
    """How writing a checkpoint went.

    Attributes:
        step: Of the checkpoint.
        cpu_seconds: Processor time that it took, waiting for the disk left out.
        error: Why it is not there; None where it is.
    """

    step: int
    cpu_seconds: float
    error: Exception | None


class Background:
    """The writer of one training's checkpoints.

    Args:
        folder: Where they go.
    """

    def __init__(self, folder: CheckpointFolder) -> None:
        self._folder = folder
        self._thread: threading.Thread | None = None
        self._written: Written | None = None

    @property
    def busy(self) -> bool:
        """Whether a checkpoint is being written, or `collect` has not told of it yet."""
        return self._thread is not None

    def start(self, checkpoint: Checkpoint) -> None:
        """Begin to write a checkpoint; nothing in it may change any more."""
        assert self._thread is None, "one at a time"
        self._thread = threading.Thread(target=self._write, args=(checkpoint,), name="checkpoint")
        self._thread.start()

    def collect(self, *, wait: bool = False) -> Written | None:
        """Return how it went, once, if it is done; None while nothing is being written or it is not done."""
        if self._thread is None or (self._thread.is_alive() and not wait):
            return None
        self._thread.join()
        self._thread = None
        written, self._written = self._written, None
        return written

    def _write(self, checkpoint: Checkpoint) -> None:
        error: Exception | None = None
        began = time.thread_time()
        try:
            self._folder.write(checkpoint)
        except Exception as caught:  # noqa: BLE001 -- whoever collects decides what it means
            error = caught
        self._written = Written(checkpoint.step, time.thread_time() - began, error)
