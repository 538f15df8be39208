"""History: the value of each trial by its number, and the best so far."""

from collections.abc import Mapping

from catalog.figures import Axis, Figure, Level, Plot, Series, Text
from catalog.statement import Statement
from runner.store.records import TrialRecord
from runner.study.charts.chart import Chart
from runner.study.charts.parts import by_group, marked, nothing, thinned, trial_name, value_axis
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["HISTORY"]


def build(snapshot: StudySnapshot, selected: int | None, _: Mapping[str, str]) -> Figure:
    """Draw the trials by origin, the best so far as steps, and the levels of the given configuration and the baseline.

    A failed trial has no value: it is drawn at the worse end.
    """
    measured = {number: (float(number), t.value) for number, t in snapshot.trials.items() if t.value is not None}
    series = by_group(snapshot, {number: x for number, (x, _) in measured.items()})
    if not series:
        return nothing(HISTORY.key, HISTORY.label, snapshot)
    steps = tuple((float(trial.number), float(trial.value or 0.0)) for trial in snapshot.best_so_far)
    if steps:
        series.insert(0, Series(Statement("best so far"), steps, "steps", "best_so_far"))
    if failed := snapshot.groups["failed"]:
        values = [y for _, y in measured.values()]
        worst = min(values) if snapshot.maximize else max(values)
        points = tuple((float(trial.number), worst) for trial in failed)
        series.append(Series(Statement("failed"), points, role="failed", labels=tuple(map(_failure, failed))))
    levels = []
    if snapshot.given is not None and snapshot.given.value is not None:
        levels.append(Level(snapshot.given.value, Statement("given configuration"), "given"))
    if snapshot.baseline is not None:
        levels.append(Level(snapshot.baseline, Statement("baseline"), "baseline"))
    first, last = min(snapshot.trials), max(snapshot.trials)
    return Plot(
        HISTORY.key,
        HISTORY.label,
        Axis(Statement("Trial"), "count", low=first - 0.5, high=last + 0.5),
        value_axis(snapshot),
        (*series, *marked(snapshot, selected, measured)),
        tuple(levels),
        caption=(*_failed_caption(len(failed)), *thinned(snapshot)),
    )


def _failure(trial: TrialRecord) -> Text:
    reason = (trial.failure or {}).get("kind") or "unknown"
    return Statement("{trial}: {reason}", {"trial": trial_name(trial.number), "reason": str(reason)})


def _failed_caption(failed: int) -> tuple[Statement, ...]:
    return (Statement("Failed trials have no value and stand at the worse end."),) if failed else ()


HISTORY = Chart("history", Statement("History"), build)
