"""What the catalog shows of the BERT family, and the way to its trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.contract import Card, DataSummary, Trainer
from catalog.space import Scalar
from catalog.statement import Statement
from plugins.nlp.encoders import search
from plugins.nlp.encoders import usage as uses
from plugins.nlp.encoders.variants import VARIANTS
from plugins.nlp.text_regression.bert.config import FIXED, KEY, PREPARATION, BertConfig

if TYPE_CHECKING:
    from plugins.nlp.text_regression.records import TextData

__all__ = ["BertModel", "model"]

_SUMMARY = "Fine-tunes BERT and its kin to predict a number for a text, with an interval."
_DESCRIPTION = """\
A transformer encoder reads a whole text in both directions; what it makes of the first token is turned into a number \
by one new layer, and all of it is trained together for a few epochs on the mean squared error (Devlin et al., 2019, \
arXiv 1810.04805). The numbers are standardised for the training, and the saved model answers in their own unit. It \
fits if order and context matter and a few hundred texts or more are at hand. It sees at most 512 tokens, about 400 \
English words; of longer texts `truncation` says what is kept. If single words tell the number, the linear baseline is \
as good and a thousand times cheaper: every study trains it once for comparison. The scratch models start at random \
and learn their vocabulary from the training split: for trying things out; they end below any pretrained model."""


@dataclass(frozen=True, slots=True)
class BertModel:
    """A `catalog.contract.Model`; importing it imports neither torch nor transformers."""

    key: str = KEY
    summary: str = _SUMMARY
    Config: type[BertConfig] = BertConfig
    preparation_fields: frozenset[str] = PREPARATION
    fixed_fields: frozenset[str] = FIXED
    search_space = staticmethod(search.search_space)
    recipes = staticmethod(search.recipes)

    def tunable(self, config: BertConfig, data: DataSummary) -> Mapping[str, Scalar]:
        """Return every value of `config` that a study may tune; see `search.tunable`."""
        return search.tunable(config, FIXED, data.rows["train"])

    def resolved(self, config: BertConfig, data: DataSummary) -> Mapping[str, Any]:
        """Return what a training of `config` depends on; see `search.resolved`."""
        return search.resolved(config, data.rows["train"])

    def check(self, config: BertConfig, data: "TextData") -> Sequence[str]:
        """Check that a configuration fits data, and the model too if it is a folder; without torch.

        Raises:
            ModelSourceError: The folder cannot be used, or the model sees less than `max_seq_length` tokens.
            DataError: `batch_size` is more than there are training texts.
        """
        from plugins.nlp.encoders.sources.pretrained import check_source
        from plugins.nlp.texts.checks import check_batch_size

        check_batch_size(config.batch_size, data.summary)
        check_source(config.model_name, config.max_seq_length)
        return ()

    def card(self) -> Card:
        """Return what the models are, and which there are."""
        category, subcategory, name = KEY.split("/")
        address = {"model": name, "category": category, "subcategory": subcategory}
        scratch = {"model_name": "scratch/bert-tiny", "max_seq_length": 128, "epochs": 4}
        return Card(
            summary=_SUMMARY,
            description=_DESCRIPTION,
            variants=VARIANTS,
            examples={
                "demo": {**address, "model_config": scratch, "dataset": {"source": "demo"}},
                "files": {
                    **address,
                    "model_config": {"model_name": "distilbert-base-uncased", "max_seq_length": 256},
                    "dataset": {"source": "files", "train": "reviews.csv", "text": "review", "label": "stars"},
                },
            },
        )

    def usage(self, config: Mapping[str, Any]) -> str:
        """Return Python that predicts with transformers; see `usage.usage`."""
        return uses.usage("text-classification", config)

    def limits(self, config: Mapping[str, Any]) -> Sequence[Statement]:
        """Return how much of a long text the model sees; see `usage.limits`."""
        return tuple(uses.limits(config))

    def trainer(self) -> Trainer:
        """Import torch and transformers, and return the trainer."""
        from plugins.nlp.text_regression.bert.trainer import BertTrainer

        return BertTrainer()


model = BertModel()
