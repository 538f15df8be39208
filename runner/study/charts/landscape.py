"""Contour and rank: the values of the trials over two parameters."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from catalog.figures import Axis, Empty, Figure, Plot, Series, Surface, Text
from catalog.statement import Statement, Value
from runner.store.records import TrialRecord
from runner.study.charts.chart import Chart, Option
from runner.study.charts.parts import marked, nothing, parameter_axis, shown, thinned, trial_name, value_axis
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["CONTOUR", "RANK"]

_CELLS = 24
"""Columns and rows of the surface over parameters that are numbers."""
_WIDTH = 0.08
"""Standard deviation of the kernel, as a share of an axis."""
_REACH = 2.5
"""Widths of the kernel beyond which a trial has no influence on a point."""


def contour(snapshot: StudySnapshot, selected: int | None, options: Mapping[str, str]) -> Figure:
    """Draw the trials over a surface of their values, smoothed by a Gaussian kernel (Nadaraya 1964, Watson 1964)."""
    trials = _trials(snapshot, options)
    plot = _points(CONTOUR, snapshot, selected, options, trials)
    if isinstance(plot, Empty):
        return plot
    values = [float(trial.value or 0.0) for trial in trials]
    surface = _surface(plot.x, plot.y, plot.series[0].points, values, value_axis(snapshot))
    caption = (Statement("Shades are means of the trials nearby; where there are none, nothing is known."),)
    return replace(plot, surface=surface, caption=(*caption, *plot.caption))


def rank(snapshot: StudySnapshot, selected: int | None, options: Mapping[str, str]) -> Figure:
    """Draw the trials shaded by their rank among all of them, so that an outlier cannot flatten the scale."""
    plot = _points(RANK, snapshot, selected, options, _trials(snapshot, options))
    if isinstance(plot, Empty):
        return plot
    order = sorted(set(plot.series[0].scores))
    share = {score: index / max(1, len(order) - 1) for index, score in enumerate(order)}
    ranked = replace(plot.series[0], scores=tuple(share[score] for score in plot.series[0].scores))
    caption = (Statement("Shaded by rank among these trials; the stronger, the better."),)
    return replace(plot, series=(ranked, *plot.series[1:]), caption=(*caption, *plot.caption))


def _trials(snapshot: StudySnapshot, options: Mapping[str, str]) -> list[TrialRecord]:
    """Return the complete trials that have both parameters."""
    wanted = _parameters(snapshot, options)
    return [
        trial
        for trial in shown(snapshot, None, pruned=False)
        if trial.state == "complete" and all(trial.params.get(name) is not None for name in wanted)
    ]


def _parameters(snapshot: StudySnapshot, options: Mapping[str, str]) -> tuple[str, str]:
    """Return both parameters; if one is chosen twice, the second is replaced by another one."""
    first, second = options["x"], options["y"]
    return first, next((name for name in _varied(snapshot) if name != first), "") if first == second else second


def _points(
    chart: Chart,
    snapshot: StudySnapshot,
    selected: int | None,
    options: Mapping[str, str],
    trials: Sequence[TrialRecord],
) -> Plot | Empty:
    if not snapshot.ranked:
        return nothing(chart.key, chart.label, snapshot)
    if len(_varied(snapshot)) < 2:
        reason = Statement("It takes two parameters of which the trials have several values.")
        return Empty(chart.key, chart.label, reason)
    if not trials:
        return Empty(chart.key, chart.label, Statement("No complete trial has both parameters."))
    (x, across), (y, up) = (parameter_axis(snapshot, name, trials) for name in _parameters(snapshot, options))
    series = Series(
        Statement("complete"),
        tuple((across[trial.number], up[trial.number]) for trial in trials),
        role="complete",
        labels=tuple(_label(snapshot, trial) for trial in trials),
        scores=snapshot.scores(trials),
    )
    points = {trial.number: (across[trial.number], up[trial.number]) for trial in trials}
    return Plot(chart.key, chart.label, x, y, (series, *marked(snapshot, selected, points)), caption=thinned(snapshot))


def _label(snapshot: StudySnapshot, trial: TrialRecord) -> Text:
    values: dict[str, Value] = {"trial": trial_name(trial.number), "value": float(trial.value or 0.0)}
    if value_axis(snapshot).format == "percent":
        return Statement("{trial}: {value:percent}", values)
    return Statement("{trial}: {value:number}", values)


def _surface(x: Axis, y: Axis, places: Sequence[tuple[float, float]], values: Sequence[float], scale: Axis) -> Surface:
    """Return the smoothed values in the middle of each cell of a grid."""
    columns, rows = _centres(x), _centres(y)
    points = [(_share(x, across), _share(y, up), value) for (across, up), value in zip(places, values, strict=True)]
    grid = tuple(tuple(_smoothed(_share(x, column), _share(y, row), points) for column in columns) for row in rows)
    return Surface(columns, rows, grid, scale)


def _smoothed(x: float, y: float, points: Sequence[tuple[float, float, float]]) -> float | None:
    near = [((x - px) ** 2 + (y - py) ** 2, value) for px, py, value in points]
    weighed = [(math.exp(-d / (2 * _WIDTH**2)), value) for d, value in near if d <= (_REACH * _WIDTH) ** 2]
    total = sum(weight for weight, _ in weighed)
    return sum(weight * value for weight, value in weighed) / total if total > 0 else None


def _centres(axis: Axis) -> tuple[float, ...]:
    if axis.categories:
        return tuple(float(index) for index in range(len(axis.categories)))
    assert axis.low is not None
    assert axis.high is not None
    low, high = (math.log(axis.low), math.log(axis.high)) if axis.scale == "log" else (axis.low, axis.high)
    centres = [low + (index + 0.5) * (high - low) / _CELLS for index in range(_CELLS)]
    return tuple(map(math.exp, centres) if axis.scale == "log" else centres)


def _share(axis: Axis, value: float) -> float:
    """Return the position of a value along an axis; categories are so far apart that none influences another."""
    if axis.categories:
        return value
    assert axis.low is not None
    assert axis.high is not None
    low, high = axis.low, axis.high
    if axis.scale == "log":
        value, low, high = math.log(value), math.log(low), math.log(high)
    return (value - low) / (high - low) if high > low else 0.5


def _varied(snapshot: StudySnapshot) -> Mapping[str, Text]:
    """Return the parameters that have several values among the complete trials."""
    return {
        name: name
        for name in snapshot.parameters
        if len({repr(trial.params[name]) for trial in snapshot.ranked if trial.params.get(name) is not None}) > 1
    }


def _second_first(snapshot: StudySnapshot) -> Mapping[str, Text]:
    names = list(_varied(snapshot))
    return {name: name for name in (*names[1:], *names[:1])}


_OPTIONS = (
    Option("x", Statement("Horizontal axis"), _varied),
    Option("y", Statement("Vertical axis"), _second_first),
)
CONTOUR = Chart("contour", Statement("Contour"), contour, _OPTIONS)
RANK = Chart("rank", Statement("Rank"), rank, _OPTIONS)
