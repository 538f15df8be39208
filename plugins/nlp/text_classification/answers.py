"""How predictions of classes of texts are shown to people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.contract import Prediction
from catalog.figures import Figure, Highlight, HighlightedText
from catalog.statement import Statement
from plugins.classification.answers import cells, columns_of_predictions, headline, probabilities
from plugins.nlp.texts import without_surrogates

__all__ = ["cells", "columns_of_predictions", "headline", "prediction_figures", "reasons"]

_STRONGEST = 5
"""Words named for a text and direction."""


def reasons(explanation: Prediction) -> Iterator[Statement]:
    """Yield the strongest words of each kind of explanation."""
    words, label = explanation.get("tokens", ()), explanation["label"]
    values = {"label": label, "method": explanation.get("method", "")}
    towards = sorted((word for word in words if word["weight"] > 0), key=lambda word: -word["weight"])
    if towards:
        shown = {**values, "words": _listed(towards, "weight", "{:+.2g}")}
        yield Statement("for {label}: {words}  ({method}, log-odds)", shown)
    against = sorted((word for word in words if word["weight"] < 0), key=lambda word: word["weight"])
    if against:
        shown = {**values, "words": _listed(against, "weight", "{:+.2g}")}
        yield Statement("against {label}: {words}  ({method}, log-odds)", shown)
    looked = sorted((word for word in words if word["attention"]), key=lambda word: -word["attention"])
    if looked:
        shown = {"words": _listed(looked, "attention", "{:.1%}")}
        yield Statement("looked at most: {words}  (attention rollout; says nothing about for or against)", shown)
    if explanation.get("truncated"):
        yield Statement("the text is longer than the model reads: it saw a part only")


def _listed(words: Sequence[Mapping[str, Any]], field: str, form: str) -> str:
    return ", ".join(f"{word['token']} {form.format(word[field])}" for word in words[:_STRONGEST])


def prediction_figures(prediction: Prediction) -> Iterator[Figure]:
    """Yield the probabilities, and of an explanation the text with its words marked."""
    labels = list(prediction["probabilities"])
    yield probabilities(prediction)
    if "tokens" not in prediction:
        return
    words: Sequence[Mapping[str, Any]] = prediction["tokens"]
    yield _words(prediction, words, labels)
    if any(word["attention"] for word in words):
        yield HighlightedText(
            "attention",
            Statement("Words that were looked at"),
            without_surrogates(prediction["text"]),
            _marks(words, "attention"),
            Statement("looked at"),
            caption=(Statement("By attention rollout."),),
        )


def _words(prediction: Prediction, words: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> HighlightedText:
    """Mark each word by what it did to the answer.

    Of two classes a word looks the same whichever class was predicted: what pulls to the second is positive.
    """
    predicted, sign = prediction["label"], 1.0
    positive, negative = Statement("pulls to {label}", {"label": predicted}), Statement("pulls away from it")
    if len(labels) == 2 and predicted in labels:
        sign = 1.0 if predicted == labels[1] else -1.0
        negative, positive = (Statement("pulls to {label}", {"label": label}) for label in labels)
    return HighlightedText(
        "words",
        Statement("Words for and against"),
        without_surrogates(prediction["text"]),
        _marks(words, "weight", sign),
        positive,
        negative,
        caption=(Statement("By {method}.", {"method": prediction["method"]}),),
    )


def _marks(words: Sequence[Mapping[str, Any]], field: str, sign: float = 1.0) -> tuple[Highlight, ...]:
    most = max((abs(word[field] or 0.0) for word in words), default=0.0) or 1.0
    return tuple(Highlight(word["start"], word["end"], sign * (word[field] or 0.0) / most) for word in words)
