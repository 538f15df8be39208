"""How sure a model is: bins of confidence for the histogram and the reliability curve, and means of right and wrong."""

from collections.abc import Sequence

from catalog.results import ConfidenceBin
from runner.tui.desk import Desk
from runner.tui.figures.columns import Stack
from runner.tui.reading import Predictions
from runner.tui.widgets.chart import Axis, Drawing, Series

__all__ = ["mean_confidence", "reliability", "stacks"]

_MOST_BINS = 12


def stacks(bins: Sequence[ConfidenceBin], desk: Desk) -> tuple[Stack, ...]:
    """Return a column for each bin, right answers below wrong ones; empty bins at the low end are left out."""
    first = next((place for place, found in enumerate(bins) if found.right + found.wrong), len(bins))
    shown = list(bins[first:])
    if len(shown) > _MOST_BINS:
        shown = [_joined(bins[place : place + 2]) for place in range(first - first % 2, len(bins), 2)]
    return tuple(
        Stack(
            desk.language.decimal(found.low * 100, 0),
            (float(found.right), float(found.wrong)),
            desk.language.count(found.right + found.wrong),
        )
        for found in shown
    )


def reliability(bins: Sequence[ConfidenceBin], before: Sequence[ConfidenceBin], desk: Desk) -> Drawing | None:
    """Return the share that is right over confidence, beside the diagonal on which both are equal.

    Args:
        bins: Of the model.
        before: Of the model before its temperature was fitted; empty where there is none.
        desk: Words and colours.
    """
    points = _points(bins)
    if not points:
        return None
    palette, glyphs, t = desk.palette, desk.glyphs, desk.t
    low = min(0.5, *(point[0] for point in (*points, *_points(before))))
    low = 0.5 if low >= 0.5 else 0.0
    series = [
        Series(t("perfect"), ((low, low), (1.0, 1.0)), "line", palette.muted, glyphs.bullet),
        Series(t("after") if before else t("Share right"), points, "line", palette.series[0], glyphs.series[0]),
    ]
    if earlier := _points(before):
        series.append(Series(t("before"), earlier, "scatter", palette.series[1], glyphs.series[1]))
    return Drawing(
        tuple(series),
        Axis(t("Confidence"), "percent", low, 1.0),
        Axis(t("Share right"), "percent", None, 1.0),
    )


def mean_confidence(predictions: Predictions, *, right: bool) -> float | None:
    """Return how sure a model is on average where it is right, or where it is wrong; None where it never is."""
    found = [
        confidence
        for label, predicted, confidence in zip(
            predictions.labels, predictions.predicted, predictions.confidence, strict=True
        )
        if (label == predicted) is right
    ]
    return sum(found) / len(found) if found else None


def _points(bins: Sequence[ConfidenceBin]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (found.confidence, found.right / (found.right + found.wrong))
        for found in bins
        if found.confidence is not None and found.right + found.wrong
    )


def _joined(bins: Sequence[ConfidenceBin]) -> ConfidenceBin:
    right, wrong = sum(found.right for found in bins), sum(found.wrong for found in bins)
    return ConfidenceBin(bins[0].low, bins[-1].high, right, wrong, None)
