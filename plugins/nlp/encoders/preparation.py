"""Data, weights and tokens, ready for any number of trainings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from catalog.contract import DataSummary
from plugins.nlp.encoders.config import EncoderConfig
from plugins.nlp.encoders.heads import EncoderHead
from plugins.nlp.encoders.sources.source import ModelSource, load_source
from plugins.nlp.encoders.text_encoder import TextEncoder, text_encoder
from plugins.nlp.encoders.tokens import EncodedTokens, cached_tokens

__all__ = ["Prepared", "prepare_texts"]


class _Split(Protocol):
    """The examples of a split."""

    @property
    def texts(self) -> Sequence[str]:
        """One a row."""


class _Data(Protocol):
    """A data set of texts."""

    @property
    def summary(self) -> DataSummary:
        """What was found."""

    @property
    def splits(self) -> Mapping[str, _Split]:
        """By name."""


Data = TypeVar("Data", bound=_Data)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared(Generic[Data]):
    """The input that trainings share; none of them changes it.

    Attributes:
        data: All splits.
        source: Model and tokenizer.
        encoder: Texts to ids, for `max_seq_length` and `truncation`.
        tokens: Of the splits ``train`` and ``validation``; test is not encoded until it is needed.
        cache: Where tokens are kept.
    """

    data: Data
    source: ModelSource
    encoder: TextEncoder
    tokens: Mapping[str, EncodedTokens]
    cache: Path

    @property
    def summary(self) -> DataSummary:
        """What was found in the data."""
        return self.data.summary


def prepare_texts(data: Data, config: EncoderConfig, head: EncoderHead, cache: Path) -> Prepared[Data]:
    """Load the model, and encode the training and validation splits.

    Raises:
        ModelSourceError: The model cannot be used.
        UnreachableError: A hub does not answer.
    """
    source = load_source(config, head, data.splits["train"].texts, cache)
    encoder = text_encoder(source.tokenizer, config.max_seq_length, config.truncation)
    tokens = {name: cached_tokens(data.splits[name].texts, encoder, cache) for name in ("train", "validation")}
    return Prepared(data=data, source=source, encoder=encoder, tokens=tokens, cache=cache)
