"""How predictions of classes are shown to people, whatever they are classes of."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.contract import Prediction
from catalog.figures import Axis, Bar, Bars, Figure, Role
from catalog.statement import Statement
from plugins.classification.records import class_data

__all__ = ["cells", "columns_of_predictions", "headline", "probabilities"]

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


def probabilities(prediction: Prediction) -> Figure:
    """Draw the probability of each class, of many the most probable."""
    shares = sorted(prediction["probabilities"].items(), key=lambda share: -share[1])
    axis = Axis(Statement("Probability"), "percent", low=0.0, high=1.0)
    labels, shown = list(prediction["probabilities"]), shares[:_MOST_CLASSES]
    bars = tuple(Bar(label, share, _role(label, prediction["label"], labels)) for label, share in shown)
    caption: tuple[Statement, ...] = ()
    if len(shares) > _MOST_CLASSES:
        counts = {"classes": len(shares), "shown": _MOST_CLASSES}
        caption = (Statement("Of {classes:count} classes the {shown:count} most probable.", counts),)
    return Bars("probabilities", Statement("Probabilities"), axis, bars, caption=caption)


def _role(label: str, predicted: str, labels: Sequence[str]) -> Role:
    """Return the role of a class: of two, the second is the positive one; of more, the predicted one stands out."""
    if len(labels) == 2:
        return "positive" if label == labels[1] else "negative"
    return "main" if label == predicted else "other"
