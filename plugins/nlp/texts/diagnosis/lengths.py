"""Long texts of which a model sees a part only."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from catalog.contract.diagnosis import Diagnosis, Fix
from catalog.statement import Statement
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.fixes import change, keep
from plugins.nlp.texts.figures import TextsOfLength, length_unit

__all__ = ["GroupOfTexts", "truncated"]

_TRUNCATED = 0.10
"""Share of texts cut from which more length may pay; a cut text lacks only its end, which often matters little."""
_MANY_TRUNCATED = 0.25
_LENGTHS = (128, 256, 512)
_ENOUGH = 0.9
"""Share of texts that a longer maximum length should not cut."""


class GroupOfTexts(TextsOfLength, Protocol):
    """Evaluated texts of some lengths."""

    @property
    def rows(self) -> int:
        """How many there are."""


def truncated(case: DiagnosisCase, groups: Sequence[GroupOfTexts]) -> Iterator[Diagnosis]:
    """A considerable share of the texts is longer than the part that the model sees.

    Args:
        case: The study.
        groups: Of the evaluated texts by length.
    """
    judged, longest = case.judged, number(case.settings.get("max_seq_length"))
    rows = sum(group.rows for group in groups)
    if judged is None or rows == 0 or longest is None:
        return
    share = sum(group.rows * group.truncated for group in groups) / rows
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
                "most": max(group.high for group in groups),
                "unit": length_unit(groups[0]),
            },
        ),
        remedies=keep(_longer(case, groups, longest), *_other_parts(case)),
    )


def _longer(case: DiagnosisCase, groups: Sequence[GroupOfTexts], longest: float) -> Fix | None:
    rows = sum(group.rows for group in groups)
    larger = [length for length in _LENGTHS if length > longest]
    if not larger:
        return None
    whole = (length for length in larger if sum(_within(group, length) for group in groups) >= _ENOUGH * rows)
    return change(
        case, "max_seq_length", next(whole, larger[-1]), "Let the model see longer texts; cost and memory grow with it."
    )


def _within(group: GroupOfTexts, length: int) -> float:
    """Return how many texts of a group are no longer than `length`, as if they were spread evenly over it.

    Long texts are rarer than that, so the number is rather too low.
    """
    share = (length - group.low + 1) / (group.high - group.low + 1)
    return group.rows * min(1.0, max(0.0, share))


def _other_parts(case: DiagnosisCase) -> tuple[Fix, ...]:
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
