"""The trials of a study as a pandas data frame."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runner.presentation.study_tables import trials_table
from runner.store.json_output import trial_line
from runner.store.records import StudyRecord, TrialRecord

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["trials_frame"]

_TYPES = {
    "number": "int64",
    "state": "string",
    "origin": "string",
    "value": "float64",
    "positive": "string",
    "seconds": "float64",
    "started": "datetime64[us, UTC]",
    "finished": "datetime64[us, UTC]",
    "failure.kind": "string",
    "failure.reason": "string",
    "reused_from": "Int64",
}


_KINDS: Mapping[str, set[type]] = {"boolean": {bool}, "Int64": {int}, "float64": {int, float}, "string": {str}}
"""Types of columns by the types of their values."""


def trials_frame(record: StudyRecord, trials: Sequence[TrialRecord]) -> "pd.DataFrame":
    """Return a row for each trial, with the names of ``trials --json``, a dot between levels (``params.batch_size``).

    A column of numbers has a numeric type, with NaN (for whole numbers: NA) for missing values. A study without trials
    gives no rows, and all columns.

    Args:
        record: The study.
        trials: Its trials.
    """
    import pandas as pd

    lines = [trial_line(trial, record.metrics_of_class) for trial in trials]
    table = trials_table(lines, tuple(record.space))
    cells = {name: [row[at] for row in table.rows] for at, name in enumerate(table.columns)}
    names = [name for name in table.columns if name in {"number", "state", "origin", "value"}]
    names += [name for name in table.columns if name.startswith("params.")]
    names += dict.fromkeys([f"metrics.{record.metric}", *(n for n in table.columns if n.startswith("metrics."))])
    names += [name for name in _TYPES if name not in names]
    frame = {}
    for name in names:
        values = cells.get(name, [None] * len(table.rows))
        frame[name] = pd.Series(values, dtype=_type(name, values, record), name=name)
    return pd.DataFrame(frame, columns=names)


def _type(name: str, values: Iterable[Any], record: StudyRecord) -> str:
    """Return the type of a column: that of its values, and of what the search space allows."""
    if name in _TYPES:
        return _TYPES[name]
    if name.startswith("metrics."):
        return "float64"
    found = [value for value in (*values, *_allowed(record, name.removeprefix("params."))) if value is not None]
    kinds = {type(value) for value in found}
    return next((name for name, known in _KINDS.items() if kinds and kinds <= known), "object")


def _allowed(record: StudyRecord, parameter: str) -> list[Any]:
    entry = record.space.get(parameter) or {}
    return [*entry.get("choices", ()), *(entry[end] for end in ("low", "high") if end in entry)]
