"""The records of text regression about texts and answers: frozen, and all convertible to plain JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from catalog.contract import DataSummary, Evaluation
from plugins.details import read_details
from plugins.nlp.texts.records import ExampleExplanation, ImportantWord
from plugins.nlp.texts.split import TextSplit
from plugins.regression.records import ConformalInterval

__all__ = [
    "Interpretation",
    "LengthDetails",
    "LengthGroup",
    "NumberExample",
    "NumberPrediction",
    "TextData",
    "answer",
    "length_details",
]


@dataclass(frozen=True, slots=True, eq=False)
class TextData:
    """A data set ready to train on.

    Attributes:
        summary: What was found: sizes, target, fingerprint, notes.
        splits: Always ``"train"``, ``"validation"`` and ``"test"``, none of them empty.
    """

    summary: DataSummary
    splits: Mapping[str, TextSplit]


@dataclass(frozen=True, slots=True)
class LengthGroup:
    """Texts of a length from `low` to `high`.

    Attributes:
        unit: What lengths count: ``"tokens"`` before truncation, ``"words"`` or ``"characters"``.
        low: Shortest text of the group.
        high: Longest text of the group.
        rows: Texts in it.
        error: Their mean absolute error.
        error_low: Lower end of its 95 % interval.
        error_high: Upper end.
        truncated: Share of its texts of which the model saw a part only.
    """

    unit: str
    low: int
    high: int
    rows: int
    error: float
    error_low: float
    error_high: float
    truncated: float


@dataclass(frozen=True, slots=True)
class LengthDetails:
    """What an evaluation found about the lengths of texts.

    Attributes:
        lengths: Groups of about equal numbers of texts, shortest first.
        tokens: Real tokens that were read, None if the model has none.
    """

    lengths: tuple[LengthGroup, ...] = ()
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class NumberPrediction:
    """The number for one text, with the ends of its interval; None if the model has none."""

    text: str
    value: float
    low: float | None = None
    high: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as `catalog.contract.Prediction`."""
        return {"text": self.text, "value": self.value, "low": self.low, "high": self.high}


NumberExample: TypeAlias = ExampleExplanation[NumberPrediction, float]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a model relies on.

    Attributes:
        method: As in `Explanation`.
        rows: Texts of the sample that were explained.
        min_texts: A word counts if at least so many of them hold it.
        raising: Words that make the number larger, strongest first.
        lowering: Words that make it smaller; their weights are how much smaller.
        examples: Worth looking at: ``"highest"``, ``"lowest"``, ``"too high"`` and ``"too low"``.
        completeness_error: Median over the sample; None if there is none.
        seconds: Spent on all of it.
    """

    method: str
    rows: int
    min_texts: int
    raising: tuple[ImportantWord, ...]
    lowering: tuple[ImportantWord, ...]
    examples: tuple[NumberExample, ...]
    completeness_error: float | None
    seconds: float


def answer(text: str, value: float, interval: ConformalInterval | None) -> NumberPrediction:
    """Return the answer for a text with its interval."""
    if interval is None:
        return NumberPrediction(text, value)
    return NumberPrediction(text, value, value - interval.half_width, value + interval.half_width)


def length_details(evaluation: Evaluation) -> LengthDetails:
    """Return what an evaluation found about lengths."""
    return read_details(LengthDetails, evaluation.details)
