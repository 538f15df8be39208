"""Figures of accuracy by the length of a text."""

from collections.abc import Sequence

from catalog.contract import Evaluation
from catalog.figures import Axis, Empty, Figure, Plot, Series
from catalog.statement import Statement, Value
from plugins.insights import NOT_RECORDED
from plugins.nlp.text_classification.records import LengthBucket, length_details
from plugins.nlp.texts.figures import LENGTHS, length_axis, length_range, length_unit

__all__ = ["by_length"]

_TITLE = Statement("Performance by length")


def by_length(evaluation: Evaluation) -> Figure:
    """Draw accuracy with its interval, and mean confidence, by length."""
    buckets = length_details(evaluation).lengths
    if not buckets:
        return Empty("lengths", _TITLE, NOT_RECORDED, group=LENGTHS)
    labels = tuple(Statement("{texts:count} texts", {"texts": one.rows}) for one in buckets)
    accuracy = tuple((float(index), one.accuracy) for index, one in enumerate(buckets))
    intervals = tuple((one.accuracy_low, one.accuracy_high) for one in buckets)
    sure = tuple((float(index), one.confidence) for index, one in enumerate(buckets))
    return Plot(
        "lengths",
        _TITLE,
        length_axis(buckets),
        Axis(Statement("Accuracy"), "percent", better="high"),
        (
            Series(Statement("Mean confidence"), sure, "line", "other"),
            Series(Statement("Accuracy"), accuracy, "line", "main", intervals, labels),
        ),
        caption=(_standing_out(buckets), Statement("Buckets of about equal numbers of texts, with 95 % intervals.")),
        group=LENGTHS,
    )


def _standing_out(buckets: Sequence[LengthBucket]) -> Statement:
    """Say which length is judged worst if chance cannot explain it, else that none stands out.

    A bucket stands out if its 95 % interval (Wilson) lies wholly below the accuracy of all others together.
    """
    if len(buckets) < 2:
        return Statement("All texts are of one length: nothing to compare.")
    behind = [(bucket, rest) for bucket in buckets if bucket.accuracy_high < (rest := _rest(buckets, bucket))]
    if not behind:
        overall = sum(one.accuracy * one.rows for one in buckets) / max(1, sum(one.rows for one in buckets))
        return Statement(
            "No length stands out: chance can explain the differences from {overall:percent}.", {"overall": overall}
        )
    worst, rest = min(behind, key=lambda found: found[0].accuracy - found[1])
    values: dict[str, Value] = {
        "accuracy": worst.accuracy,
        "rest": rest,
        "range": length_range(worst),
        "unit": length_unit(worst),
    }
    if worst.truncated > 0.5:
        return Statement(
            "Texts of {range} {unit} are judged worst: {accuracy:percent} against {rest:percent} of the others. Most "
            "of them are cut: let the model see more.",
            values,
        )
    return Statement(
        "Texts of {range} {unit} are judged worst: {accuracy:percent} against {rest:percent} of the others, more than "
        "chance explains.",
        values,
    )


def _rest(buckets: Sequence[LengthBucket], left_out: LengthBucket) -> float:
    others = [bucket for bucket in buckets if bucket is not left_out]
    return sum(bucket.accuracy * bucket.rows for bucket in others) / max(1, sum(bucket.rows for bucket in others))
