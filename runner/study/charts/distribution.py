"""EDF: the empirical distribution function of the values."""

from collections.abc import Mapping

from catalog.figures import Axis, Figure, Plot, Series
from catalog.statement import Statement
from runner.study.charts.chart import Chart
from runner.study.charts.parts import marked, nothing, trial_name, value_axis
from runner.study.charts.snapshot import MOST_POINTS, StudySnapshot

__all__ = ["EDF"]


def build(snapshot: StudySnapshot, selected: int | None, _: Mapping[str, str]) -> Figure:
    """Draw, for each value, the share of the complete trials that have at most this value."""
    if not snapshot.ranked:
        return nothing(EDF.key, EDF.label, snapshot)
    ordered = sorted(snapshot.ranked, key=lambda trial: (float(trial.value or 0.0), trial.number))
    share = {float(trial.value or 0.0): (index + 1) / len(ordered) for index, trial in enumerate(ordered)}
    step = -(-len(ordered) // MOST_POINTS)
    kept = ordered[:: step or 1]
    if kept[-1] is not ordered[-1]:
        kept.append(ordered[-1])
    points = {trial.number: (value := float(trial.value or 0.0), share[value]) for trial in ordered}
    steps = Series(
        Statement("complete"),
        tuple(points[trial.number] for trial in kept),
        "steps",
        "complete",
        labels=tuple(trial_name(trial.number) for trial in kept),
    )
    return Plot(
        EDF.key,
        EDF.label,
        value_axis(snapshot),
        Axis(Statement("Share of trials"), "percent", low=0.0, high=1.0),
        (steps, *marked(snapshot, selected, points)),
        caption=(Statement("The share of the complete trials whose value is at most the one below."),),
    )


EDF = Chart("edf", Statement("Distribution"), build)
