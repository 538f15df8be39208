"""Slice: the values of the trials over one parameter."""

from collections.abc import Mapping

from catalog.figures import Figure, Plot
from catalog.statement import Statement
from runner.study.charts.chart import Chart, Option
from runner.study.charts.parts import (
    by_group,
    marked,
    nothing,
    parameter_axis,
    parameter_choices,
    shown,
    thinned,
    value_axis,
)
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["SLICE"]


def build(snapshot: StudySnapshot, selected: int | None, options: Mapping[str, str]) -> Figure:
    """Draw the trials that have the parameter, by origin."""
    trials = shown(snapshot, selected)
    axis, places = parameter_axis(snapshot, options["parameter"], trials)
    series = by_group(snapshot, places)
    if not series:
        return nothing(SLICE.key, SLICE.label, snapshot)
    points = {t.number: (places[t.number], float(t.value or 0.0)) for t in trials if t.number in places}
    return Plot(
        SLICE.key,
        SLICE.label,
        axis,
        value_axis(snapshot),
        (*series, *marked(snapshot, selected, points)),
        caption=thinned(snapshot),
    )


SLICE = Chart("slice", Statement("Slice"), build, (Option("parameter", Statement("Parameter"), parameter_choices),))
