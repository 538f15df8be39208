"""What was found in a data set: which columns were taken, how many rows were read and what became of them."""

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.columns import ColumnRoles
    from catalog.contract import DataSummary

__all__ = ["columns_answer", "columns_line", "read_line", "row_totals"]


def columns_answer(columns: "ColumnRoles | None") -> dict[str, Any] | None:
    """Return which columns were taken as JSON; None if the data have none."""
    if columns is None:
        return None
    roles = {"text": list(columns.text), "label": columns.label, "ignored": list(columns.ignored)}
    return {**roles, "group": columns.group, "time": columns.time}


def columns_line(columns: "ColumnRoles | None") -> str | None:
    """Return which columns were taken as a line for a person; None if the data have none."""
    if columns is None:
        return None
    roles = [f"text {' + '.join(map(repr, columns.text))}", f"label {columns.label!r}"]
    roles += [f"{role} {name!r}" for role, name in (("group", columns.group), ("time", columns.time)) if name]
    ignored = f"; not used, though they hold text: {', '.join(map(repr, columns.ignored))}" if columns.ignored else ""
    return ", ".join(roles) + ignored


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
