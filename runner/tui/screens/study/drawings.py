"""The charts of a study that are drawn as cells: importance, parallel coordinates, timeline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from textual.content import Content

from runner.console.text import is_share, safe
from runner.store.records import TrialRecord
from runner.tui.desk import Desk
from runner.tui.figures.bars import Bar, bars
from runner.tui.figures.parallel import Dimension, Path, parallel
from runner.tui.figures.timeline import Span, timeline
from runner.tui.screens.study.book import Book
from runner.tui.screens.study.estimating import Estimates
from runner.tui.screens.study.naming import parameter, shown_state, trial_name
from runner.tui.figures.canvas import Canvas, Draw

__all__ = ["importance", "parallel_coordinates", "times", "words"]

#: Trials that are drawn in parallel coordinates, and on a timeline.
_MOST_PATHS, _MOST_SPANS = 120, 200
#: Values of a choice that can be told apart on an axis.
_MOST_NAMES = 12


def words(text: str, desk: Desk) -> Draw:
    """Return what draws a sentence where there is nothing else to draw."""
    return lambda canvas: Content("\n").join(Content.styled(text, desk.palette.muted).wrap(max(1, canvas.width)))


def importance(book: Book, desk: Desk, estimate: Mapping[str, Any] | None = None) -> Draw:
    """Draw how much each parameter decided, by what the study found, else by an estimate from the trials so far."""
    found, t = book.insights.get("importance", estimate), desk.t
    shares = found.get("shares") if isinstance(found, Mapping) else None
    if isinstance(found, Mapping) and isinstance(shares, Mapping) and shares:
        ranked = sorted(((str(name), float(share)) for name, share in shares.items()), key=lambda pair: -pair[1])
        items = [Bar(safe(name, 40), share, desk.language.percent(share)) for name, share in ranked]
        text = t(
            "Share of the differences between trials that each field explains ({method}, {trials:count} trials).",
            method=safe(found.get("method", ""), 40),
            trials=int(found.get("trials") or 0),
        )
        return lambda canvas: Content("\n\n").join([bars(items, canvas, largest=1.0), words(text, desk)(canvas)])
    if isinstance(found, Mapping) and isinstance(found.get("failure"), Mapping):
        return words(
            t("This could not be found out: {reason}", reason=safe(found["failure"].get("reason", ""), 400)), desk
        )
    if book.record.state == "finished":
        return words(t("Not computed: it takes several complete trials that differ."), desk)
    if Estimates.wanted(book) and estimate is None:
        return words(t("Working out how much each parameter decided..."), desk)
    return words(
        t("How much each parameter decides can be told once there are four complete trials that differ."), desk
    )


def parallel_coordinates(book: Book, desk: Desk, chosen: int | None) -> Draw:
    """Draw each trial as a line over its parameters and its value; the best trials where there are too many."""
    ranked = book.ranked
    trials = list(ranked[:_MOST_PATHS])
    own = book.trials.get(chosen) if chosen is not None else None
    if own is not None and own.value is not None and own not in trials:
        trials.append(own)
    names = [name for name in book.parameters if any(trial.params.get(name) is not None for trial in trials)]
    if not trials or not names:
        return words(desk.t("No trial has a value."), desk)
    axes = [_dimension(book, desk, name, trials) for name in names]
    axes.append(_value_dimension(book, desk, trials))
    worst = min(map(book.better, trials))
    range_ = max(map(book.better, trials)) - worst
    paths = [
        Path(
            tuple(places.get(trial.number) for _, places in axes),
            (book.better(trial) - worst) / range_ if range_ > 0 else 1.0,
            trial.number == chosen,
        )
        for trial in reversed(trials)
    ]
    note = ""
    if len(ranked) > len(trials):
        note = desk.t("The best {shown:count} of {all:count} trials", shown=len(trials), all=len(ranked))

    def draw(canvas: Canvas) -> Content:
        drawn = parallel([axis for axis, _ in axes], paths, canvas)
        return Content("\n").join([drawn, words(note, desk)(canvas)]) if note else drawn

    return draw


def times(book: Book, desk: Desk) -> Draw:
    """Draw when each trial ran, the last ones where there are too many."""
    working = book.record.effective_state(desk.clock()) == "running"
    timed = sorted(
        ((trial.started, trial) for trial in book.trials.values() if trial.started is not None),
        key=lambda pair: (pair[0], pair[1].number),
    )
    if not timed:
        return words(desk.t("No trial has begun yet."), desk)
    kept = timed[-_MOST_SPANS:]
    origin = kept[0][0]
    latest = max(trial.finished or trial.started or origin for _, trial in kept)
    now = max(desk.clock(), latest) if working else latest
    spans = [_span(book, desk, trial, origin, now, working=working) for _, trial in kept]
    note = ""
    if len(timed) > len(kept):
        note = desk.t("The last {shown:count} of {all:count} trials", shown=len(kept), all=len(timed))

    def draw(canvas: Canvas) -> Content:
        drawn = timeline(spans, canvas)
        return Content("\n").join([drawn, words(note, desk)(canvas)]) if note else drawn

    return draw


def _span(book: Book, desk: Desk, trial: TrialRecord, origin: datetime, now: datetime, *, working: bool) -> Span:
    started = trial.started or origin
    ended = trial.finished or (now if trial.state == "running" else started)
    name = shown_state(trial, working=working)
    note = "" if trial.value is None else desk.metric(book.record.metric, trial.value)
    start = (started - origin).total_seconds()
    return Span(trial_name(desk, trial.number), start, max(start, (ended - origin).total_seconds()), name, note)


def _value_dimension(
    book: Book, desk: Desk, trials: Sequence[TrialRecord]
) -> tuple[Dimension, dict[int, float | None]]:
    """Return the axis of the study's metric, in per cent where it is a share."""
    metric = book.record.metric
    called = desk.metric_label(metric, book.record.class_scope, 12)
    scale, label = (100.0, f"{called} %") if is_share(metric) else (1.0, called)
    values = {trial.number: trial.value * scale for trial in trials if trial.value is not None}
    return Dimension(label, min(values.values()), max(values.values())), dict(values)


def _dimension(
    book: Book, desk: Desk, name: str, trials: Sequence[TrialRecord]
) -> tuple[Dimension, dict[int, float | None]]:
    """Return the axis of a parameter, and where on it each trial stands."""
    entry = book.record.space.get(name)
    known: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    values = {trial.number: trial.params[name] for trial in trials if trial.params.get(name) is not None}
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values.values())
    if "choices" in known or not numeric:
        names = [parameter(desk, value) for value in known.get("choices") or ()]
        names = list(dict.fromkeys([*names, *(parameter(desk, value) for value in values.values())]))[:_MOST_NAMES]
        places: dict[int, float | None] = {}
        for number, value in values.items():
            told = parameter(desk, value)
            places[number] = float(names.index(told)) if told in names else None
        return Dimension(safe(name, 30), 0.0, float(max(1, len(names) - 1)), names=tuple(names)), places
    low, high = (float(end(values.values())) for end in (min, max))
    low, high = min(low, float(known.get("low", low))), max(high, float(known.get("high", high)))
    log = bool(known.get("log")) and low > 0
    return Dimension(safe(name, 30), low, high, log), {number: float(value) for number, value in values.items()}
