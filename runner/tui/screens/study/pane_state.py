"""The state that all tabs of a study share: the study, the trial under the cursor, and the marked trials."""

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
"""Seconds that the cursor must rest before a chart is drawn for it."""


@dataclass(frozen=True, slots=True)
class PaneState:
    """The state of a study's tabs.

    Attributes:
        book: The study.
        chosen: Number of the trial under the cursor; None if there is none.
        marked: Numbers of at most two trials to compare, in the order of marking.
        folder: Folder of the study.
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
    """A tab shows something else, for which it may need data: call its `follow`."""


class EpochCache:
    """Measurements of trials during their training, read when needed and cached."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        self._found: dict[int, tuple[EpochRecord, ...]] = {}
        self._read: dict[int, tuple[str, datetime] | None] = {}

    @property
    def found(self) -> Mapping[int, tuple[EpochRecord, ...]]:
        """The measurements so far, by trial; a new mapping after each read."""
        return self._found

    async def want(self, book: StudyData, numbers: Collection[int]) -> None:
        """Read the missing measurements of these trials; those of a running one after each change of the study.

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
        """Return a value that changes when there is new data of a trial."""
        trial = book.trials.get(number)
        if trial is None:
            return self._read.get(number)
        return trial.state, book.record.updated if trial.state == "running" else book.record.created
