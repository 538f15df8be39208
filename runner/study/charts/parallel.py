"""Parallel coordinates: every trial is a line through its parameters and its value (Inselberg 1985)."""

from collections.abc import Mapping
from dataclasses import replace

from catalog.figures import Figure, ParallelCoordinates, Path, Role
from catalog.statement import Statement
from runner.study.charts.chart import Chart
from runner.study.charts.parts import highlighted, nothing, parameter_axis, trial_name, value_axis
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["PARALLEL"]

_MOST_PATHS = 120


def build(snapshot: StudySnapshot, selected: int | None, _: Mapping[str, str]) -> Figure:
    """Draw the complete trials, only the best if there are many; the selected one and the winner last, on top."""
    numbers = [trial.number for trial in snapshot.ranked[:_MOST_PATHS]]
    roles: dict[int, Role] = dict.fromkeys(reversed(numbers), "complete")
    for number, role in highlighted(snapshot, selected).items():
        roles.pop(number, None)
        roles[number] = role
    trials = [snapshot.trials[number] for number in roles]
    names = [name for name in snapshot.parameters if any(trial.params.get(name) is not None for trial in trials)]
    if not names:
        return nothing(PARALLEL.key, PARALLEL.label, snapshot)
    axes, places = zip(*(parameter_axis(snapshot, name, trials) for name in names), strict=True)
    values = [float(trial.value or 0.0) for trial in trials]
    paths = tuple(
        Path(trial_name(trial.number), (*(place.get(trial.number) for place in places), value), score, role)
        for trial, value, score, role in zip(trials, values, snapshot.scores(trials), roles.values(), strict=True)
    )
    caption = [Statement("Each line is a trial; the stronger, the better.")]
    if len(snapshot.ranked) > len(numbers):
        counts = {"shown": len(numbers), "all": len(snapshot.ranked)}
        caption.append(Statement("The best {shown:count} of {all:count} trials", counts))
    value_dimension = replace(value_axis(snapshot), low=min(values), high=max(values))
    return ParallelCoordinates(PARALLEL.key, PARALLEL.label, (*axes, value_dimension), paths, caption=tuple(caption))


PARALLEL = Chart("parallel", Statement("Parallel coordinates"), build)
