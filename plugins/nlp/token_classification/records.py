"""The records of token classification about data and evaluations: the typed form of their JSON details."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.contract import DataSummary, Evaluation
from plugins.details import read_details
from plugins.nlp.token_classification.schemes import TagSet

__all__ = [
    "EntityErrors",
    "EntityScores",
    "LengthScores",
    "SentenceExample",
    "TagData",
    "TextSpan",
    "TokenDetails",
    "tag_data",
    "token_details",
]


@dataclass(frozen=True, slots=True)
class TagData:
    """What is known about the tags of a data set.

    Attributes:
        scheme: How tags mark entities: ``"bio"``, ``"bilou"``, ``"bioes"`` or ``"plain"``.
        tags: Names of the tags in the order of their ids.
        tag_words: Words of each tag in each split.
        entity_types: Names of the types, sorted.
        entities: Entities of each type in each split.
        mean_words: Words of a sentence on average, over all splits.
        longest_words: Of the longest sentence.
        duplicates: Sentences of ``validation`` and of ``test`` that also occur in train.
        example: A tag as the files write it, such as ``"b-per"``, if it is read in another way; else nothing.
        variant: ``"iob1"`` or ``"io"`` if the files write BIO so; see `schemes.bio_variant`.
    """

    scheme: str = "bio"
    tags: tuple[str, ...] = ()
    tag_words: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    entity_types: tuple[str, ...] = ()
    entities: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    mean_words: float | None = None
    longest_words: int | None = None
    duplicates: Mapping[str, int] = field(default_factory=dict)
    example: str = ""
    variant: str = ""

    @property
    def known(self) -> TagSet:
        """The tags."""
        return TagSet(self.scheme, self.tags)


@dataclass(frozen=True, slots=True)
class EntityScores:
    """One type: `entities` that are of it, `predicted` as it, and scores between 0 and 1 of the exact matches."""

    label: str
    entities: int
    predicted: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class EntityErrors:
    """How many true entities were found or missed, and how many predicted ones are spurious.

    Attributes:
        right: Found with their boundaries and type.
        wrong_type: Found with their boundaries, as another type.
        wrong_boundaries: A predicted entity overlaps them, with other boundaries.
        missed: Nothing of them was found.
        spurious: Predicted entities that do not exist.
    """

    right: int = 0
    wrong_type: int = 0
    wrong_boundaries: int = 0
    missed: int = 0
    spurious: int = 0


@dataclass(frozen=True, slots=True)
class LengthScores:
    """F1 of the entities in sentences of `low` to `high` words, with its 95 % interval."""

    low: int
    high: int
    sentences: int
    entities: int
    f1: float
    f1_low: float
    f1_high: float


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Characters of a text that are an entity; `right` if truth and prediction agree on it."""

    start: int
    end: int
    label: str
    right: bool


@dataclass(frozen=True, slots=True)
class SentenceExample:
    """A sentence with its true and its predicted entities; `row` is its place in the split."""

    row: int
    text: str
    truth: tuple[TextSpan, ...]
    predicted: tuple[TextSpan, ...]


@dataclass(frozen=True, slots=True)
class TokenDetails:
    """What an evaluation found besides metrics.

    Attributes:
        words: How many words were tagged.
        entity_scores: Scores of each type, in the order of `TagData.entity_types`.
        entity_confusion: ``matrix[i][j]``: entities of type i for which type j was predicted with the same boundaries;
            the last column counts those for which nothing was, the last row predictions that are no entity.
        entity_errors: How many entities were found or missed.
        lengths: Scores by the length of the sentence.
        examples: Some sentences: those with the most errors, and some that are right.
        windows: Windows that the model read; None if it reads whole sentences. More than sentences if some are long.
    """

    words: int = 0
    entity_scores: tuple[EntityScores, ...] = ()
    entity_confusion: tuple[tuple[int, ...], ...] = ()
    entity_errors: EntityErrors = EntityErrors()
    lengths: tuple[LengthScores, ...] = ()
    examples: tuple[SentenceExample, ...] = ()
    windows: int | None = None


def token_details(evaluation: Evaluation) -> TokenDetails:
    """Return what an evaluation found; nothing of what an older record lacks."""
    return read_details(TokenDetails, evaluation.details)


def tag_data(data: DataSummary | Mapping[str, Any]) -> TagData:
    """Return what is known about the tags of a data set, given as found or as JSON."""
    return read_details(TagData, data.details if isinstance(data, DataSummary) else data)
