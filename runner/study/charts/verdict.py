"""Verdict: winner, given configuration and baseline with their intervals."""

from collections.abc import Mapping

from catalog.figures import Empty, Figure, Interval, Intervals, Role, Text
from catalog.statement import Statement
from runner.store.records import EvaluationRecord
from runner.study.charts.chart import Chart
from runner.study.charts.parts import value_axis
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["VERDICT"]

_SUBJECTS: tuple[Role, ...] = ("winner", "given", "baseline")
_SPLITS = {"test": Statement("Test"), "validation": Statement("Validation")}


def build(snapshot: StudySnapshot, _selected: int | None, _options: Mapping[str, str]) -> Figure:
    """Draw what was measured on test; on validation as long as the winner has no test result."""
    known = {(record.subject, record.split): record for record in snapshot.evaluations}
    split = "test" if ("winner", "test") in known else "validation"
    items = tuple(
        _interval(snapshot, role, record) for role in _SUBJECTS if (record := known.get((role, split))) is not None
    )
    items = tuple(item for item in items if item.value is not None)
    if not items:
        reason = Statement("There is no verdict yet: the study has not been closed.")
        return Empty(VERDICT.key, VERDICT.label, reason)
    axis = value_axis(snapshot)
    title = Statement("{metric} · {split}", {"metric": axis.label, "split": _SPLITS[split]})
    caption = _WITH if any(item.low is not None for item in items) else _WITHOUT
    return Intervals(VERDICT.key, title, axis, items, caption=(caption,))


def _interval(snapshot: StudySnapshot, role: Role, record: EvaluationRecord) -> Interval:
    metric = snapshot.record.metric
    bounds = (record.details.get("intervals") or {}).get(metric)
    low, high = (float(bounds[0]), float(bounds[1])) if bounds else (None, None)
    return Interval(_label(snapshot, role), record.metrics.get(metric), low, high, role, record.rows)


def _label(snapshot: StudySnapshot, role: Role) -> Text:
    if role != "winner":
        return Statement("Given") if role == "given" else Statement("Baseline")
    if (snapshot.record.winner or {}).get("arm") == "given":
        return Statement("Given (winner)")
    if snapshot.winner is None:
        return Statement("Winner")
    return Statement("Trial {number:count} (winner)", {"number": snapshot.winner})


_WITH = Statement(
    "Dots are what was measured, bars 95 % intervals: where bars overlap widely, chance can explain a gap."
)
_WITHOUT = Statement("What was measured on the same examples; intervals were not computed.")
VERDICT = Chart("verdict", Statement("Verdict"), build, needs=frozenset({"evaluations"}))
