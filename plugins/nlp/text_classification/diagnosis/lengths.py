"""Short texts on which the model is weak."""

from collections.abc import Iterator, Sequence

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.diagnosis.case import DiagnosisCase
from plugins.diagnosis.fixes import advise
from plugins.nlp.text_classification.records import LengthBucket, length_details
from plugins.nlp.texts.figures import length_unit

__all__ = ["weak_on_short_texts"]

_LESS_ACCURATE = 0.05
"""Share by which short texts must be judged less accurately than the rest, chance set aside."""
_LESS_SURE = 0.10
"""Share by which the mean confidence must be lower on short texts."""
_FEW = 30
"""Texts below which a bucket's mean confidence says little."""


def weak_on_short_texts(case: DiagnosisCase) -> Iterator[Diagnosis]:
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


def _mean(buckets: Sequence[LengthBucket], name: str) -> float:
    """Return the mean over all texts, from the means of the buckets."""
    rows = sum(bucket.rows for bucket in buckets)
    return sum(bucket.rows * float(getattr(bucket, name)) for bucket in buckets) / rows if rows else 0.0
