"""The table of trials: its rows, its order, and its cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textual.content import Content

from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.store.records import TRIAL_STATES, TrialRecord
from runner.tui.context import AppContext
from runner.tui.labels import origin, shown_state, state
from runner.tui.screens.study.study_data import StudyData
from runner.tui.widgets.table_column import TableColumn
from runner.tui.widgets.virtual_table import Cell

__all__ = [
    "FACTS",
    "LABELS",
    "METRIC",
    "PARAM",
    "TableView",
    "cells",
    "column_names",
    "columns",
    "data_columns",
    "filter_names",
    "first_column_keys",
    "heading",
    "sorted_downwards",
]

PARAM, METRIC = "param:", "metric:"
"""Prefixes of the keys of columns of parameters and metrics."""
FACTS = ("number", "value", "state", "origin", "seconds")
"""Properties of the trial itself, by their names in a filter."""
LABELS = {
    "number": msgid("No."),
    "state": msgid("State"),
    "seconds": msgid("Time"),
    "origin": msgid("Origin"),
}
#: Parameters and metrics beyond these have no column unless the user chooses them.
_MOST_PARAMETERS = 8
#: Most characters of a class name in a heading.
_CLASS = 10


@dataclass(frozen=True, slots=True)
class TableView:
    """Which trials the table shows, and how.

    Attributes:
        sorted_by: Key of a column.
        turned: Whether the order is reversed; otherwise the best, or the smallest, comes first.
        state: Show trials of this state only; None for all.
        expression: Show trials for which this filter holds (`runner.tui.trial_filter`).
        columns: Keys of the columns, in order; None for the default columns.
    """

    sorted_by: str = "value"
    turned: bool = False
    state: str | None = None
    expression: str = ""
    columns: tuple[str, ...] | None = None

    def with_(self, **changes: Any) -> "TableView":
        """Return a copy with some fields changed."""
        return replace(self, **changes)


def filter_names(book: StudyData) -> tuple[str, ...]:
    """Return the names that a filter may use."""
    return tuple(dict.fromkeys((*book.snapshot.parameters, *book.metrics, *FACTS)))


def column_names(book: StudyData) -> dict[str, str]:
    """Return all columns that can be chosen: key and text to translate, or an untrusted name."""
    named = {"number": LABELS["number"], "state": LABELS["state"], "value": book.record.metric}
    named |= {f"{PARAM}{name}": name for name in book.snapshot.parameters}
    named |= {f"{METRIC}{name}": name for name in book.metrics if name != book.record.metric}
    return named | {"seconds": LABELS["seconds"], "origin": LABELS["origin"]}


def first_column_keys(book: StudyData) -> tuple[str, ...]:
    """Return the default columns."""
    parameters = [f"{PARAM}{name}" for name in book.snapshot.parameters[:_MOST_PARAMETERS]]
    return ("number", "state", "value", *parameters, "seconds", "origin")


def data_columns(keys: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns in the table as data."""
    named = {PARAM: "params.", METRIC: "metrics."}
    kinds = [(key, next((kind for kind in named if key.startswith(kind)), "")) for key in keys]
    return tuple(f"{named[kind]}{key.removeprefix(kind)}" if kind else key for key, kind in kinds)


def sorted_downwards(book: StudyData, view: TableView) -> bool:
    """Return whether the largest value comes first."""
    return (view.sorted_by == "value" and book.maximize) != view.turned


def columns(book: StudyData, view: TableView, context: AppContext) -> list[TableColumn]:
    """Return the columns with their headings in the user's language."""
    digits = max(3, len(str(max(book.trials, default=0))))
    words = max(len(state(context, name)) for name in (*TRIAL_STATES, "stopped"))
    known = column_names(book)
    made = [TableColumn("marks", "", 2, sortable=False)]
    for place, key in enumerate(view.columns or first_column_keys(book)):
        label = heading(book, key, known.get(key, ""), context)
        match key:
            case "number":
                made.append(TableColumn(key, label, digits, right=True))
            case "state":
                made += [
                    TableColumn("sign", "", 1, sortable=False),
                    TableColumn(key, label, max(words, len(label) + 2), drop=90),
                ]
            case "value":
                most = 20 if book.metric(book.record.metric).of is not None else 12
                made.append(TableColumn(key, label, max(8, min(most, len(label) + 2)), right=True))
            case "seconds":
                made.append(TableColumn(key, label, 12, right=True, drop=70))
            case "origin":
                made.append(TableColumn(key, label, 10, drop=80))
            case _ if key in known:
                most = 24 if key.startswith(METRIC) and book.metric(key.removeprefix(METRIC)).of is not None else 12
                made.append(TableColumn(key, label, min(most, max(7, len(label))), right=True, drop=place))
    return made


def heading(book: StudyData, key: str, name: str, context: AppContext) -> str:
    """Return the heading of a column, safe to show; a metric of a single class names the class."""
    if key in LABELS:
        return context.t(LABELS[key])
    metric = book.record.metric if key == "value" else key.removeprefix(METRIC) if key.startswith(METRIC) else ""
    return context.metric_label(book.metric(metric), _CLASS) if metric else safe(name, 24)


def cells(
    book: StudyData, view: TableView, context: AppContext, marked: Sequence[int], *, working: bool
) -> Callable[[str], Sequence[Cell]]:
    """Return a function from a trial's number, as text, to the cells of its row.

    Args:
        book: The study.
        view: The view, which has the columns.
        context: The context of the app.
        marked: Numbers of the trials marked for comparison.
        working: Whether a process runs the study.
    """
    keys = [key for key in view.columns or first_column_keys(book) if key in column_names(book)]
    glyphs, palette = context.glyphs, context.palette
    best, winner = book.snapshot.best, book.snapshot.winner

    def of(key: str) -> Sequence[Cell]:
        trial = book.trials[int(key)]
        name = shown_state(trial, working=working)
        marks = Content.assemble(
            (glyphs.mark if trial.number in marked else " ", palette.series[1]),
            (glyphs.star if trial.number == winner else " ", palette.accent),
        )
        row: list[Cell] = [marks]
        for column in keys:
            if column == "state":
                row += [
                    Content.styled(glyphs.states[name], palette.state(name)),
                    Content.styled(state(context, name), palette.state(name)),
                ]
            elif column == "value" and trial.number == best:
                row.append(
                    Content.styled(
                        context.metric(book.metric(book.record.metric), trial.value), f"bold {palette.accent}"
                    )
                )
            else:
                row.append(_cell(book, context, trial, column))
        return row

    return of


def _cell(book: StudyData, context: AppContext, trial: TrialRecord, column: str) -> Cell:
    match column:
        case "number":
            return str(trial.number)
        case "value":
            return context.metric(book.metric(book.record.metric), trial.value)
        case "seconds":
            return context.seconds(trial.seconds)
        case "origin":
            return Content.styled(origin(context, trial.origin), context.palette.muted)
        case _ if column.startswith(PARAM):
            return context.value(trial.params.get(column.removeprefix(PARAM)))
        case _:
            name = column.removeprefix(METRIC)
            return context.metric(book.metric(name), trial.metrics.get(name))
