"""The order of the trials in the table, updated as trials come in: sorting 10,000 again for each would be slow."""

from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.store.records import TrialRecord
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.study.trial_columns import FACTS, METRIC, PARAM, TableView, filter_names, sorted_downwards
from runner.tui.trial_filter import compile_filter

__all__ = ["TrialOrder", "order_of"]

#: Most changed trials that are inserted one by one; if there are more, all are sorted.
_FEW = 1000

Asked = tuple[str, bool, str | None, str]
Rank = tuple[tuple[bool, float, str], int]


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """Numbers of the trials to show.

    Attributes:
        trials: All trials of the study at the time.
        asked: The request: column, whether the largest comes first, state and filter.
        ranked: Trials with a value in the sorted column, the smallest first.
        rest: Trials without a value; they come last.
    """

    trials: Mapping[int, TrialRecord] = field(default_factory=dict)
    asked: Asked = ("", False, None, "")
    ranked: tuple[int, ...] = ()
    rest: tuple[int, ...] = ()

    def suits(self, book: StudyData, view: TableView) -> bool:
        """Return whether this is the order of the given data under the given view."""
        return self.trials is book.trials and self.asked == _asked(book, view)

    @property
    def numbers(self) -> tuple[int, ...]:
        """All numbers, from top to bottom."""
        _, downwards, _, _ = self.asked
        return (*(reversed(self.ranked) if downwards else self.ranked), *self.rest)


def order_of(book: StudyData, view: TableView, before: TrialOrder) -> TrialOrder:
    """Return the trials to show, in order.

    Args:
        book: The study.
        view: The view: which trials, in which order.
        before: An earlier order; if its request is the same, only new trials are inserted.

    Raises:
        InputError: The filter is invalid.
    """
    asked = _asked(book, view)
    holds = compile_filter(view.expression, filter_names(book)) if view.expression.strip() else None
    known = before if before.asked == asked and before.trials.keys() <= book.trials.keys() else TrialOrder()
    changed = _changed(book, known)
    if len(changed) > _FEW:
        known, changed = TrialOrder(), list(book.trials.values())
    gone = {trial.number for trial in changed if trial.number in known.trials}
    ranked, rest = ([number for number in part if number not in gone] for part in (known.ranked, known.rest))
    value_of, turn = _sort_value(view.sorted_by), -1 if asked[1] else 1

    def rank(number: int) -> Rank:
        # Of equal values the earlier trial is on top, so the later is the smaller if the list is read from its end.
        return _comparable(value_of(book.trials[number])), turn * number

    shown = [
        trial
        for trial in changed
        if (view.state is None or trial.state == view.state) and (holds is None or holds(_values(trial)))
    ]
    _put(ranked, [trial.number for trial in shown if value_of(trial) is not None], rank)
    _put(rest, [trial.number for trial in shown if value_of(trial) is None], lambda number: number)
    return TrialOrder(book.trials, asked, tuple(ranked), tuple(rest))


def _asked(book: StudyData, view: TableView) -> Asked:
    return view.sorted_by, sorted_downwards(book, view), view.state, view.expression.strip()


def _changed(book: StudyData, known: TrialOrder) -> list[TrialRecord]:
    """Return the trials that are new or changed; unchanged trials are the same objects."""
    return [trial for number, trial in book.trials.items() if known.trials.get(number) is not trial]


def _put(numbers: list[int], more: list[int], rank: Callable[[int], Any]) -> None:
    if not numbers:
        numbers.extend(sorted(more, key=rank))
        return
    for number in more:
        insort(numbers, number, key=rank)


def _values(trial: TrialRecord) -> Mapping[str, object]:
    """Return the values for a filter by name; the trial's own properties hide other names."""
    return {**trial.metrics, **trial.params, **{name: getattr(trial, name) for name in FACTS}}


def _sort_value(column: str) -> Callable[[TrialRecord], Any]:
    if column.startswith(PARAM):
        name = column.removeprefix(PARAM)
        return lambda trial: trial.params.get(name)
    if column.startswith(METRIC):
        name = column.removeprefix(METRIC)
        return lambda trial: trial.metrics.get(name)
    return lambda trial: getattr(trial, column, None)


def _comparable(value: object) -> tuple[bool, float, str]:
    """Return a sort key that puts numbers before text, so that all values are comparable."""
    number = isinstance(value, int | float)
    return (not number, float(value) if isinstance(value, int | float) else 0.0, "" if number else str(value))
