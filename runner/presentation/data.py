"""What was found in a data set: which columns were taken, how many rows were read and what became of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.contract import Columns, DataSummary, Fact, Task

__all__ = ["columns_line", "facts_about", "read_line", "row_totals"]

_SHOWN = 8


def columns_line(columns: "Columns | None") -> str | None:
    """Return which columns were taken as a line for a person; None if the data have none."""
    if columns is None:
        return None
    roles = []
    for role, found in columns.items():
        names = [found] if isinstance(found, str) else list(found or ())
        if names and role != "ignored":
            roles.append(f"{role} {_named(names)}")
    ignored = columns.get("ignored") or ()
    unused = f"; not used: {', '.join(map(repr, ignored))}" if ignored else ""
    return ", ".join(roles) + unused


def _named(names: Sequence[str]) -> str:
    shown = " + ".join(map(repr, names[:_SHOWN]))
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN:,} more"


def facts_about(task: "Task", data: Mapping[str, Any]) -> tuple["Fact", ...]:
    """Return what a task says about data; if it fails one fact that says so.

    Args:
        task: Of the data.
        data: `catalog.contract.DataSummary` as JSON.
    """
    from catalog import registry
    from catalog.contract import Fact
    from catalog.contract.capabilities import DescribesData
    from catalog.statement import Statement

    if not isinstance(task, DescribesData):
        return ()
    try:
        return tuple(task.facts(data))
    except Exception as error:  # noqa: BLE001 -- a task's code may raise anything, and facts are no result
        name = registry.distribution_of(task.key)
        reason = {"distribution": name, "reason": f"{type(error).__name__}: {error}"}
        return (Fact(Statement("Data"), Statement("{distribution} cannot describe them: {reason}", reason)),)


def row_totals(data: "DataSummary") -> dict[str, Any]:
    """Return lines and records that were read of all files together, rows kept, and rows dropped by reason."""
    lines = [counts.lines for counts in data.counts.values()]
    dropped: Counter[str] = Counter()
    for counts in data.counts.values():
        dropped.update(counts.dropped)
    records, kept = sum(counts.records for counts in data.counts.values()), sum(data.rows.values())
    if limited := records - dropped.total() - kept:
        dropped["limit"] = limited
    return {
        "lines": None if None in lines else sum(line or 0 for line in lines),
        "records": records,
        "kept": kept,
        "dropped": dict(dropped),
    }


def read_line(data: "DataSummary") -> str:
    """Return how many rows were read and what became of them, for a person."""
    totals = row_totals(data)
    lines = f"{totals['lines']:,} lines, " if totals["lines"] is not None else ""
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in totals["dropped"].items())
    return f"{lines}{totals['records']:,} records, {totals['kept']:,} kept, dropped: {dropped or 'none'}"
