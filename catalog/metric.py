"""A metric as a record: its labels, which way it improves, and the format of its values.

A task names its metrics once; every front end, log and export takes label and format from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

from catalog.statement import Statement, from_json, to_json

__all__ = ["LOSS", "Direction", "Metric", "MetricFormat", "metric_from_json", "metric_to_json", "unknown_metric"]

MetricFormat = Literal["percent", "number", "seconds", "count"]
"""The format of a value: a share of one in per cent, a plain number, a duration in seconds, or a whole number."""


class Direction(StrEnum):
    """Which way a metric improves."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure of how good a model is.

    Attributes:
        name: Its key in specs, JSON and the store: ``"roc_auc"``.
        direction: Which way it improves.
        label: Its name on its own, as in a heading: ``Precision of fraud``.
        phrase: Its name within a sentence: ``precision of fraud``.
        format: The format of its values.
        explanation: What it measures, in one line; None if the label is enough.
        low: Its smallest possible value; None if there is none.
        high: Its largest possible value; None if there is none.
        of: The class to which it refers, if any; text of the data. Two values can be compared only if this is the same.
    """

    name: str
    direction: Direction
    label: Statement
    phrase: Statement
    format: MetricFormat = "number"
    explanation: Statement | None = None
    low: float | None = None
    high: float | None = None
    of: str | None = None

    @property
    def maximize(self) -> bool:
        """Whether larger values are better."""
        return self.direction is Direction.MAXIMIZE

    def better(self, value: float, other: float) -> bool:
        """Return whether `value` is better than `other`."""
        return value > other if self.maximize else value < other

    def gain(self, value: float, other: float) -> float:
        """Return how much better `value` is than `other`; negative if it is worse."""
        return value - other if self.maximize else other - value

    def shortened(self, width: int) -> "Metric":
        """Return the metric with names in its labels cut to `width` characters, of which the last is an ellipsis."""
        return replace(self, label=_shortened(self.label, width), phrase=_shortened(self.phrase, width))


LOSS = Metric("loss", Direction.MINIMIZE, Statement("Loss"), Statement("loss"))
"""The value that every training minimises; each measurement has it in addition to the metrics of its task."""


def unknown_metric(name: str, direction: Direction = Direction.MAXIMIZE) -> Metric:
    """Return a record for a metric that no task describes: its name, and its values as plain numbers."""
    text = Statement("{name}", {"name": name})
    return Metric(name, direction, text, text)


def metric_to_json(metric: Metric) -> dict[str, Any]:
    """Return a metric as JSON, as a study keeps it."""
    return {
        "name": metric.name,
        "direction": metric.direction.value,
        "label": to_json(metric.label),
        "phrase": to_json(metric.phrase),
        "format": metric.format,
        "explanation": None if metric.explanation is None else to_json(metric.explanation),
        "low": metric.low,
        "high": metric.high,
        "of": metric.of,
    }


def metric_from_json(stored: Mapping[str, Any]) -> Metric:
    """Return the metric that `metric_to_json` wrote.

    Raises:
        ValueError: It is not a metric.
        KeyError: A field is missing.
        TypeError: A field is of another type.
    """
    explanation = stored["explanation"]
    if stored["format"] not in {"percent", "number", "seconds", "count"} or not isinstance(stored["name"], str):
        raise ValueError(f"no metric: {stored!r}")
    return Metric(
        stored["name"],
        Direction(stored["direction"]),
        from_json(stored["label"]),
        from_json(stored["phrase"]),
        stored["format"],
        None if explanation is None else from_json(explanation),
        None if stored["low"] is None else float(stored["low"]),
        None if stored["high"] is None else float(stored["high"]),
        None if stored["of"] is None else str(stored["of"]),
    )


def _shortened(statement: Statement, width: int) -> Statement:
    values = {
        name: f"{value[: max(0, width - 1)]}…" if isinstance(value, str) and len(value) > width else value
        for name, value in statement.values.items()
    }
    return Statement(statement.template, values)
