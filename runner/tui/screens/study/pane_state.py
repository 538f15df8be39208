"""What all tabs of a study show: the study, the trial under the cursor, and what is marked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from textual.message import Message

from runner.store.records import EpochRecord, TrialRecord
from runner.tui.context import AppContext
from runner.tui.screens.study.study_data import StudyData, training_of

__all__ = ["PAUSE", "EpochCache", "LoadRequested", "PaneState"]


PAUSE = 0.12
"""Seconds that the cursor has to rest before a chart is drawn for it."""


@dataclass(frozen=True, slots=True)
class PaneState:
    """What is looked at.

    Attributes:
        book: The study.
        chosen: Number of the trial under the cursor; None where there is none.
        marked: Numbers of at most two trials that are to be compared, in the order in which they were marked.
        folder: The study's own.
    """

    book: StudyData
    chosen: int | None
    marked: tuple[int, ...]
    folder: Path

    @property
    def trial(self) -> TrialRecord | None:
        """The trial under the cursor."""
        return None if self.chosen is None else self.book.trials.get(self.chosen)


class LoadRequested(Message):
    """A tab shows something else now, for which it may have to read: its `follow` is to be called."""


class EpochCache:
    """Measurements of trials during their training, read when somebody wants them and kept."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self._found: dict[int, tuple[EpochRecord, ...]] = {}
        self._read: dict[int, tuple[str, datetime] | None] = {}

    @property
    def found(self) -> Mapping[int, tuple[EpochRecord, ...]]:
        """What has been read so far, by trial; another mapping whenever something was read."""
        return self._found

    async def want(self, book: StudyData, numbers: Collection[int]) -> None:
        """Read what is not known yet of these trials; of a running one, whenever the study was written to.

        Raises:
            ModelcatError: The store cannot be read.
        """
        missing = {number: mark for number in numbers if (mark := self._mark(book, number)) != self._read.get(number)}
        if not missing:
            return
        study = book.record.study
        nothing: dict[int, tuple[EpochRecord, ...]] = {}
        found = await self.context.source.read(
            lambda store: {number: tuple(store.epochs(study, training_of(number))) for number in missing}, nothing
        )
        self._found = {**self._found, **found}
        self._read |= missing

    def _mark(self, book: StudyData, number: int) -> tuple[str, datetime] | None:
        """Return what changes when there is something new of a trial."""
        trial = book.trials.get(number)
        if trial is None:
            return self._read.get(number)
        return trial.state, book.record.updated if trial.state == "running" else book.record.created
