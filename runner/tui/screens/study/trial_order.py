"""The order of the trials in the table, kept while trials come in: sorting 10,000 anew for each would be felt."""

from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.store.records import TrialRecord
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.study.trial_columns import FACTS, METRIC, PARAM, TableView, filter_names, sorted_downwards
from runner.tui.trial_filter import compile_filter

__all__ = ["TrialOrder", "order_of"]

#: Trials that are put into their places one by one; of more, all are sorted.
_FEW = 1000

Asked = tuple[str, bool, str | None, str]
Rank = tuple[tuple[bool, float, str], int]


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """Numbers of the trials to show.

    Attributes:
        trials: All trials of the book that it was made of.
        asked: Column, whether the largest comes first, state and filter.
        ranked: Those that have a value in the sorted column, the smallest first.
        rest: Those that have none; they come last.
    """

    trials: Mapping[int, TrialRecord] = field(default_factory=dict)
    asked: Asked = ("", False, None, "")
    ranked: tuple[int, ...] = ()
    rest: tuple[int, ...] = ()

    def suits(self, book: StudyData, view: TableView) -> bool:
        """Tell whether it is the order of this book under this view."""
        return self.trials is book.trials and self.asked == _asked(book, view)

    @property
    def numbers(self) -> tuple[int, ...]:
        """All of them, from top to bottom."""
        _, downwards, _, _ = self.asked
        return (*(reversed(self.ranked) if downwards else self.ranked), *self.rest)


def order_of(book: StudyData, view: TableView, before: TrialOrder) -> TrialOrder:
    """Return the trials to show, in order.

    Args:
        book: The study.
        view: Which of them, and by what.
        before: An order of an earlier moment; where the same was asked, only what is new since finds its place.

    Raises:
        InputError: The filter is none.
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
        # Of equal ones the earlier stands above, so the later is the smaller where all is read from its end.
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
    """Return the trials that are new or others than they were; those that are the same are the same objects."""
    return [trial for number, trial in book.trials.items() if known.trials.get(number) is not trial]


def _put(numbers: list[int], more: list[int], rank: Callable[[int], Any]) -> None:
    if not numbers:
        numbers.extend(sorted(more, key=rank))
        return
    for number in more:
        insort(numbers, number, key=rank)


def _values(trial: TrialRecord) -> Mapping[str, object]:
    """Return what a filter is asked of, by name; what the trial itself is comes before names of anybody's."""
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
    """Return what puts numbers before text, so that no two values refuse to be compared."""
    number = isinstance(value, int | float)
    return (not number, float(value) if isinstance(value, int | float) else 0.0, "" if number else str(value))
