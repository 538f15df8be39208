"""Importance: how much each parameter influenced the value."""

from collections.abc import Mapping
from typing import Any

from catalog.figures import Axis, Bar, Bars, Empty, Figure
from catalog.statement import Statement, Value
from runner.study.charts.chart import Chart
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["IMPORTANCE"]


def build(snapshot: StudySnapshot, _selected: int | None, _options: Mapping[str, str]) -> Figure:
    """Draw the share of each parameter, the largest first, with its interval if there is one."""
    found = snapshot.insights.get("importance")
    if isinstance(found, Mapping) and isinstance(found.get("failure"), Mapping):
        reason = str(found["failure"].get("reason") or "")
        return _empty(Statement("This could not be found out: {reason}", {"reason": reason}))
    if found is None and not (snapshot.record.state == "finished" or len(snapshot.ranked) < 4):
        return _empty(Statement("It is computed when the study is closed."))
    if not found:
        return _empty(Statement("Not computed: it takes four complete trials or more that differ."))
    try:
        bars = _bars(found)
        values: dict[str, Value] = {"method": str(found["method"]), "trials": int(found["trials"])}
    except (KeyError, TypeError, ValueError, AttributeError):
        return _empty(Statement("What the store holds of it was written by another version, and cannot be read here."))
    caption = [
        Statement(
            "Share of the differences between trials that each field explains ({method}, {trials:count} trials).",
            values,
        )
    ]
    if any(bar.low is not None for bar in bars):
        caption.append(Statement("Intervals hold nine tenths of the estimates of single groups of trees."))
    axis = Axis(Statement("Share"), "percent", low=0.0)
    return Bars(IMPORTANCE.key, IMPORTANCE.label, axis, bars, caption=tuple(caption))


def _bars(found: Mapping[str, Any]) -> tuple[Bar, ...]:
    intervals = found.get("intervals") or {}
    ranked = sorted(((str(name), float(share)) for name, share in found["shares"].items()), key=lambda item: -item[1])
    ends = {name: (float(low), float(high)) for name, (low, high) in intervals.items()}
    return tuple(Bar(name, share, "main", *ends.get(name, (None, None))) for name, share in ranked)


def _empty(reason: Statement) -> Empty:
    return Empty(IMPORTANCE.key, IMPORTANCE.label, reason)


IMPORTANCE = Chart("importance", Statement("Importance"), build, needs=frozenset({"insights"}))
