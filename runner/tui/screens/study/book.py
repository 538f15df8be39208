"""What is known of the study that is looked at, read a little at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from runner.presentation.text import is_minimised
from runner.store.records import StudyRecord, TrialRecord

if TYPE_CHECKING:
    from runner.store.store import Store

__all__ = ["Book", "prepare", "read_book", "training_of"]

_TRIAL = "trial/"
#: Points of one kind that a chart has room for: of more, the best and every so-many-th of the rest.
_MOST_POINTS, _BEST_POINTS = 400, 100


@dataclass(frozen=True)
class Book:
    """What is known of a study; what follows from it is worked out once, which takes a while of 10,000 trials.

    Attributes:
        record: Its row and totals.
        trials: By number.
        insights: What was found out about it, by name.
    """

    record: StudyRecord
    trials: Mapping[int, TrialRecord] = field(default_factory=dict)
    insights: Mapping[str, Any] = field(default_factory=dict)

    @property
    def maximize(self) -> bool:
        """Whether larger values are better."""
        return self.record.direction == "maximize"

    @cached_property
    def best(self) -> int | None:
        """The trial that is marked everywhere: the winner, else the best so far; None while none is complete."""
        winner = (self.record.winner or {}).get("trial")
        if isinstance(winner, int) and winner in self.trials:
            return winner
        return self.record.best.number if self.record.best else None

    @cached_property
    def given(self) -> TrialRecord | None:
        """The trial of the given configuration."""
        return next((trial for trial in self.trials.values() if trial.origin == "given"), None)

    @property
    def baseline(self) -> float | None:
        """The baseline's value on validation, where it has one."""
        value = ((self.record.baseline or {}).get("validation") or {}).get(self.record.metric)
        return float(value) if isinstance(value, int | float) else None

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of what is tuned, in the order of the search space; then those that only trials have."""
        names = dict.fromkeys(self.record.space)
        names |= dict.fromkeys(chain.from_iterable(trial.params for trial in self.trials.values()))
        return tuple(names)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Names of all metrics, the study's own first."""
        found = chain.from_iterable(trial.metrics for trial in self.trials.values())
        return tuple(dict.fromkeys((self.record.metric, *dict.fromkeys(found))))

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes in the order of their ids."""
        return tuple(map(str, self.record.data.get("labels") or ()))

    @cached_property
    def spread(self) -> Mapping[str, tuple[TrialRecord, ...]]:
        """The trials that a chart has room for, by where they came from; those that were pruned, and failed, apart."""
        groups: dict[str, list[TrialRecord]] = {name: [] for name in ("given", "recipe", "search", "pruned", "failed")}
        for trial in self.trials.values():
            if trial.state == "failed":
                groups["failed"].append(trial)
            elif trial.value is not None and trial.state in {"complete", "pruned"}:
                groups[trial.origin if trial.state == "complete" else "pruned"].append(trial)
        return {name: _thinned(self, trials) for name, trials in groups.items()}

    @cached_property
    def best_so_far(self) -> tuple[tuple[float, float], ...]:
        """Number and value of each complete trial that was better than all before it; its end is the last number."""
        found: list[tuple[float, float]] = []
        for number in sorted(self.trials):
            trial = self.trials[number]
            if trial.state == "complete" and trial.value is not None:
                better = not found or (trial.value > found[-1][1] if self.maximize else trial.value < found[-1][1])
                if better:
                    found.append((float(number), trial.value))
        last = float(max(self.trials, default=0))
        return (*found, (last, found[-1][1])) if found and found[-1][0] < last else tuple(found)

    def lead(self, metric: str, value: float, other: float) -> float:
        """Return how much better one value of a metric is than another; positive is better, also of a loss."""
        maximize = self.maximize if metric == self.record.metric else not is_minimised(metric)
        return value - other if maximize else other - value

    def better(self, trial: TrialRecord) -> float:
        """Return a trial's value so that more is better; the least there is where it has none."""
        if trial.value is None:
            return float("-inf")
        return trial.value if self.maximize else -trial.value

    @cached_property
    def ranked(self) -> tuple[TrialRecord, ...]:
        """The complete trials that have a value, best first, of equal ones the earlier."""
        done = [trial for trial in self.trials.values() if trial.state == "complete" and trial.value is not None]
        return tuple(sorted(done, key=lambda trial: (-self.better(trial), trial.number)))


def prepare(book: Book) -> Book:
    """Work out what table and charts will ask for, and return the book: where that is done, nobody waits for a key."""
    _ = book.best, book.given, book.parameters, book.metrics, book.spread, book.best_so_far
    return book


def _thinned(book: Book, trials: Sequence[TrialRecord]) -> tuple[TrialRecord, ...]:
    """Return the best trials and every so-many-th of the rest."""
    if len(trials) <= _MOST_POINTS:
        return tuple(trials)
    ranked = sorted(trials, key=lambda trial: -book.better(trial))
    step = -(-(len(ranked) - _BEST_POINTS) // (_MOST_POINTS - _BEST_POINTS))
    return (*ranked[:_BEST_POINTS], *ranked[_BEST_POINTS::step])


def read_book(store: "Store", study: str, known: Book | None) -> Book:
    """Read what has changed since `known`; the very same book comes back where nothing has.

    Raises:
        UnknownStudyError: There is no such study any more.
    """
    record = store.study(study)
    if known is None or known.record.created != record.created:
        return Book(record, {trial.number: trial for trial in store.trials(study)}, store.insights(study))
    if known.record == record:
        return known
    if known.record.updated == record.updated:
        return replace(known, record=record)
    open_ones = [trial.number for trial in known.trials.values() if trial.state == "running"]
    changed = store.trials(study, after=max(known.trials, default=-1), among=open_ones)
    trials: Mapping[int, TrialRecord] = known.trials
    if any(known.trials.get(trial.number) != trial for trial in changed):
        trials = {**known.trials, **{trial.number: trial for trial in changed}}
    counts = record.trials
    total = counts.complete + counts.pruned + counts.failed + counts.running
    # Emptied and filled anew, or filled out of turn. More than were counted may have been written since.
    if total < len(known.trials) or len(trials) < total:
        trials = {trial.number: trial for trial in store.trials(study)}
    return replace(known, record=record, trials=trials, insights=store.insights(study))


def training_of(number: int) -> str:
    """Return what a trial is called in logs and among measurements: ``"trial/7"``."""
    return f"{_TRIAL}{number}"
