"""Pareto: how good the models are in relation to their size or speed."""

from collections.abc import Iterator, Mapping

from catalog.figures import Axis, Empty, Figure, Plot, Series, Text
from catalog.statement import Statement
from runner.store.records import EvaluationRecord
from runner.study.charts.chart import Chart, Option
from runner.study.charts.parts import by_group, marked, value_axis
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["PARETO"]

_BY: Mapping[str, Text] = {"size": Statement("by size"), "speed": Statement("by speed")}


def build(snapshot: StudySnapshot, selected: int | None, options: Mapping[str, str]) -> Figure:
    """Draw the trials' models on validation, and those that no other beats in both.

    Speeds are drawn only for trials during which no other trial of the study ran: trials that run at once slow each
    other down, so that their speeds cannot be compared.
    """
    small = options["by"] == "size"
    records = dict(_evaluations(snapshot))
    costs = {number: cost for number, record in records.items() if (cost := _size(record) if small else _rate(record))}
    if not costs:
        reason = Statement("The size of these models is not known.") if small else _UNMEASURED
        return Empty(PARETO.key, PARETO.label, reason)
    caption = []
    if not small:
        measured = len(costs)
        costs = {number: cost for number, cost in costs.items() if number in _alone(snapshot)}
        if not costs:
            return Empty(PARETO.key, PARETO.label, _TOGETHER)
        caption.append(_ALONE)
        if left := measured - len(costs):
            caption.append(Statement("{trials:count} trials ran beside others and are left out.", {"trials": left}))
    series = by_group(snapshot, costs)
    points = {n: (costs[n], v) for n in costs if (v := snapshot.trials[n].value) is not None}
    if not series:
        return Empty(PARETO.key, PARETO.label, Statement("No trial has a value."))
    front = Series(Statement("on the front"), _front(snapshot, points, small=small), "line", "front")
    axis = (
        Axis(Statement("Size of the model"), "bytes", scale="log", better="low")
        if small
        else Axis(Statement("Examples a second"), "number", scale="log", better="high")
    )
    return Plot(
        PARETO.key,
        PARETO.label,
        axis,
        value_axis(snapshot),
        (front, *series, *marked(snapshot, selected, points)),
        caption=tuple(caption),
    )


def _evaluations(snapshot: StudySnapshot) -> Iterator[tuple[int, EvaluationRecord]]:
    for record in snapshot.evaluations:
        kind, _, number = record.subject.partition("/")
        known = kind == "trial" and number.isascii() and number.isdigit() and int(number) in snapshot.trials
        if known and record.split == "validation":
            yield int(number), record


def _size(record: EvaluationRecord) -> float | None:
    size = record.details.get("model_bytes")
    return float(size) if size else None


def _rate(record: EvaluationRecord) -> float | None:
    seconds = record.details.get("seconds")
    return record.rows / seconds if seconds else None


def _alone(snapshot: StudySnapshot) -> set[int]:
    """Return the trials during which no other one ran; a trial with a reused result has no speed of its own."""
    timed = sorted(
        (trial.started, trial.finished or snapshot.now, number)
        for number, trial in snapshot.trials.items()
        if trial.started is not None and trial.reused_from is None
    )
    alone, ends = set(), None
    for index, (start, end, number) in enumerate(timed):
        before = ends is not None and ends > start
        after = index + 1 < len(timed) and timed[index + 1][0] < end
        if not before and not after:
            alone.add(number)
        ends = end if ends is None else max(ends, end)
    return alone


def _front(
    snapshot: StudySnapshot, points: Mapping[int, tuple[float, float]], *, small: bool
) -> tuple[tuple[float, float], ...]:
    """Return the points that no other beats in both, in ascending order of the horizontal axis."""
    sign = 1 if snapshot.maximize else -1
    front: list[tuple[float, float]] = []
    for cost, value in sorted(points.values(), key=lambda p: (p[0] if small else -p[0], -sign * p[1])):
        if not front or sign * value > sign * front[-1][1]:
            front.append((cost, value))
    return tuple(sorted(front))


_UNMEASURED = Statement("The speed of these trials was not measured.")
_TOGETHER = Statement("All trials ran beside others, which slows each down: their speeds cannot be compared.")
_ALONE = Statement("Speeds are of the evaluation on validation, of trials that ran alone.")
PARETO = Chart(
    "pareto",
    Statement("Pareto front"),
    build,
    (Option("by", Statement("Cost"), lambda _: _BY),),
    frozenset({"evaluations"}),
)
