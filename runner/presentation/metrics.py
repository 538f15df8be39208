"""How metrics are called and their values written, in English; front ends translate the same records."""

from collections.abc import Callable

from catalog.figures import Axis, Format
from catalog.metric import Metric
from catalog.statement import Statement, Value
from runner.presentation.english import english
from runner.presentation.labels import NOTHING
from runner.presentation.text import duration

__all__ = ["difference_format", "metric_axis", "metric_phrase", "metric_value", "with_metrics"]

_NAMED = 40


def metric_phrase(metric: Metric, width: int = _NAMED) -> str:
    """Return what a metric is called within a sentence, class names in it cut to `width` characters."""
    return english(metric.shortened(width).phrase)


def metric_value(metric: Metric, value: float | None) -> str:
    """Return a value of a metric with its unit: shares of one in per cent."""
    if value is None:
        return NOTHING
    match metric.format:
        case "percent":
            return f"{value * 100:.1f} %"
        case "seconds":
            return duration(value, "{:.2g}".format)
        case "count":
            return f"{value:,.0f}"
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:,.1f}"


def difference_format(metric: Metric) -> Format:
    """Return how a difference between two values is written: of shares in points of a hundred."""
    return "points" if metric.format == "percent" else metric.format


def metric_axis(metric: Metric) -> Axis:
    """Return the axis of a metric's values."""
    return Axis(metric.label, metric.format, better="high" if metric.maximize else "low")


def with_metrics(statement: Statement, find: Callable[[str], Metric]) -> Statement:
    """Return the statement with names of metrics, which its values ``metric`` hold, replaced by their phrases.

    Statements that modelcat 0.1 stored hold bare names.
    """
    values: dict[str, Value] = {}
    for name, value in statement.values.items():
        if isinstance(value, Statement):
            values[name] = with_metrics(value, find)
        else:
            values[name] = find(value).phrase if name == "metric" and isinstance(value, str) else value
    return Statement(statement.template, values)
