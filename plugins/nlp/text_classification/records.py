"""The records of text classification about texts and answers: frozen, and all convertible to plain JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from catalog.contract import Evaluation
from plugins.details import read_details
from plugins.nlp.texts.records import ExampleExplanation, ImportantWord

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "ClassExample",
    "ClassWords",
    "Interpretation",
    "LengthBucket",
    "LengthDetails",
    "Suspect",
    "TextPrediction",
    "length_details",
]


@dataclass(frozen=True, slots=True)
class LengthBucket:
    """Texts of a length between `low` and `high`, both included.

    Attributes:
        unit: What lengths count: ``"tokens"`` before truncation, ``"words"`` or ``"characters"``.
        low: Shortest text of the bucket.
        high: Longest text of the bucket.
        rows: Texts in it.
        accuracy: Share that was right.
        accuracy_low: Lower end of its 95 % interval (Wilson).
        accuracy_high: Upper end.
        confidence: Mean confidence.
        truncated: Share of its texts of which the model saw a part only.
    """

    unit: str
    low: int
    high: int
    rows: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    confidence: float
    truncated: float


@dataclass(frozen=True, slots=True)
class TextPrediction:
    """The answer for one text; `confidence` is the probability of `label`, all between 0 and 1."""

    text: str
    label: str
    confidence: float
    probabilities: Mapping[str, float]

    @classmethod
    def of(cls, text: str, labels: Sequence[str], probabilities: "np.ndarray") -> "TextPrediction":
        """Return the answer for a text with these probabilities, shape (classes,), of the classes in order."""
        shares = dict(zip(labels, probabilities.tolist(), strict=True))
        label = labels[int(probabilities.argmax())]
        return cls(text, label, shares[label], shares)

    def as_json(self) -> dict[str, Any]:
        """Return it as `catalog.contract.Prediction`."""
        return {
            "text": self.text,
            "label": self.label,
            "confidence": self.confidence,
            "probabilities": dict(self.probabilities),
        }


ClassExample: TypeAlias = ExampleExplanation[TextPrediction, str | None]


@dataclass(frozen=True, slots=True)
class ClassWords:
    """The words that speak most for a class, strongest first."""

    label: str
    words: tuple[ImportantWord, ...]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a model relies on.

    Attributes:
        method: As in `Explanation`.
        rows: Texts of the sample that were explained.
        min_texts: A word counts if at least so many of them hold it.
        classes: In the order of their ids.
        examples: Worth looking at, each in a situation: ``"praise"``, ``"blame"``, ``"mixed"`` (texts made up to be
            typical), ``"surest right"``, ``"surest wrong"``, ``"least sure"`` (texts of the data).
        completeness_error: Median over the sample; None if the method has none.
        seconds: Spent on all of it.
    """

    method: str
    rows: int
    min_texts: int
    classes: tuple[ClassWords, ...]
    examples: tuple[ClassExample, ...]
    completeness_error: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Suspect:
    """A training example whose label a simple model, not trained on it, finds very unlikely."""

    row: int
    text: str
    label: str
    suggested: str
    probability: float


@dataclass(frozen=True, slots=True)
class LengthDetails:
    """What an evaluation found about the lengths of texts.

    Attributes:
        lengths: Buckets of about equal numbers of texts, shortest first.
        tokens: Real tokens that were read, None if the model has none.
    """

    lengths: tuple[LengthBucket, ...] = ()
    tokens: int | None = None


def length_details(evaluation: Evaluation) -> LengthDetails:
    """Return what an evaluation found about lengths; nothing of what an older record lacks."""
    return read_details(LengthDetails, evaluation.details)
