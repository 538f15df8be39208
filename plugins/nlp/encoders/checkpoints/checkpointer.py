"""When a training's state is written, and from which it resumes."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from catalog.contract import CHECKPOINTS, TrialContext
from catalog.errors import StoppedError, clause
from plugins.nlp.encoders.checkpoints.content import TrainingCheckpoint
from plugins.nlp.encoders.checkpoints.folder import BackgroundWriter, CheckpointFolder, WrittenCheckpoint, find
from plugins.nlp.encoders.checkpoints.state import restore, snapshot
from plugins.nlp.encoders.config import FineTuningConfig
from plugins.nlp.encoders.memory import is_exhausted
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.progress import Progress
from plugins.nlp.encoders.schedule import Schedule
from plugins.nlp.encoders.stepper import Stepper

__all__ = ["Checkpointer"]

_SHARE = 0.02
"""The largest share of the training's time that checkpoints may take."""
_BURDEN = 2.0
"""Seconds that the training loses for a second of the writer's processor time: the system's own work comes on top, and
memory is shared. Measured on two cores with MiniLM, whose checkpoints have 363 MB: 1.4 s for 0.8 s on average."""
_ASSUMED_BYTES = 200e6
"""Written a second before the first one is measured: less than any disk of today that is not shared."""
_PARTS = 4
"""The most numbers per weight: the weight, two moments of the optimizer, the weight of the best epoch."""


class Checkpointer:
    """Writes checkpoints of one training while it runs; use it as a context manager.

    One is due at the end of an epoch, and within it `TrialContext.checkpoint_seconds` after the last; but not so soon
    that it would cost more than a fiftieth of the time since then. Short epochs share one: what is lost with them is
    soon trained again. The state is copied between two steps; everything else happens in the background.
    """

    def __init__(
        self,
        config: FineTuningConfig,
        context: TrialContext,
        identity: Mapping[str, str],
        schedule: Schedule,
        model: PackedModel,
        stepper: Stepper,
        progress: Progress,
    ) -> None:
        self._context = context
        self._schedule = schedule
        self._model = model
        self._stepper = stepper
        self._progress = progress
        self._repeatable = config.deterministic
        self._identity = identity
        self._folders = [folder / CHECKPOINTS for folder in (context.folder, *context.earlier)]
        self._writer = BackgroundWriter(CheckpointFolder(self._folders[0]))
        weights = sum(parameter.numel() * parameter.element_size() for parameter in model.module.parameters())
        self._cost = _PARTS * weights / _ASSUMED_BYTES
        self._waited = 0.0
        self._last = time.perf_counter()
        self._reported_failure = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._collect(wait=True)

    def resume(self) -> int:
        """Restore the newest complete checkpoint of this training, if there is one; return the steps that are done."""
        notes: list[str] = []
        found = find(self._folders, self._identity, notes.append)
        if found is not None:
            restore(found, self._model, self._stepper, self._progress, repeatable=self._repeatable)
            notes.append(f"Was interrupted, and went on after step {found.step:,} of {self._schedule.total:,}.")
            self._context.checkpointed(found.step / self._schedule.total)
        self._progress.notes += notes
        self._last = time.perf_counter()
        return 0 if found is None else found.step

    def after(self, step: int) -> None:
        """Write a checkpoint if one is due after `step`; the training continues meanwhile.

        Raises:
            StoppedError: The training was asked to pause. Its state is saved, unless the disk refused it.
        """
        if step == self._schedule.total:
            return  # the rest of the training takes less time than a checkpoint
        paused = self._context.paused()
        self._collect(wait=paused)
        if not self._writer.busy and (paused or self._is_due(step)):
            self._write(step)
        if paused:
            self._collect(wait=True)
            raise StoppedError(f"the training was asked to pause, and did so after step {step}")

    def _is_due(self, step: int) -> bool:
        wanted = self._context.checkpoint_seconds
        elapsed = time.perf_counter() - self._last
        if not wanted:
            return True
        return (self._schedule.ends_epoch(step) or elapsed >= wanted) and _SHARE * elapsed >= self._cost

    def _write(self, step: int) -> None:
        began = time.perf_counter()
        taken = self._snapshot(step)
        self._last = time.perf_counter()
        self._waited = self._last - began
        if taken is not None:
            self._writer.start(taken)

    def _snapshot(self, step: int) -> TrainingCheckpoint | None:
        try:
            return snapshot(step, self._identity, self._model, self._stepper, self._progress)
        except (RuntimeError, MemoryError) as error:
            if not is_exhausted(error):
                raise
            self._note_failure("the machine's memory has no room for a copy of the training's state")
            return None

    def _collect(self, *, wait: bool = False) -> None:
        written = self._writer.collect(wait=wait)
        if written is None:
            return
        self._cost = self._waited + _BURDEN * written.cpu_seconds
        if written.error is None:
            self._context.checkpointed(written.step / self._schedule.total)
        else:
            self._failed(written)

    def _failed(self, written: WrittenCheckpoint) -> None:
        if not isinstance(written.error, OSError | MemoryError):
            assert written.error is not None
            raise written.error
        reason = getattr(written.error, "strerror", None) or type(written.error).__name__
        self._note_failure(f"it could not be written ({reason})")

    def _note_failure(self, reason: str) -> None:
        if not self._reported_failure:
            self._reported_failure = True
            self._progress.notes.append(f"There is a checkpoint less than there should be: {clause(reason)}.")
