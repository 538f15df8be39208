"""Data, weights and tokens, ready for any number of trainings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.contract import DataSummary
from plugins.nlp.encoders.heads import Head
from plugins.nlp.encoders.sources.source import ModelSource, load_source
from plugins.nlp.encoders.text_encoder import TextEncoder, text_encoder
from plugins.nlp.encoders.tokens import Tokens, cached_tokens
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.data import TextData, check_config

__all__ = ["HEAD", "PreparedBert", "prepare"]

HEAD = Head(problem_type="single_label_classification")


@dataclass(frozen=True, slots=True, eq=False)
class PreparedBert:
    """What trainings share; none of them changes it.

    Attributes:
        data: All splits.
        source: Model and tokenizer.
        encoder: Texts to ids, for `max_seq_length` and `truncation`.
        tokens: Of the splits ``train`` and ``validation``; test is left alone until it is needed.
        cache: Where tokens are kept.
    """

    data: TextData
    source: ModelSource
    encoder: TextEncoder
    tokens: Mapping[str, Tokens]
    cache: Path

    @property
    def summary(self) -> DataSummary:
        """What was found in the data."""
        return self.data.summary


def prepare(data: TextData, config: BertConfig, cache: Path) -> PreparedBert:
    """Load the model, encode what is trained and validated on.

    Raises:
        DataError: `num_labels` contradicts the data.
        ModelSourceError: The model cannot be used.
        UnreachableError: A hub does not answer.
    """
    check_config(data.summary, num_labels=config.num_labels)
    head = replace(HEAD, labels=data.classes.labels)
    source = load_source(config, head, data.splits["train"].texts, cache)
    encoder = text_encoder(source.tokenizer, config.max_seq_length, config.truncation)
    tokens = {name: cached_tokens(data.splits[name].texts, encoder, cache) for name in ("train", "validation")}
    return PreparedBert(data=data, source=source, encoder=encoder, tokens=tokens, cache=cache)
