"""Timeline: when each trial ran."""

from collections.abc import Mapping
from datetime import datetime

from catalog.figures import Empty, Figure, Role, Span, Text, Timeline
from catalog.statement import Statement
from runner.store.records import TrialRecord
from runner.study.charts.chart import Chart
from runner.study.charts.parts import trial_name, value_axis
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["TIMELINE"]

_MOST_SPANS = 200


def build(snapshot: StudySnapshot, _selected: int | None, _options: Mapping[str, str]) -> Figure:
    """Draw the trials by the time at which they began; only the last ones if there are many."""
    timed = sorted(
        ((trial.started, trial) for trial in snapshot.trials.values() if trial.started is not None),
        key=lambda pair: (pair[0], pair[1].number),
    )
    if not timed:
        return Empty(TIMELINE.key, TIMELINE.label, Statement("No trial has begun yet."))
    kept = timed[-_MOST_SPANS:]
    origin = kept[0][0]
    latest = max(trial.finished or started for started, trial in kept)
    now = max(snapshot.now, latest) if snapshot.running else latest
    spans = tuple(_span(snapshot, trial, started, origin) for started, trial in kept)
    counts = {"shown": len(kept), "all": len(timed)}
    caption = (Statement("The last {shown:count} of {all:count} trials", counts),) if len(timed) > len(kept) else ()
    return Timeline(TIMELINE.key, TIMELINE.label, spans, (now - origin).total_seconds(), caption=caption)


def _span(snapshot: StudySnapshot, trial: TrialRecord, started: datetime, origin: datetime) -> Span:
    start = (started - origin).total_seconds()
    end = None if trial.finished is None else max(start, (trial.finished - origin).total_seconds())
    role: Role = trial.state
    if trial.state == "running" and not snapshot.running:
        role, end = "other", start if end is None else end  # its end is not known
    return Span(trial_name(trial.number), start, end, role, _note(snapshot, trial, role))


def _note(snapshot: StudySnapshot, trial: TrialRecord, role: Role) -> Text | None:
    if role == "other":
        return Statement("interrupted")
    if trial.value is None:
        return None
    percent = value_axis(snapshot).format == "percent"
    return Statement("{value:percent}" if percent else "{value:number}", {"value": trial.value})


TIMELINE = Chart("timeline", Statement("Timeline"), build)
