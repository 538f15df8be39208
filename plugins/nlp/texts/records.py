"""The records of every task on single texts: frozen, and all convertible to plain JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from catalog.contract import DataSummary
from plugins.details import read_details

__all__ = [
    "ExampleExplanation",
    "ExplainsWords",
    "Explanation",
    "ImportantWord",
    "LengthForecast",
    "TextFacts",
    "WordWeight",
    "text_facts",
]


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word of a text and its effect on the answer.

    Attributes:
        word: As it is written in the text.
        start: Its first character in the text.
        end: The character after its last.
        weight: What it added to what is explained, such as the log-odds of the predicted label; negative if it took
            something off.
        attention: Share of attention that reached it, adding up to at most 1 over the text; None if the model has
            none. It shows how much a word was used, not for which answer.
    """

    word: str
    start: int
    end: int
    weight: float
    attention: float | None = None


class TextAnswer(Protocol):
    """The answer of a model for a text."""

    def as_json(self) -> dict[str, Any]:
        """Return it as `catalog.contract.Prediction`."""


Given_co = TypeVar("Given_co", bound=TextAnswer, covariant=True)
Truth = TypeVar("Truth")


@dataclass(frozen=True, slots=True)
class Explanation(Generic[Given_co]):
    """Why a text got its answer.

    Attributes:
        prediction: The answer.
        words: In the order of the text; words that the model did not see are left out.
        method: How `weight` was found, as a reader would look it up: ``"integrated gradients"``.
        completeness_error: Share of the explained difference that the weights miss or exceed; 0 if the method is exact,
            None if the difference is too small for a share.
        truncated: Whether the model saw a part of the text only.
    """

    prediction: Given_co
    words: tuple[WordWeight, ...]
    method: str
    completeness_error: float | None = None
    truncated: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as `catalog.contract.Prediction`: each word with its weight and the attention that it got."""
        return {
            **self.prediction.as_json(),
            "tokens": [
                {
                    "token": word.word,
                    "weight": word.weight,
                    "attention": word.attention,
                    "start": word.start,
                    "end": word.end,
                }
                for word in self.words
            ],
            "method": self.method,
            "completeness_error": self.completeness_error,
            "truncated": self.truncated,
        }


@runtime_checkable
class ExplainsWords(Protocol[Given_co]):
    """A predictor that explains its answers by words."""

    def explain_words(self, texts: Sequence[str]) -> Iterable[Explanation[Given_co]]:
        """Yield one explanation for each text, in order."""


@dataclass(frozen=True, slots=True)
class ExampleExplanation(Generic[Given_co, Truth]):
    """An example worth looking at: why the task chose it, its own truth (None if it was made up), and its answer."""

    situation: str
    truth: Truth
    explanation: Explanation[Given_co]


@dataclass(frozen=True, slots=True)
class ImportantWord:
    """A word (lower case) and its mean `weight` towards a class, over the `texts` of the sample that it occurs in."""

    word: str
    weight: float
    texts: int


@dataclass(frozen=True, slots=True)
class LengthForecast:
    """At `max_length` tokens, `truncated` is the share of training texts that would be cut, 0 to 1."""

    max_length: int
    truncated: float
    seconds_per_epoch: float | None


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What is known about the texts of a data set.

    Attributes:
        mean_words: Words of a text on average, over all splits; None if they were not counted.
        language: Code (ISO 639-1) of the language that most texts seem to be in; None if that is not clear.
        duplicates: Rows of ``validation`` and of ``test`` whose text also occurs in ``train``.
    """

    mean_words: float | None = None
    language: str | None = None
    duplicates: Mapping[str, int] = field(default_factory=dict)


def text_facts(data: DataSummary | Mapping[str, Any]) -> TextFacts:
    """Return what is known about the texts of a data set, given as found or as JSON."""
    return read_details(TextFacts, data.details if isinstance(data, DataSummary) else data)
