"""Figures of a model's answer: the probability of each class, and the words that decided."""

from collections.abc import Mapping, Sequence

from catalog.figures import Axis, Bar, Bars, Highlight, HighlightedText, Role, Text
from catalog.statement import Statement
from plugins.nlp.text_classification.records import WordWeight

__all__ = ["class_role", "explained_text", "probability_bars"]


def class_role(label: str, predicted: str, labels: Sequence[str]) -> Role:
    """Return the role of a class: of two, the second is the positive one; of more, the predicted one stands out."""
    if len(labels) == 2 and label in labels:
        return "positive" if label == labels[1] else "negative"
    return "main" if label == predicted else "other"


def probability_bars(probabilities: Mapping[str, float], predicted: str, most: int) -> Bars:
    """Return a bar for each of the most probable classes."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])[:most]
    bars = tuple(Bar(label, share, class_role(label, predicted, list(probabilities))) for label, share in ranked)
    return Bars("probabilities", "", Axis("", "percent", low=0.0, high=1.0), bars)


def explained_text(text: str, words: Sequence[WordWeight], predicted: str, labels: Sequence[str]) -> HighlightedText:
    """Return the text with its words marked by how much they decided.

    Of two classes a word looks the same whichever class was predicted: what pulls to the second is positive.

    Args:
        text: What was asked about.
        words: With their places in it; positive ones pull to `predicted`.
        predicted: The answer.
        labels: All classes in their order.
    """
    most = max((abs(word.weight) for word in words), default=0.0) or 1.0
    positive: Text = Statement("pulls to {label}", {"label": predicted})
    negative: Text = Statement("pulls away from it")
    sign = 1.0
    if len(labels) == 2 and predicted in labels:
        sign = 1.0 if predicted == labels[1] else -1.0
        negative, positive = (Statement("pulls to {label}", {"label": label}) for label in labels)
    marks = tuple(Highlight(word.start, word.end, sign * word.weight / most) for word in words)
    return HighlightedText("explained", "", text, marks, positive, negative)
