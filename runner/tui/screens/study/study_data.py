"""The data of the current study, read in small steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from catalog.metric import Metric
from runner.store.records import StudyRecord, TrialRecord
from runner.study.charts.snapshot import StudySnapshot

if TYPE_CHECKING:
    from runner.store.store import Store

__all__ = ["StudyData", "prepare", "read_book", "training_of"]

_TRIAL = "trial/"


@dataclass(frozen=True)
class StudyData:
    """The data of a study; derived values are computed once, which takes a while for 10,000 trials.

    Attributes:
        record: The study's row and totals.
        trials: The trials by number.
        insights: The study's insights by name.
        now: Time of reading.
    """

    record: StudyRecord
    trials: Mapping[int, TrialRecord] = field(default_factory=dict)
    insights: Mapping[str, Any] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def maximize(self) -> bool:
        """Whether larger values are better."""
        return self.record.direction == "maximize"

    @cached_property
    def snapshot(self) -> StudySnapshot:
        """The data of charts, without the data that only some of them read."""
        return StudySnapshot(self.record, self.trials, insights=self.insights, now=self.now)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Names of all metrics, the study's own first."""
        found = chain.from_iterable(trial.metrics for trial in self.trials.values())
        return tuple(dict.fromkeys((self.record.metric, *dict.fromkeys(found))))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of answers that files hold as numbers, in the order of these numbers (`Facts.names` of a trial)."""
        return tuple(map(str, self.record.data.get("labels") or ()))

    def metric(self, name: str) -> Metric:
        """Return the record of a metric."""
        if name not in self._known:
            self._known[name] = self.record.metric_of(name)
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, Metric]:
        return {}


def prepare(book: StudyData) -> StudyData:
    """Compute the values that table and charts need, and return the data; call it in a thread."""
    snapshot = book.snapshot
    _ = snapshot.given, snapshot.parameters, snapshot.ranked, snapshot.groups, snapshot.best_so_far, book.metrics
    return book


def read_book(store: "Store", study: str, known: StudyData | None, now: datetime | None = None) -> StudyData:
    """Read the changes since `known`, at `now`; returns `known` itself if there are none.

    Raises:
        UnknownStudyError: There is no such study any more.
    """
    record, now = store.study(study), now or datetime.now(UTC)
    if known is None or known.record.created != record.created:
        return StudyData(record, {trial.number: trial for trial in store.trials(study)}, store.insights(study), now)
    if known.record == record:
        return known
    if known.record.updated == record.updated:
        return replace(known, record=record, now=now)
    open_ones = [trial.number for trial in known.trials.values() if trial.state == "running"]
    changed = store.trials(study, after=max(known.trials, default=-1), among=open_ones)
    trials: Mapping[int, TrialRecord] = known.trials
    if any(known.trials.get(trial.number) != trial for trial in changed):
        trials = {**known.trials, **{trial.number: trial for trial in changed}}
    counts = record.trials
    total = counts.complete + counts.pruned + counts.failed + counts.running
    # Emptied and refilled, or filled out of order. More rows may have been written after the count.
    if total < len(known.trials) or len(trials) < total:
        trials = {trial.number: trial for trial in store.trials(study)}
    return StudyData(record, trials, store.insights(study), now)


def training_of(number: int) -> str:
    """Return the name of a trial in logs and measurements: ``"trial/7"``."""
    return f"{_TRIAL}{number}"
