"""How sure a model is, and whether its confidence matches its accuracy."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.contract import Evaluation
from catalog.figures import Axis, Bin, Column, Empty, Figure, Histogram, Part, Plot, Role, Series, Table
from catalog.statement import Statement
from plugins.classification.records import ClassDetails, ConfidenceBin, class_details
from plugins.insights import NOT_RECORDED, insight_of

__all__ = ["confidence", "reliability", "temperature"]

_Z = 1.959964
"""Standard normal quantile of a 95 % interval."""
_CONFIDENCE, _RELIABILITY = Statement("Confidence distribution"), Statement("Reliability")
_TEMPERATURE = Statement("Temperature scaling")
_GROUP = Statement("Confidence")


@dataclass(frozen=True, slots=True)
class _Scores:
    before: Mapping[str, float]
    after: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Calibration:
    """What the study stored of temperature scaling."""

    temperature: float
    rows: int
    validation: _Scores | None = None
    test: _Scores | None = None
    uncalibrated: ClassDetails = field(default_factory=ClassDetails)
    confidence_before: tuple[ConfidenceBin, ...] = ()
    """What modelcat 0.1 stored in place of `uncalibrated`."""

    @property
    def before(self) -> tuple[ConfidenceBin, ...]:
        """Confidence on test without the temperature."""
        return self.uncalibrated.confidence or self.confidence_before


def confidence(evaluation: Evaluation) -> Figure:
    """Count right and wrong answers by confidence."""
    bins = class_details(evaluation).confidence
    filled = [index for index, found in enumerate(bins) if _rows(found)]
    if not filled:
        return Empty("confidence", _CONFIDENCE, NOT_RECORDED, group=_GROUP)
    return Histogram(
        "confidence",
        _CONFIDENCE,
        Axis(Statement("Confidence"), "percent"),
        (Part(Statement("right"), "right"), Part(Statement("wrong"), "wrong")),
        tuple(Bin(found.low, found.high, (found.right, found.wrong)) for found in bins[filled[0] :]),
        caption=(Statement("Right and wrong answers by confidence. Confident errors stand on the right."),),
        group=_GROUP,
    )


def reliability(evaluation: Evaluation, insights: Mapping[str, Any]) -> Figure:
    """Draw the share of right answers over confidence, with Wilson intervals; on test also before the temperature.

    Bins are separate points: a line across bins of few examples would show more than was measured.
    """
    bins = class_details(evaluation).confidence
    if not any(map(_rows, bins)):
        return Empty("reliability", _RELIABILITY, NOT_RECORDED, group=_GROUP)
    calibration = _calibration(insights)
    before: Sequence[ConfidenceBin] = ()
    if isinstance(calibration, _Calibration) and evaluation.split == "test":  # it was measured on these examples
        before = calibration.before
    series = [Series(Statement("perfect"), ((0.0, 0.0), (1.0, 1.0)), "line", "reference")]
    if before:
        series.append(_bins(Statement("before"), before, "before"))
    series.append(_bins(Statement("after") if before else Statement("model"), bins, "after"))
    low = min(found.low for found in (*bins, *before) if _rows(found))
    caption = [
        Statement("On the dashed line a model is as often right as it says. Below it, it is too sure of itself.")
    ]
    return Plot(
        "reliability",
        _RELIABILITY,
        Axis(Statement("Confidence"), "percent", low=low, high=1.0),
        Axis(Statement("Share right"), "percent", low=0.0, high=1.0),
        tuple(series),
        caption=(*caption, *_error(evaluation)),
        group=_GROUP,
    )


def temperature(insights: Mapping[str, Any]) -> Figure:
    """List what temperature scaling changed."""
    found = _calibration(insights)
    if isinstance(found, Statement):
        return Empty("temperature", _TEMPERATURE, found, group=_GROUP)
    scored = [(split, scores) for split, scores in (("test", found.test), ("validation", found.validation)) if scores]
    names = list(dict.fromkeys(name for _, scores in scored for name in scores.before if name in _METRICS))
    rows = tuple(
        (_SPLITS[split], when, *(values.get(name) for name in names))
        for split, scores in scored
        for when, values in ((Statement("before"), scores.before), (Statement("after"), scores.after))
    )
    columns = (Column(Statement("Split")), Column(Statement("Temperature")), *(_METRICS[name] for name in names))
    fitted = {"temperature": found.temperature, "rows": found.rows}
    caption = (
        Statement("Temperature {temperature:number}, fitted on {rows:count} validation rows.", fitted),
        *(() if found.temperature == 1 else (_TOO_SURE if found.temperature > 1 else _TOO_UNSURE,)),
    )
    return Table("temperature", _TEMPERATURE, columns, rows, caption=caption, group=_GROUP)


def _calibration(insights: Mapping[str, Any]) -> _Calibration | Statement:
    missing = Statement("No temperature was fitted: the study is not closed, or its model cannot be calibrated.")
    return insight_of(insights, "calibration", _Calibration, missing)


def _rows(found: ConfidenceBin) -> int:
    return found.right + found.wrong


def _bins(name: Statement, bins: Sequence[ConfidenceBin], role: Role) -> Series:
    filled = [found for found in bins if _rows(found)]
    middles = [(found.low + found.high) / 2 if found.confidence is None else found.confidence for found in filled]
    points = tuple((middle, found.right / _rows(found)) for middle, found in zip(middles, filled, strict=True))
    return Series(
        name,
        points,
        role=role,
        intervals=tuple(_wilson(found.right, _rows(found)) for found in filled),
        labels=tuple(Statement("{rows:count} rows", {"rows": _rows(found)}) for found in filled),
    )


def _wilson(right: int, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    share, spread = right / rows, _Z**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z * math.sqrt(share * (1 - share) / rows + spread / (4 * rows)) / (1 + spread)
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))


def _error(evaluation: Evaluation) -> tuple[Statement, ...]:
    """Return the calibration error with its interval, and how to read that."""
    if "ece" not in evaluation.intervals or "ece" not in evaluation.metrics:
        return ()
    low, high = evaluation.intervals["ece"]
    values = {"error": evaluation.metrics["ece"], "low": low, "high": high}
    return (
        Statement(
            "The expected calibration error is {error:percent} (95 % interval {low:percent} to {high:percent}).", values
        ),
        Statement(
            "Chance alone makes this error larger than 0, the more so the fewer rows there are. Where its interval "
            "begins at 0, a perfectly calibrated model could show as much."
        ),
    )


_METRICS = {
    "ece": Column(Statement("Expected calibration error"), "percent"),
    "log_loss": Column(Statement("Log loss"), "number"),
    "brier_score": Column(Statement("Brier score"), "number"),
}
_SPLITS = {"test": Statement("Test"), "validation": Statement("Validation")}
_TOO_SURE = Statement("It is above 1: the model had been too sure.")
_TOO_UNSURE = Statement("It is below 1: the model had been too unsure.")
