"""The catalog entry of the BERT family, which loads its trainer."""

from functools import partial
from typing import TYPE_CHECKING

from catalog.contract import Trainer
from plugins.nlp.encoders.model_entry import EncoderEntry
from plugins.nlp.encoders.usage import usage
from plugins.nlp.text_classification.bert.card import CARD
from plugins.nlp.text_classification.bert.config import FIXED, KEY, PREPARATION, BertConfig

if TYPE_CHECKING:
    from plugins.nlp.text_classification.data import TextData

__all__ = ["model"]


def _check(config: BertConfig, data: "TextData") -> None:
    """Check that `num_labels`, `batch_size` and `class_weights` fit the data."""
    from plugins.nlp.text_classification.data import check_config

    check_config(
        data.summary,
        num_labels=config.num_labels,
        batch_size=config.batch_size,
        class_weights=config.class_weights,
    )


def _trainer() -> Trainer:
    from plugins.nlp.text_classification.bert.trainer import BertTrainer

    return BertTrainer()


model = EncoderEntry(
    key=KEY,
    Config=BertConfig,
    described=CARD,
    check_data=_check,
    trainer=_trainer,
    usage=partial(usage, "text-classification"),
    preparation_fields=PREPARATION,
    fixed_fields=FIXED,
)
