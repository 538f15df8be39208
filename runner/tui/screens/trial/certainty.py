"""How sure a model is on average."""

from runner.tui.reading import Predictions

__all__ = ["mean_confidence"]


def mean_confidence(predictions: Predictions, *, right: bool) -> float | None:
    """Return how sure a model is on average where it is right, or where it is wrong; None where it never is."""
    found = [
        confidence
        for label, predicted, confidence in zip(
            predictions.labels, predictions.predicted, predictions.confidence, strict=True
        )
        if (label == predicted) is right
    ]
    return sum(found) / len(found) if found else None
