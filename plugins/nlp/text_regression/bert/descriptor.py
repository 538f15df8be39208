"""The catalog entry of the BERT family, which loads its trainer."""

from functools import partial
from typing import TYPE_CHECKING

from catalog.contract import Card, Trainer
from plugins.nlp.encoders.model_entry import EncoderEntry
from plugins.nlp.encoders.usage import usage
from plugins.nlp.encoders.variants import VARIANTS
from plugins.nlp.text_regression.bert.config import KEY, BertConfig

if TYPE_CHECKING:
    from plugins.nlp.text_regression.records import TextData

__all__ = ["model"]

_DESCRIPTION = """\
A transformer encoder reads a whole text in both directions; what it makes of the first token is turned into a number \
by one new layer, and all of it is trained together for a few epochs on the mean squared error (Devlin et al., 2019, \
arXiv 1810.04805). The numbers are standardised for the training, and the saved model answers in their own unit. It \
fits if order and context matter and a few hundred texts or more are at hand. It sees at most 512 tokens, about 400 \
English words; of longer texts `truncation` says what is kept. If single words tell the number, the linear baseline is \
as good and a thousand times cheaper: every study trains it once for comparison. The scratch models start at random \
and learn their vocabulary from the training split: for trying things out; they end below any pretrained model."""
_ADDRESS = {"model": "bert", "category": "nlp", "subcategory": "text-regression"}
_CARD = Card(
    summary="Fine-tunes BERT and its kin to predict a number for a text, with an interval.",
    description=_DESCRIPTION,
    variants=VARIANTS,
    examples={
        "demo": {
            **_ADDRESS,
            "model_config": {"model_name": "scratch/bert-tiny", "max_seq_length": 128, "epochs": 4},
            "dataset": {"source": "demo"},
        },
        "files": {
            **_ADDRESS,
            "model_config": {"model_name": "distilbert-base-uncased", "max_seq_length": 256},
            "dataset": {"source": "files", "train": "reviews.csv", "text": "review", "label": "stars"},
        },
    },
)


def _check(config: BertConfig, data: "TextData") -> None:
    """Check that `batch_size` is not more than there are training texts."""
    from plugins.nlp.texts.checks import check_batch_size

    check_batch_size(config.batch_size, data.summary)


def _trainer() -> Trainer:
    from plugins.nlp.text_regression.bert.trainer import BertTrainer

    return BertTrainer()


model = EncoderEntry(
    key=KEY,
    Config=BertConfig,
    described=_CARD,
    check_data=_check,
    trainer=_trainer,
    usage=partial(usage, "text-classification"),
)
