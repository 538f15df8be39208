"""The catalog entry of the BERT family, which loads its trainer."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from catalog.contract import Trainer
from catalog.errors import DataError
from catalog.statement import Statement
from plugins.nlp.encoders import search
from plugins.nlp.encoders.model_entry import EncoderEntry
from plugins.nlp.token_classification.bert.card import CARD, usage
from plugins.nlp.token_classification.bert.config import FIXED, KEY, PREPARATION, BertConfig

if TYPE_CHECKING:
    from plugins.nlp.token_classification.data import TokenData

__all__ = ["model"]

_SPECIAL = 2
"""Tokens of a window that are special tokens."""


def _check(config: BertConfig, data: "TokenData") -> None:
    """Check that a batch is not larger than the windows of the training split, as far as its words show."""
    room = config.max_seq_length - _SPECIAL
    windows = sum(-(-len(words) // room) for words in data.splits["train"].words)  # or more: a word is many pieces
    if config.batch_size > windows:
        raise DataError(
            f"batch_size is {config.batch_size:,}, but the {data.summary.rows['train']:,} training sentences of "
            f"{data.summary.name} fill {windows:,} windows. Set batch_size to {windows:,} or less.",
            field="model_config.batch_size",
        )


def _trainer() -> Trainer:
    from plugins.nlp.token_classification.bert.trainer import BertTrainer

    return BertTrainer()


def _limits(config: Mapping[str, Any]) -> Sequence[Statement]:
    """Return how long texts are read."""
    length = config.get("max_seq_length", BertConfig().max_seq_length)
    return (
        Statement(
            "Longer texts than {length:count} tokens are read in windows by modelcat predict; a pipeline needs its "
            "argument stride for that.",
            {"length": int(length)},
        ),
    )


def _resolve(config: BertConfig, rows: int) -> Mapping[str, Any]:
    """Return what a training depends on; the warm-up is unchanged, because windows are not counted yet."""
    return {**search.resolved(config, rows), "warmup_steps": config.warmup_steps}


model = EncoderEntry(
    key=KEY,
    Config=BertConfig,
    described=CARD,
    check_data=_check,
    trainer=_trainer,
    usage=usage,
    limits=_limits,
    resolve=_resolve,
    preparation_fields=PREPARATION,
    fixed_fields=FIXED,
)
