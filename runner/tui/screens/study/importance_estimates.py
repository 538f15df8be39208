"""The importance of each parameter, estimated from the trials so far; the study computes it only at its end."""

from collections.abc import Mapping
from typing import Any

from catalog.errors import ModelcatError
from runner.tui.screens.study.study_data import StudyData
from runner.tui.study_source import in_thread

__all__ = ["ImportanceEstimates"]

_FEWEST = 4
"""Least number of complete trials for an estimate."""
_GROWTH = 1.25
"""Factor by which complete trials must grow before a new estimate: each one takes a core a second and more."""


class ImportanceEstimates:
    """The latest estimate of one study, made in a separate process because it needs scikit-learn."""

    def __init__(self) -> None:
        self.found: Mapping[str, Any] | None = None
        """As a study's insight ``importance``; None before there is one, empty if the trials show nothing."""
        self._of = (0, 0.0)

    @staticmethod
    def wanted(book: StudyData) -> bool:
        """Return whether the estimate is to be shown."""
        return "importance" not in book.insights and len(book.snapshot.ranked) >= _FEWEST

    async def make(self, book: StudyData) -> bool:
        """Make an estimate if there are enough new trials, and return whether one was tried."""
        count, born = len(book.snapshot.ranked), book.record.created.timestamp()
        known, of = self._of
        if not self.wanted(book) or (of == born and count < known * _GROWTH):
            return False
        self._of = (count, born)
        if of != born:
            self.found = None

        def work() -> Mapping[str, Any] | None:
            from runner.study.importance import importance_of

            points = [(dict(trial.params), float(trial.value or 0.0)) for trial in book.snapshot.ranked]
            return importance_of(points, book.record.space, maximize=book.maximize)

        try:
            self.found = await in_thread(work) or {}
        except ModelcatError as error:
            self.found = {"failure": {"reason": error.message}}
        except Exception as error:  # noqa: BLE001 -- trials come from any database, and a chart is no reason to crash
            self.found = {"failure": {"reason": f"{type(error).__name__}: {error}"}}
        return True
