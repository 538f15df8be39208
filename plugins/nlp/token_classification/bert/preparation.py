"""Data, weights and windows, ready for any number of trainings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.contract import DataSummary
from plugins.nlp.encoders.heads import EncoderHead
from plugins.nlp.encoders.sources.source import ModelSource, load_source
from plugins.nlp.encoders.text_encoder import TextEncoder, text_encoder
from plugins.nlp.token_classification.bert.config import BertConfig
from plugins.nlp.token_classification.bert.windows import Windows, encode_words
from plugins.nlp.token_classification.data import TokenData

__all__ = ["HEAD", "PreparedBert", "prepare"]

HEAD = EncoderHead(per_token=True)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedBert:
    """The input that trainings share; none of them changes it.

    Attributes:
        data: All splits.
        source: Model and tokenizer.
        encoder: Words to ids.
        windows: Of the splits ``train`` and ``validation``; test is not encoded until it is needed.
    """

    data: TokenData
    source: ModelSource
    encoder: TextEncoder
    windows: Mapping[str, Windows]

    @property
    def summary(self) -> DataSummary:
        """What was found in the data."""
        return self.data.summary


def prepare(data: TokenData, config: BertConfig, cache: Path) -> PreparedBert:
    """Load the model, and encode the training and validation splits.

    Raises:
        ModelSourceError: The model cannot be used.
        UnreachableError: A hub does not answer.
    """
    head = replace(HEAD, labels=data.tags.names)
    source = load_source(config, head, data.splits["train"].texts, cache, cased=True)
    encoder = text_encoder(source.tokenizer, config.max_seq_length, "head")
    windows = {
        split: encode_words(data.splits[split].words, encoder, config.stride) for split in ("train", "validation")
    }
    return PreparedBert(data, source, encoder, windows)
