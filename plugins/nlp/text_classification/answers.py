"""How predictions of classes of texts are shown to people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.contract import Prediction
from catalog.figures import Axis, Bar, Bars, Figure, Highlight, HighlightedText, Role
from catalog.statement import Statement
from plugins.classification.records import class_data
from plugins.nlp.texts import without_surrogates

__all__ = ["cells", "columns_of_predictions", "headline", "prediction_figures", "reasons"]

_STRONGEST = 5
"""Words named for a text and direction."""
_MOST_CLASSES = 20


def headline(prediction: Prediction) -> Statement:
    """Return label and confidence."""
    values = {"label": prediction["label"], "confidence": prediction["confidence"]}
    return Statement("{label}, {confidence:percent}", values)


def columns_of_predictions(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return label, confidence and one column for each class."""
    return ("label", "confidence", *(f"probability of {label}" for label in class_data(data).labels))


def cells(prediction: Prediction) -> dict[str, str | float | None]:
    """Return label, confidence and the probability of each class."""
    shares = {f"probability of {label}": share for label, share in prediction["probabilities"].items()}
    return {"label": prediction["label"], "confidence": prediction["confidence"], **shares}


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
    shares = sorted(prediction["probabilities"].items(), key=lambda share: -share[1])
    axis = Axis(Statement("Probability"), "percent", low=0.0, high=1.0)
    shown = shares[:_MOST_CLASSES]
    bars = tuple(Bar(label, share, _role(label, prediction["label"], labels)) for label, share in shown)
    caption: tuple[Statement, ...] = ()
    if len(shares) > _MOST_CLASSES:
        counts = {"classes": len(shares), "shown": _MOST_CLASSES}
        caption = (Statement("Of {classes:count} classes the {shown:count} most probable.", counts),)
    yield Bars("probabilities", Statement("Probabilities"), axis, bars, caption=caption)
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


def _role(label: str, predicted: str, labels: Sequence[str]) -> Role:
    """Return the role of a class: of two, the second is the positive one; of more, the predicted one stands out."""
    if len(labels) == 2:
        return "positive" if label == labels[1] else "negative"
    return "main" if label == predicted else "other"


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
