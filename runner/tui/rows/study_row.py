"""A study as a row of the list of studies, and how such rows are ordered and searched."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Literal

from runner.store.records import StudyRecord

__all__ = ["ORDERS", "ShownState", "StudyRow", "holds", "ordered", "rows_of"]

ShownState = Literal["queued", "running", "stopped", "finished", "failed", "gone"]

_BY_STATE: tuple[ShownState, ...] = ("running", "queued", "gone", "failed", "stopped", "finished")
"""The order of the states: those that need attention come first."""

ORDERS = ("created", "state", "study", "model", "best", "trials", "time", "updated")
"""The possible orders of rows, in the order in which the key changes them."""


@dataclass(frozen=True, slots=True)
class StudyRow:
    """A study as the list shows it.

    Attributes:
        record: The study in the store.
        state: Its state; ``"gone"`` if its state is running but its worker is gone.
        place: Its position in the queue, from 1; None if it is not queued.
        waiting: Number of studies in the queue.
        course: Values of its complete trials, by number.
    """

    record: StudyRecord
    state: ShownState
    place: int | None = None
    waiting: int = 0
    course: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """The title if the user gave one, otherwise the study's name; untrusted text."""
        return self.record.title or self.record.study

    @property
    def model(self) -> str:
        """The model's short name: the last part of its key."""
        return self.record.key.rpartition("/")[2]

    @property
    def done(self) -> int:
        """Number of trials that have ended, in any way."""
        trials = self.record.trials
        return trials.complete + trials.pruned + trials.failed

    @property
    def best_so_far(self) -> tuple[float, ...]:
        """The best value after each complete trial; a metric to minimize is negated, so that up is better."""
        sign = 1.0 if self.record.direction == "maximize" else -1.0
        return tuple(accumulate((sign * value for value in self.course), max))

    @property
    def baseline(self) -> float | None:
        """The baseline's value on validation; None if it is not trained yet, or if there is no baseline."""
        return self._metric_in((self.record.baseline or {}).get("validation"))

    @property
    def lead(self) -> float | None:
        """By how much the best trial is better than the baseline on validation; negative if it is worse."""
        best, baseline = self.record.best, self.baseline
        return None if best is None or baseline is None else self.ahead(best.value, baseline)

    @property
    def tested(self) -> tuple[float | None, float | None]:
        """The values of winner and baseline on the test split; None for a value that was not measured."""
        return self._metric_in(self.record.test), self._metric_in((self.record.baseline or {}).get("test"))

    def ahead(self, value: float, other: float) -> float:
        """Return by how much one value of the study's metric is better than another."""
        return value - other if self.record.direction == "maximize" else other - value

    def _metric_in(self, metrics: object) -> float | None:
        value = metrics.get(self.record.metric) if isinstance(metrics, Mapping) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return float(value)


def rows_of(
    records: Sequence[StudyRecord],
    courses: Mapping[str, tuple[float, ...]],
    now: datetime,
) -> list[StudyRow]:
    """Return the rows of studies.

    Args:
        records: The studies.
        courses: Values of complete trials by study, as `Store.courses` returns them.
        now: The current time, to detect workers that are gone.
    """
    waiting = [(record.queued, record.study) for record in records if record.state == "queued" and record.queued]
    waiting.sort(key=lambda one: one[0])  # at the same time, the older study comes first
    places = {study: place for place, (_, study) in enumerate(waiting, 1)}
    return [
        StudyRow(
            record,
            "gone" if record.worker_gone(now) else record.state,
            places.get(record.study),
            len(waiting),
            courses.get(record.study, ()),
        )
        for record in records
    ]


def holds(row: StudyRow, words: str, state: str) -> bool:
    """Return whether a row contains all words: in name, title, notes, model, metric or its `state` in words."""
    record = row.record
    text = "\n".join((record.study, record.title or "", record.notes or "", record.key, record.metric, state))
    return all(word in text.casefold() for word in words.casefold().split())


def ordered(rows: Sequence[StudyRow], by: str, *, turned: bool) -> list[StudyRow]:
    """Return rows in an order of `ORDERS`: newest, best and most first; names from a; `turned` reverses the order.

    Rows without a value stay last in both directions.
    """
    key, high_first = _KEYS[by]
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    newest = sorted(known, key=_created, reverse=True)
    return sorted(newest, key=key, reverse=high_first != turned) + sorted(unknown, key=_created, reverse=True)


def _created(row: StudyRow) -> datetime:
    return row.record.created


def _goodness(row: StudyRow) -> float | None:
    """Rank values to maximize above values to minimize, which are negated."""
    if row.record.best is None:
        return None
    return row.record.best.value if row.record.direction == "maximize" else -row.record.best.value


_KEYS: Mapping[str, tuple[Callable[[StudyRow], Any], bool]] = {
    "created": (_created, True),
    "state": (lambda row: _BY_STATE.index(row.state), False),
    "study": (lambda row: row.name.casefold(), False),
    "model": (lambda row: row.model.casefold(), False),
    "best": (_goodness, True),
    "trials": (lambda row: row.done, True),
    "time": (lambda row: row.record.seconds, True),
    "updated": (lambda row: row.record.updated, True),
}
