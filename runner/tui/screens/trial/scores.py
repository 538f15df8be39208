"""All metrics of an evaluation with their intervals."""

from collections.abc import Mapping

from catalog.figures import Axis, Bar, Bars
from runner.presentation.metrics import METRICS
from runner.presentation.text import is_share
from runner.tui.desk import Desk
from runner.tui.screens.trial.telling import interval, metric_name, short_name
from runner.tui.screens.trial.view import View

__all__ = ["metric_bars", "metric_rows"]


def metric_bars(view: View, desk: Desk) -> Bars:
    """Return a bar with its interval for each metric that is a share of one."""
    found, bars = view.evaluation, []
    for name in _ordered(found.metrics) if found else ():
        if found and is_share(name) and name != "ece":
            low, high = found.intervals.get(name, (None, None))
            label = short_name(name, desk, evaluation_scope(found))
            bars.append(Bar(label, found.metrics[name], "main", low, high))
    return Bars("metrics", "", Axis("", "percent", low=0.0, high=1.0), tuple(bars))


def metric_rows(view: View, desk: Desk, *, shares: bool = True) -> list[tuple[str, str]]:
    """Return name and value with interval of each metric; without `shares` only of those that have no bar."""
    if view.evaluation is None:
        return []
    metrics, ends = view.evaluation.metrics, view.evaluation.intervals
    scope = evaluation_scope(view.evaluation)
    return [
        (
            metric_name(name, desk, scope),
            f"{desk.metric(name, metrics[name])} {interval(name, ends.get(name), desk)}".strip(),
        )
        for name in _ordered(metrics)
        if shares or not is_share(name) or name == "ece"
    ]


def _ordered(metrics: Mapping[str, float]) -> list[str]:
    """Return the names that there are, known ones first and in their order."""
    return [name for name in METRICS if name in metrics] + [name for name in metrics if name not in METRICS]
