"""How predictions of classes of texts are shown to people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.contract import Prediction
from catalog.figures import Figure, Highlight, HighlightedText
from catalog.statement import Statement
from plugins.classification.answers import cells, columns_of_predictions, headline, probabilities

__all__ = ["cells", "columns_of_predictions", "headline", "prediction_figures", "reasons"]

_STRONGEST = 5
"""Words named for a text and direction."""


def reasons(explanation: Prediction) -> Iterator[Statement]:
    """Yield the strongest words of each kind of explanation."""
    words, label = explanation.get("tokens", ()), explanation["label"]
    towards = sorted((word for word in words if word["weight"] > 0), key=lambda word: -word["weight"])[:_STRONGEST]
    against = sorted((word for word in words if word["weight"] < 0), key=lambda word: word["weight"])[:_STRONGEST]
    for template, chosen in (
        ("for {label}: {words}  ({method}, log-odds)", towards),
        ("against {label}: {words}  ({method}, log-odds)", against),
    ):
        if chosen:
            shown = ", ".join(f"{word['token']} {word['weight']:+.2g}" for word in chosen)
            yield Statement(template, {"label": label, "words": shown, "method": explanation["method"]})
    looked = sorted((word for word in words if word["attention"]), key=lambda word: -word["attention"])[:_STRONGEST]
    if looked:
        shown = ", ".join(f"{word['token']} {word['attention']:.1%}" for word in looked)
        yield Statement(
            "looked at most: {words}  (attention rollout; says nothing about for or against)", {"words": shown}
        )
    if explanation.get("truncated"):
        yield Statement("the text is longer than the model reads: it saw a part only")


def prediction_figures(prediction: Prediction) -> Iterator[Figure]:
    """Yield the probabilities, and of an explanation the text with its words marked."""
    yield probabilities(prediction)
    if "tokens" not in prediction:
        return
    words: Sequence[Mapping[str, Any]] = prediction["tokens"]
    yield _marked(prediction, words, "weight", "words", Statement("Words for and against"))
    if any(word["attention"] for word in words):
        yield _marked(prediction, words, "attention", "attention", Statement("Words that were looked at"))


def _marked(
    prediction: Prediction, words: Sequence[Mapping[str, Any]], field: str, key: str, title: Statement
) -> HighlightedText:
    most = max((abs(word[field] or 0.0) for word in words), default=0.0) or 1.0
    marks = tuple(Highlight(word["start"], word["end"], (word[field] or 0.0) / most) for word in words)
    shown = {"method": prediction["method"]}
    weight = field == "weight"
    return HighlightedText(
        key,
        title,
        prediction["text"],
        marks,
        Statement("speaks for the label") if weight else Statement("looked at"),
        Statement("speaks against the label") if weight else Statement("not looked at"),
        caption=(Statement("By {method}.", shown),) if weight else (Statement("By attention rollout."),),
    )
