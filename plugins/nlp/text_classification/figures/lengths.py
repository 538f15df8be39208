"""Whether the length of a text matters."""

from collections.abc import Iterator

from catalog.contract import Evaluation
from catalog.figures import Axis, Bar, Bars, Empty, Figure, Plot, Series
from catalog.statement import Statement
from plugins.insights import NOT_RECORDED
from plugins.nlp.text_classification.records import LengthBucket, length_details

__all__ = ["by_length", "truncation"]

_TITLE = Statement("Performance by length")
_UNITS = {"tokens": Statement("Tokens"), "characters": Statement("Characters")}


def by_length(evaluation: Evaluation) -> Figure:
    """Draw accuracy with its interval, and mean confidence, by length."""
    buckets = length_details(evaluation).lengths
    if not buckets:
        return Empty("lengths", _TITLE, NOT_RECORDED)
    labels = tuple(Statement("{texts:count} texts", {"texts": one.rows}) for one in buckets)
    accuracy = tuple((float(index), one.accuracy) for index, one in enumerate(buckets))
    intervals = tuple((one.accuracy_low, one.accuracy_high) for one in buckets)
    sure = tuple((float(index), one.confidence) for index, one in enumerate(buckets))
    return Plot(
        "lengths",
        _TITLE,
        Axis(_unit(buckets), "text", categories=tuple(map(_range, buckets))),
        Axis(Statement("Accuracy"), "percent", better="high"),
        (
            Series(Statement("Mean confidence"), sure, "line", "other"),
            Series(Statement("Accuracy"), accuracy, "line", "main", intervals, labels),
        ),
        caption=(Statement("Buckets of about equal numbers of texts, with 95 % intervals."),),
    )


def truncation(evaluation: Evaluation) -> Iterator[Figure]:
    """Yield the share of texts that were cut, by length, if any was."""
    buckets = length_details(evaluation).lengths
    if not any(one.truncated for one in buckets):
        return
    bars = tuple(Bar(_range(one), one.truncated) for one in buckets)
    axis = Axis(Statement("Share of texts of which the model saw a part only"), "percent", low=0.0, high=1.0)
    caption = (Statement("Long texts are cut before the model reads them."),)
    yield Bars("truncation", Statement("Truncated texts by length"), axis, bars, caption=caption)


def _unit(buckets: tuple[LengthBucket, ...]) -> Statement:
    return _UNITS.get(buckets[0].unit) or Statement("Words")


def _range(bucket: LengthBucket) -> Statement:
    return Statement("{low:count}–{high:count}", {"low": bucket.low, "high": bucket.high})
