"""How explanations by words are shown to people, whatever is predicted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.contract import Prediction
from catalog.figures import Figure, Highlight, HighlightedText
from catalog.statement import Statement
from plugins.nlp.texts import without_surrogates

__all__ = ["attention_figure", "strongest", "what_was_seen", "words_figure"]

_STRONGEST = 5
"""How many words are named for a text and direction."""


def strongest(explanation: Prediction, sign: int) -> str:
    """Return the strongest words of one direction with their weights; empty if there are none.

    Args:
        explanation: A prediction, with ``tokens`` if it is explained.
        sign: 1 for words with positive weights, -1 for those with negative ones.
    """
    found = [word for word in explanation.get("tokens", ()) if sign * word["weight"] > 0]
    return _listed(sorted(found, key=lambda word: -abs(word["weight"])), "weight", "{:+.2g}")


def what_was_seen(explanation: Prediction) -> Iterator[Statement]:
    """Yield the words with the most attention, and whether a part of the text was not seen."""
    words = explanation.get("tokens", ())
    looked = sorted((word for word in words if word["attention"]), key=lambda word: -word["attention"])
    if looked:
        shown = {"words": _listed(looked, "attention", "{:.1%}")}
        yield Statement("looked at most: {words}  (attention rollout; says nothing about for or against)", shown)
    if explanation.get("truncated"):
        yield Statement("the text is longer than the model reads: it saw a part only")


def words_figure(
    explanation: Prediction, title: Statement, positive: Statement, negative: Statement, sign: float = 1.0
) -> HighlightedText:
    """Return the text with each word marked by its weight times `sign`."""
    return HighlightedText(
        "words",
        title,
        without_surrogates(explanation["text"]),
        _marks(explanation["tokens"], "weight", sign),
        positive,
        negative,
        caption=(Statement("By {method}.", {"method": explanation["method"]}),),
    )


def attention_figure(explanation: Prediction) -> Iterator[Figure]:
    """Yield the text with its words marked by their attention, if the model has attention."""
    words: Sequence[Mapping[str, Any]] = explanation["tokens"]
    if any(word["attention"] for word in words):
        yield HighlightedText(
            "attention",
            Statement("Words that were looked at"),
            without_surrogates(explanation["text"]),
            _marks(words, "attention"),
            Statement("looked at"),
            caption=(Statement("By attention rollout."),),
        )


def _listed(words: Sequence[Mapping[str, Any]], field: str, form: str) -> str:
    return ", ".join(f"{word['token']} {form.format(word[field])}" for word in words[:_STRONGEST])


def _marks(words: Sequence[Mapping[str, Any]], field: str, sign: float = 1.0) -> tuple[Highlight, ...]:
    most = max((abs(word[field] or 0.0) for word in words), default=0.0) or 1.0
    return tuple(Highlight(word["start"], word["end"], sign * (word[field] or 0.0) / most) for word in words)
