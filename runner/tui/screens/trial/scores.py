"""All metrics of an evaluation with their intervals."""

from catalog.figures import Axis, Bar, Bars
from catalog.metric import Metric
from runner.tui.context import AppContext
from runner.tui.screens.trial.labels import interval, metric_name, short_name
from runner.tui.screens.trial.trial_view import TrialView

__all__ = ["metric_bars", "metric_rows"]


def metric_bars(view: TrialView, context: AppContext) -> Bars:
    """Return a bar with its interval for each metric that is a share of one and to be maximized."""
    found, bars = view.evaluation, []
    for metric in _ordered(view):
        if found and _has_bar(metric):
            low, high = found.intervals.get(metric.name, (None, None))
            bars.append(Bar(short_name(metric, context), found.metrics[metric.name], "main", low, high))
    return Bars("metrics", "", Axis("", "percent", low=0.0, high=1.0), tuple(bars))


def metric_rows(view: TrialView, context: AppContext) -> list[tuple[str, str]]:
    """Return name and value with interval of each metric that has no bar."""
    if view.evaluation is None:
        return []
    metrics, ends = view.evaluation.metrics, view.evaluation.intervals

    def value(metric: Metric) -> str:
        shown = context.metric(metric, metrics[metric.name])
        return f"{shown} {interval(metric, ends.get(metric.name), context)}".strip()

    return [(metric_name(metric, context), value(metric)) for metric in _ordered(view) if not _has_bar(metric)]


def _has_bar(metric: Metric) -> bool:
    return metric.format == "percent" and metric.maximize


def _ordered(view: TrialView) -> list[Metric]:
    """Return the measured metrics, those that the study knows first and in their order."""
    if view.evaluation is None:
        return []
    measured, study = view.evaluation.metrics, view.facts.study
    known = [str(stored.get("name")) for stored in study.metrics]
    names = [name for name in known if name in measured] + [name for name in measured if name not in known]
    return [study.metric_of(name) for name in names]
