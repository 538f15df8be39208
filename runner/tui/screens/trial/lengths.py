"""Whether the length of a text matters: a sentence that says what stands out."""

from collections.abc import Sequence

from catalog.statement import Value
from plugins.nlp.text_classification.records import LengthBucket
from runner.presentation.labels import UNITS
from runner.tui.desk import Desk

__all__ = ["named", "standing_out", "unit"]


def unit(bucket: LengthBucket, desk: Desk) -> str:
    """Return what lengths count."""
    return desk.t(UNITS.get(bucket.unit, bucket.unit))


def named(bucket: LengthBucket, desk: Desk) -> str:
    """Return a bucket's range."""
    return f"{desk.language.count(bucket.low)}{desk.glyphs.dash}{desk.language.count(bucket.high)}"


def standing_out(buckets: Sequence[LengthBucket], desk: Desk) -> str:
    """Say which length is judged worst where chance cannot explain it, else that none stands out.

    A bucket stands out where its 95 % interval (Wilson) lies wholly below the accuracy of all others together.
    """
    t = desk.t
    if len(buckets) < 2:
        return t("All texts are of one length: nothing to compare.")
    behind = [(bucket, rest) for bucket in buckets if bucket.accuracy_high < (rest := _rest(buckets, bucket))]
    if not behind:
        overall = sum(b.accuracy * b.rows for b in buckets) / max(1, sum(b.rows for b in buckets))
        return t("No length stands out: chance can explain the differences from {overall:percent}.", overall=overall)
    worst, rest = min(behind, key=lambda found: found[0].accuracy - found[1])
    values: dict[str, Value] = {
        "accuracy": worst.accuracy,
        "rest": rest,
        "range": named(worst, desk),
        "unit": unit(worst, desk),
    }
    if worst.truncated > 0.5:
        return t(
            "Texts of {range} {unit} are judged worst: {accuracy:percent} against {rest:percent} of the others. Most "
            "of them are cut: let the model see more.",
            **values,
        )
    return t(
        "Texts of {range} {unit} are judged worst: {accuracy:percent} against {rest:percent} of the others, more than "
        "chance explains.",
        **values,
    )


def _rest(buckets: Sequence[LengthBucket], left_out: LengthBucket) -> float:
    others = [bucket for bucket in buckets if bucket is not left_out]
    return sum(bucket.accuracy * bucket.rows for bucket in others) / max(1, sum(bucket.rows for bucket in others))
