"""Shared parts of several charts: axes, series of trials, and the reasons for an empty figure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from catalog.figures import Axis, Empty, Role, Series, Text
from catalog.statement import Statement
from runner.presentation.metrics import metric_axis
from runner.store.records import TrialRecord
from runner.study.charts.snapshot import StudySnapshot

__all__ = [
    "by_group",
    "figure_key",
    "highlighted",
    "marked",
    "nothing",
    "parameter_axis",
    "parameter_choices",
    "shown",
    "thinned",
    "trial_name",
    "value_axis",
]

_GROUPS: Mapping[str, tuple[Statement, Role]] = {
    "given": (Statement("given"), "given"),
    "recipe": (Statement("recipe"), "recipe"),
    "search": (Statement("search"), "complete"),
    "pruned": (Statement("pruned"), "pruned"),
}


def trial_name(number: int) -> Statement:
    """Return the label of a trial."""
    return Statement("trial {number:count}", {"number": number})


def figure_key(*parts: str) -> str:
    """Return a key made of names that may hold any characters."""
    return "-".join(filter(None, (re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)))


def nothing(key: str, title: Statement, snapshot: StudySnapshot) -> Empty:
    """Return the figure of a study without any value."""
    reason = Statement("No trial has a value.") if snapshot.trials else Statement("There is no trial yet.")
    return Empty(key, title, reason)


def thinned(snapshot: StudySnapshot) -> tuple[Statement, ...]:
    """Return the sentence of a caption that says that not all trials are shown; none if all are."""
    held = sum(len(trials) for trials in snapshot.groups.values())
    total = sum(1 for trial in snapshot.trials.values() if trial.value is not None or trial.state == "failed")
    if held >= total:
        return ()
    values = {"all": total, "shown": held}
    return (
        Statement("Of {all:count} trials the best and an even sample of the others, {shown:count} in all.", values),
    )


def value_axis(snapshot: StudySnapshot) -> Axis:
    """Return the axis of the study's metric."""
    return metric_axis(snapshot.record.tuned)


def shown(snapshot: StudySnapshot, selected: int | None, *, pruned: bool = True) -> list[TrialRecord]:
    """Return the trials with a value that a chart shows, in ascending order; the selected one and the winner always."""
    kept = {
        trial.number: trial
        for group, trials in snapshot.groups.items()
        if group != "failed" and (pruned or group != "pruned")
        for trial in trials
    }
    kept |= {number: snapshot.trials[number] for number in highlighted(snapshot, selected)}
    return [kept[number] for number in sorted(kept)]


def highlighted(snapshot: StudySnapshot, selected: int | None, *, valued: bool = True) -> dict[int, Role]:
    """Return the winner and the selected trial with their roles, the selected one last.

    Args:
        snapshot: The study.
        selected: The trial under the cursor.
        valued: Whether to leave out those without a value.
    """
    roles: tuple[tuple[int | None, Role], ...] = ((snapshot.winner, "winner"), (selected, "selected"))
    found: dict[int, Role] = {}
    for number, role in roles:
        trial = None if number is None else snapshot.trials.get(number)
        if trial is not None and not (valued and trial.value is None):
            found.pop(trial.number, None)
            found[trial.number] = role
    return found


def by_group(snapshot: StudySnapshot, places: Mapping[int, float]) -> list[Series]:
    """Return the trials that have an x in `places`, as points by origin; the pruned ones separately."""
    series = []
    for group, (name, role) in _GROUPS.items():
        found = [trial for trial in snapshot.groups[group] if trial.number in places]
        if found:
            points = tuple((places[trial.number], float(trial.value or 0.0)) for trial in found)
            series.append(Series(name, points, role=role, labels=tuple(trial_name(trial.number) for trial in found)))
    return series


def marked(snapshot: StudySnapshot, selected: int | None, points: Mapping[int, tuple[float, float]]) -> list[Series]:
    """Return the points of the selected trial and the winner, if they have any, to be drawn on top."""
    wanted: tuple[tuple[int | None, Statement, Role], ...] = (
        (selected, Statement("selected"), "selected"),
        (snapshot.winner, Statement("winner"), "winner"),
    )
    return [
        Series(name, (points[number],), role=role, labels=(trial_name(number),))
        for number, name, role in wanted
        if number is not None and number in points
    ]


def parameter_choices(snapshot: StudySnapshot) -> Mapping[str, Text]:
    """Return the tuned parameters, for an option."""
    return {name: name for name in snapshot.parameters}


def parameter_axis(snapshot: StudySnapshot, name: str, trials: Iterable[TrialRecord]) -> tuple[Axis, dict[int, float]]:
    """Return the axis of a parameter over the searched and the tried values, and the position of each trial on it.

    It is logarithmic if the parameter was searched on that scale. Values that are not numbers are categories: choices
    in the order of the space, then others as they occur.
    """
    entry = snapshot.record.space.get(name)
    space: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    values = {trial.number: trial.params[name] for trial in trials if trial.params.get(name) is not None}
    if "choices" in space or not all(_is_number(value) for value in values.values()):
        return _categories(name, space.get("choices") or (), values)
    ends = [float(space[end]) for end in ("low", "high") if _is_number(space.get(end))]
    ends += [float(value) for value in values.values()]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    whole = all(isinstance(value, int) for value in values.values())
    scale: Literal["linear", "log"] = "log" if space.get("log") and low > 0 else "linear"
    axis = Axis(name, "count" if whole else "number", scale=scale, low=low, high=high)
    return axis, {number: float(value) for number, value in values.items()}


def _categories(name: str, choices: Sequence[Any], values: Mapping[int, Any]) -> tuple[Axis, dict[int, float]]:
    known: Collection[str] = dict.fromkeys(map(repr, (*choices, *values.values())))
    called = {repr(value): _called(value) for value in (*choices, *values.values())}
    places = {value: float(index) for index, value in enumerate(known)}
    axis = Axis(name, "text", categories=tuple(called[value] for value in known))
    return axis, {number: places[repr(value)] for number, value in values.items()}


def _called(value: Any) -> Text:
    if isinstance(value, bool):
        return Statement("yes") if value else Statement("no")
    return Statement("{value:number}", {"value": value}) if isinstance(value, float) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
