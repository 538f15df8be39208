"""Short texts on which the model is weak, and long ones of which it sees a part only."""

from collections.abc import Iterator, Sequence

from catalog.contract.diagnosis import Diagnosis, Remedy
from catalog.statement import Statement
from plugins.diagnosis.case import Case, number
from plugins.diagnosis.remedies import advise, change, keep
from plugins.nlp.text_classification.records import LengthBucket, length_details
from plugins.nlp.texts.figures import length_unit

__all__ = ["truncated", "weak_on_short_texts"]

_LESS_ACCURATE = 0.05
"""Share by which short texts must be judged less accurately than the rest, chance set aside."""
_LESS_SURE = 0.10
"""Share by which the mean confidence must be lower on short texts."""
_FEW = 30
"""Texts below which a bucket's mean confidence says little."""
_TRUNCATED = 0.10
"""Share of texts cut from which more length may pay; a cut text has lost its end only, and often little with it."""
_MANY_TRUNCATED = 0.25
_LENGTHS = (128, 256, 512)
_ENOUGH = 0.9
"""Share of texts that a longer maximum length should leave whole."""


def weak_on_short_texts(case: Case) -> Iterator[Diagnosis]:
    """The bucket of the shortest texts is judged less accurately, or less surely, than the others."""
    buckets = length_details(case.judged).lengths if case.judged is not None else ()
    if len(buckets) < 2 or buckets[0].rows == 0:
        return
    short, rest, unit = buckets[0], buckets[1:], length_unit(buckets[0])
    accuracy, confidence = (_mean(rest, name) for name in ("accuracy", "confidence"))
    wrong = accuracy - short.accuracy >= _LESS_ACCURATE and short.accuracy_high < accuracy
    unsure = confidence - short.confidence >= _LESS_SURE and short.rows >= _FEW
    if not (wrong or unsure):
        return
    yield Diagnosis(
        rule="weak_on_short_texts",
        severity="warning" if wrong else "note",
        title=Statement("The model is wrong more often on short texts")
        if wrong
        else Statement("The model is less sure of short texts"),
        evidence=Statement(
            "Of {rows:count} texts of {low:count} to {high:count} {unit}, {accuracy:percent} are judged rightly "
            "(95 % interval {accuracy_low:percent} to {accuracy_high:percent}) at a mean confidence of "
            "{confidence:percent}; of longer ones {other_accuracy:percent} at {other_confidence:percent}.",
            {
                "rows": short.rows,
                "low": short.low,
                "high": short.high,
                "unit": unit,
                "accuracy": short.accuracy,
                "accuracy_low": short.accuracy_low,
                "accuracy_high": short.accuracy_high,
                "confidence": short.confidence,
                "other_accuracy": accuracy,
                "other_confidence": confidence,
            },
        ),
        remedies=(
            advise(
                "Add training texts of up to {high:count} {unit}, such as the model will meet.",
                high=short.high,
                unit=unit,
            ),
            advise("Let a person decide where a short text gets a low confidence."),
        ),
    )


def truncated(case: Case) -> Iterator[Diagnosis]:
    """A considerable share of the texts is longer than what the model sees."""
    judged, longest = case.judged, number(case.settings.get("max_seq_length"))
    buckets = length_details(judged).lengths if judged is not None else ()
    rows = sum(bucket.rows for bucket in buckets)
    if judged is None or rows == 0 or longest is None:
        return
    share = _mean(buckets, "truncated")
    if share < _TRUNCATED:
        return
    yield Diagnosis(
        rule="many_texts_truncated",
        severity="warning" if share >= _MANY_TRUNCATED else "note",
        title=Statement("The model sees only a part of many texts"),
        evidence=Statement(
            "{share:percent} of the {rows:count} texts of {split} are longer than {longest:count} tokens; the longest "
            "has {most:count} {unit}.",
            {
                "share": share,
                "rows": rows,
                "split": judged.split,
                "longest": round(longest),
                "most": max(bucket.high for bucket in buckets),
                "unit": length_unit(buckets[0]),
            },
        ),
        remedies=keep(_longer(case, buckets, longest), *_other_parts(case)),
    )


def _longer(case: Case, buckets: Sequence[LengthBucket], longest: float) -> Remedy | None:
    rows = sum(bucket.rows for bucket in buckets)
    larger = [length for length in _LENGTHS if length > longest]
    if not larger:
        return None
    whole = (length for length in larger if sum(_within(bucket, length) for bucket in buckets) >= _ENOUGH * rows)
    return change(
        case, "max_seq_length", next(whole, larger[-1]), "Let the model see longer texts; cost and memory grow with it."
    )


def _within(bucket: LengthBucket, length: int) -> float:
    """Return how many texts of a bucket are no longer than `length`, as if they were spread evenly over it.

    Long texts are rarer than that, so it is rather too few.
    """
    share = (length - bucket.low + 1) / (bucket.high - bucket.low + 1)
    return bucket.rows * min(1.0, max(0.0, share))


def _other_parts(case: Case) -> tuple[Remedy, ...]:
    if case.settings.get("truncation") != "head":
        return ()
    return keep(
        change(
            case,
            "truncation",
            "head+tail",
            "Keep the beginning and the end of long texts: verdicts often stand at the end.",
        )
    )


def _mean(buckets: Sequence[LengthBucket], name: str) -> float:
    """Return the mean over all texts of what the buckets tell."""
    rows = sum(bucket.rows for bucket in buckets)
    return sum(bucket.rows * float(getattr(bucket, name)) for bucket in buckets) / rows if rows else 0.0
