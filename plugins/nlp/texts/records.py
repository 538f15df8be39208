"""What every task on single texts knows about them: frozen records, all of them plain JSON in kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.contract import DataSummary
from plugins.details import read_details

__all__ = ["ImportantWord", "LengthForecast", "TextFacts", "WordWeight", "text_facts", "words_json"]


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word of a text and what it did to the answer.

    Attributes:
        word: As it stands in the text.
        start: Its first character in the text.
        end: The character after its last.
        weight: What it added to what is explained, such as the log-odds of the predicted label; negative if it took
            something off.
        attention: Share of attention that reached it, adding up to at most 1 over the text; None where the model has
            none. How much was looked at a word, not which way it spoke.
    """

    word: str
    start: int
    end: int
    weight: float
    attention: float | None = None


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
        duplicates: Rows of ``validation`` and of ``test`` whose text also stands in ``train``.
    """

    mean_words: float | None = None
    language: str | None = None
    duplicates: Mapping[str, int] = field(default_factory=dict)


def text_facts(data: DataSummary | Mapping[str, Any]) -> TextFacts:
    """Return what is known about the texts of a data set, given as found or as JSON."""
    return read_details(TextFacts, data.details if isinstance(data, DataSummary) else data)


def words_json(words: Sequence[WordWeight]) -> list[dict[str, Any]]:
    """Return words as the ``tokens`` of an explanation."""
    return [
        {"token": word.word, "weight": word.weight, "attention": word.attention, "start": word.start, "end": word.end}
        for word in words
    ]
