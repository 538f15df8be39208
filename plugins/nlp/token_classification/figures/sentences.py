"""Scores by the length of the sentence, and sentences with their entities marked."""

from collections.abc import Iterator, Sequence

from catalog.contract import Evaluation
from catalog.figures import Axis, Empty, Figure, Highlight, HighlightedText, Interval, Intervals
from catalog.statement import Statement
from plugins.insights import NOT_RECORDED
from plugins.nlp.token_classification.records import LengthScores, TextSpan, token_details

__all__ = ["by_length", "examples"]

_LENGTHS, _SENTENCES = Statement("Length"), Statement("Sentences")
_TITLE = Statement("Entity F1 by length of the sentence")


def by_length(evaluation: Evaluation) -> Figure:
    """Draw the F1 of entities with its interval by the words of the sentence."""
    found = token_details(evaluation).lengths
    if not found:
        return Empty("lengths", _TITLE, NOT_RECORDED, group=_LENGTHS)
    items = tuple(
        Interval(
            _words(one),
            one.f1 if one.entities else None,
            one.f1_low if one.entities else None,
            one.f1_high if one.entities else None,
            count=one.sentences,
        )
        for one in found
    )
    return Intervals(
        "lengths",
        _TITLE,
        Axis(Statement("Entity F1"), "percent", better="high"),
        items,
        caption=(_standing_out(found), Statement("Groups of about equal numbers of sentences, with 95 % intervals.")),
        group=_LENGTHS,
    )


def examples(evaluation: Evaluation) -> Iterator[Figure]:
    """Yield sentences twice, with their true and with their predicted entities marked."""
    found = token_details(evaluation).examples
    if not found:
        yield Empty(
            "sentences", _SENTENCES, Statement("No sentence has an entity, true or predicted."), group=_SENTENCES
        )
    for number, one in enumerate(found, start=1):
        values = {"row": one.row}
        yield HighlightedText(
            f"sentence-{number}-true",
            Statement("Row {row:count}: true entities", values),
            one.text,
            _marks(one.truth),
            Statement("found"),
            Statement("missed, or found as something else"),
            group=_SENTENCES,
        )
        yield HighlightedText(
            f"sentence-{number}-predicted",
            Statement("Row {row:count}: predicted entities", values),
            one.text,
            _marks(one.predicted),
            Statement("right"),
            Statement("wrong"),
            group=_SENTENCES,
        )


def _words(group: LengthScores) -> Statement:
    if group.low == group.high:
        return Statement("{count:count} words", {"count": group.low})
    return Statement("{low:count}–{high:count} words", {"low": group.low, "high": group.high})


def _marks(spans: Sequence[TextSpan]) -> tuple[Highlight, ...]:
    wrong = "{label} ✗"
    return tuple(
        Highlight(
            one.start,
            one.end,
            1.0 if one.right else -1.0,
            one.label if one.right else Statement(wrong, {"label": one.label}),
        )
        for one in spans
    )


def _standing_out(groups: Sequence[LengthScores]) -> Statement:
    """Say which length is worst if its interval lies below those of all others, else that none stands out."""
    known = [one for one in groups if one.entities]
    for one in known:
        if len(known) > 1 and all(one.f1_high < other.f1_low for other in known if other is not one):
            values = {"low": one.low, "high": one.high, "f1": one.f1}
            return Statement("Weakest are sentences of {low:count} to {high:count} words: {f1:percent}.", values)
    return Statement("No length stands out.")
