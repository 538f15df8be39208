"""How far predictions are from the truth, and where."""

from catalog.contract import Evaluation
from catalog.figures import Axis, Bin, Empty, Figure, Histogram, Interval, Intervals, Part, Plot, Series
from catalog.statement import Statement
from plugins.insights import NOT_RECORDED
from plugins.regression.records import RegressionDetails, regression_details

__all__ = ["by_truth", "predicted_against_true", "residuals"]

_AGAINST, _RESIDUALS = Statement("Predicted against true"), Statement("Residuals")
_BY_TRUTH = Statement("Error by true value")


def predicted_against_true(evaluation: Evaluation) -> Figure:
    """Draw predictions over truths, with the diagonal on which they are equal."""
    found = regression_details(evaluation)
    if not found.points:
        return Empty("predicted-against-true", _AGAINST, NOT_RECORDED)
    both = [value for point in found.points for value in point]
    low, high = min(both), max(both)
    caption = [Statement("On the line a prediction is right; above it, it is too high.")]
    if len(found.points) < evaluation.rows:
        counts = {"shown": len(found.points), "rows": evaluation.rows}
        caption.append(Statement("{shown:count} of {rows:count} examples, spread over the true values.", counts))
    return Plot(
        "predicted-against-true",
        _AGAINST,
        Axis(Statement("True")),
        Axis(Statement("Predicted")),
        (
            Series(Statement("Examples"), found.points),
            Series(Statement("perfect"), ((low, low), (high, high)), "line", "reference"),
        ),
        caption=(*caption, *_interval(found)),
    )


def residuals(evaluation: Evaluation) -> Figure:
    """Count examples by residual: truth less prediction."""
    found = regression_details(evaluation).residuals
    if not found:
        return Empty("residuals", _RESIDUALS, NOT_RECORDED)
    return Histogram(
        "residuals",
        _RESIDUALS,
        Axis(Statement("True less predicted")),
        (Part(Statement("Examples")),),
        tuple(Bin(one.low, one.high, (one.rows,)) for one in found),
        caption=(
            Statement("Left of 0 predictions are too high, right of it too low."),
            Statement("The outermost bins hold what lies further out."),
        ),
    )


def by_truth(evaluation: Evaluation) -> Figure:
    """Draw the mean absolute error of groups of examples by their truth."""
    found = regression_details(evaluation).truth_groups
    if not found:
        return Empty("error-by-truth", _BY_TRUTH, NOT_RECORDED)
    items = tuple(
        Interval(
            Statement("{low:number} to {high:number}", {"low": one.low, "high": one.high}),
            one.error,
            one.error_low,
            one.error_high,
            count=one.rows,
        )
        for one in found
    )
    return Intervals(
        "error-by-truth",
        _BY_TRUTH,
        Axis(Statement("Mean absolute error"), low=0.0, better="low"),
        items,
        caption=(Statement("Groups of about equal numbers of examples by true value, with 95 % intervals."),),
    )


def _interval(found: RegressionDetails) -> tuple[Statement, ...]:
    interval = found.interval
    if interval is None:
        return ()
    values = {"level": interval.level, "width": interval.half_width}
    told = Statement(
        "The {level:percent} interval of a prediction reaches {width:number} to both sides (split conformal).", values
    )
    if interval.coverage is None:
        return (told,)
    return told, Statement("It holds {coverage:percent} of these truths.", {"coverage": interval.coverage})
