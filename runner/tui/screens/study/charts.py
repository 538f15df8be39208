"""The charts of a study, as data: what `runner.tui.widgets.chart` draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from runner.presentation.labels import msgid
from runner.presentation.text import is_share, safe
from runner.store.records import EpochRecord, EvaluationRecord, TrialRecord
from runner.tui.desk import Desk
from runner.tui.naming import origin, trial_name
from runner.tui.screens.study.book import Book
from runner.tui.widgets.chart import Axis, Drawing, Series

__all__ = ["CHARTS", "Judged", "SpeedAxis", "curves", "curves_wanted", "history", "judged_of", "pareto", "slice_of"]

CHARTS: Mapping[str, str] = {
    "history": msgid("History"),
    "importance": msgid("Importance"),
    "parallel": msgid("Parallel"),
    "slice": msgid("Slice"),
    "timeline": msgid("Timeline"),
    "curves": msgid("Curves"),
    "pareto": msgid("Speed"),
}
"""The charts in their order, by key."""

_MEGABYTE = 1e6
#: Learning curves that can be told apart, the one under the cursor aside.
_MOST_CURVES = 8

#: Place of each group's mark among the glyphs', and of its colour among the palette's.
_LOOKS = {"given": 3, "recipe": 2, "search": 0, "pruned": 5}

SpeedAxis = Literal["speed", "size"]


@dataclass(frozen=True, slots=True)
class Judged:
    """How good, how fast and how large a trial's model is: texts a second on validation, MB on disk."""

    value: float
    speed: float | None
    size: float | None


def judged_of(records: Sequence[EvaluationRecord], metric: str) -> dict[int, Judged]:
    """Return what evaluations tell of each trial's model, by number; those of other models are left out."""
    found = {}
    for record in records:
        kind, _, number = record.subject.partition("/")
        value = record.metrics.get(metric)
        if (
            kind == "trial"
            and number.isascii()
            and number.isdigit()
            and record.split == "validation"
            and value is not None
        ):
            seconds, size = record.details.get("seconds"), record.details.get("model_bytes")
            found[int(number)] = Judged(
                value, record.rows / seconds if seconds else None, size / _MEGABYTE if size else None
            )
    return found


def history(book: Book, desk: Desk, chosen: int | None) -> Drawing | None:
    """Draw each trial's value by its number, the best so far, and the levels of given configuration and baseline."""
    places = {trial.number: float(trial.number) for trials in book.spread.values() for trial in trials}
    series = _by_origin(book, desk, places)
    if not series:
        return None
    series.insert(0, Series(desk.t("best so far"), book.best_so_far, "steps", desk.palette.muted))
    if failed := book.spread["failed"]:
        floor = min(value for one in series for _, value in one.points)
        points = tuple((float(trial.number), floor) for trial in failed)
        series.append(Series(desk.t("failed"), points, "scatter", desk.palette.bad, desk.glyphs.states["failed"]))
    series += _chosen(book, desk, chosen, None if chosen is None else float(chosen))
    series += _kept(book, desk, {number: float(number) for number in book.trials})
    levels = []
    if book.given is not None and book.given.value is not None:
        levels.append((book.given.value, desk.t("given")))
    if book.baseline is not None:
        levels.append((book.baseline, desk.t("baseline")))
    return Drawing(tuple(series), Axis(desk.t("Trial"), "count"), _value_axis(book, desk), levels=tuple(levels))


def slice_of(book: Book, desk: Desk, name: str, chosen: int | None) -> Drawing | None:
    """Draw the values over one parameter; on a logarithmic axis where it was searched on one."""
    own = [book.trials[chosen]] if chosen is not None and chosen in book.trials else []
    spread = [trial for group, trials in book.spread.items() if group != "failed" for trial in trials]
    trials = [trial for trial in (*spread, *own) if trial.value is not None and trial.params.get(name) is not None]
    if not trials:
        return None
    axis, places = _parameter_axis(book, desk, name, trials)
    series = _by_origin(book, desk, places) + _chosen(book, desk, chosen, places.get(own[0].number) if own else None)
    return Drawing((*series, *_kept(book, desk, places)), axis, _value_axis(book, desk))


def curves_wanted(book: Book, chosen: int | None) -> tuple[int, ...]:
    """Return the trials whose learning curves are drawn: the best, those that run, and the one under the cursor."""
    running = [trial.number for trial in book.trials.values() if trial.state == "running"]
    best = [trial.number for trial in book.ranked]
    others = [trial.number for trial in book.trials.values() if trial.state == "pruned"]
    kept = [] if book.best is None else [book.best]
    wanted = list(dict.fromkeys((*running[-3:], *kept, *best, *reversed(others))))[:_MOST_CURVES]
    return tuple(dict.fromkeys((*wanted, *([] if chosen is None else [chosen]))))


def curves(book: Book, desk: Desk, found: Mapping[int, Sequence[EpochRecord]], chosen: int | None) -> Drawing | None:
    """Draw the study's metric over the epochs of many trials, the one under the cursor on top."""
    metric, series = book.record.metric, []
    for place, number in enumerate(sorted(curves_wanted(book, chosen), key=lambda one: one == chosen)):
        measured = [(epoch.epoch, epoch.metrics.get(metric)) for epoch in found.get(number, ())]
        points = tuple((epoch, value) for epoch, value in measured if value is not None)
        if points:
            mine = number == chosen
            color = desk.palette.accent if mine else desk.palette.series[(place + 1) % len(desk.palette.series)]
            mark = desk.glyphs.star if mine else desk.glyphs.series[place % len(desk.glyphs.series)]
            series.append(
                Series(trial_name(desk, number), points, "line" if len(points) > 1 else "scatter", color, mark)
            )
    if not series:
        return None
    return Drawing(tuple(series), Axis(desk.t("Epoch"), "number"), _value_axis(book, desk))


def pareto(book: Book, desk: Desk, judged: Mapping[int, Judged], by: SpeedAxis, chosen: int | None) -> Drawing | None:
    """Draw how good the trials' models are over their speed or size, and those that no other beats in both."""
    places = {number: value for number, one in judged.items() if (value := getattr(one, by))}
    if not places:
        return None
    ordered = sorted(places, key=lambda number: -places[number] if by == "speed" else places[number])
    front: list[tuple[float, float]] = []
    for number in ordered:
        value = judged[number].value
        if not front or (value > front[-1][1] if book.maximize else value < front[-1][1]):
            front.append((places[number], value))
    name = desk.t("on the front")
    series = [Series(name, tuple(sorted(front)), "steps", desk.palette.good), *_by_origin(book, desk, places)]
    series += _chosen(book, desk, chosen, None if chosen is None else places.get(chosen))
    series += _kept(book, desk, places)
    label = desk.t("texts a second") if by == "speed" else desk.t("size in MB")
    return Drawing(tuple(series), Axis(label, "log"), _value_axis(book, desk))


def _by_origin(book: Book, desk: Desk, places: Mapping[int, float]) -> list[Series]:
    """Return scatters of the trials that have a place: a mark for each origin, another for those that were pruned."""
    series = []
    for group, look in _LOOKS.items():
        found = [(trial.number, trial.value) for trial in book.spread[group]]
        points = tuple((places[number], value) for number, value in found if number in places and value is not None)
        if points:
            name = desk.t("pruned") if group == "pruned" else origin(desk, group)
            color = desk.palette.warn if group == "pruned" else desk.palette.series[look]
            series.append(Series(name, points, "scatter", color, desk.glyphs.series[look]))
    return series


def _chosen(book: Book, desk: Desk, number: int | None, place: float | None) -> list[Series]:
    """Return the trial under the cursor, where it has a place."""
    trial = book.trials.get(number) if number is not None else None
    if trial is None or trial.value is None or place is None:
        return []
    point = ((place, trial.value),)
    return [Series(trial_name(desk, trial.number), point, "scatter", desk.palette.accent, desk.glyphs.mark)]


def _kept(book: Book, desk: Desk, places: Mapping[int, float]) -> list[Series]:
    """Return the trial that the table stars once a study is closed: the one whose configuration is kept."""
    trial = book.trials.get(book.best) if book.best is not None and book.record.winner is not None else None
    if trial is None or trial.value is None or trial.number not in places:
        return []
    point = ((places[trial.number], trial.value),)
    return [Series(desk.t("kept"), point, "scatter", desk.palette.accent, desk.glyphs.star)]


def _value_axis(book: Book, desk: Desk) -> Axis:
    label = desk.metric_label(book.record.metric, book.record.class_scope, 16)
    return Axis(label, "percent" if is_share(book.record.metric) else "number")


def _parameter_axis(book: Book, desk: Desk, name: str, trials: Sequence[TrialRecord]) -> tuple[Axis, dict[int, float]]:
    """Return the axis of a parameter, and where on it each trial stands."""
    entry = book.record.space.get(name)
    known: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    values = [trial.params[name] for trial in trials]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if "choices" in known or not numbers:
        names = [desk.value(value) for value in known.get("choices") or ()]
        names += sorted({desk.value(value) for value in values} - set(names))
        places = {trial.number: float(names.index(desk.value(trial.params[name]))) for trial in trials}
        return Axis(safe(name, 40), "number", names=tuple(names)), places
    log = bool(known.get("log")) and min(values) > 0
    return Axis(safe(name, 40), "log" if log else "number"), {
        trial.number: float(trial.params[name]) for trial in trials
    }
