"""What the catalog shows of the BERT family, and the way to its trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.contract import Card, DataSummary, Trainer
from catalog.space import Scalar
from catalog.statement import Statement
from plugins.nlp.encoders import search
from plugins.nlp.encoders import usage as uses
from plugins.nlp.text_classification.bert.card import SUMMARY, card
from plugins.nlp.text_classification.bert.config import FIXED, KEY, PREPARATION, BertConfig

if TYPE_CHECKING:
    from plugins.nlp.text_classification.data import TextData

__all__ = ["BertModel", "model"]


@dataclass(frozen=True, slots=True)
class BertModel:
    """A `catalog.contract.Model`; importing it imports neither torch nor transformers."""

    key: str = KEY
    summary: str = SUMMARY
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
            DataError: `num_labels`, `batch_size` or `class_weights` contradicts the data.
        """
        from plugins.nlp.encoders.sources.pretrained import check_source
        from plugins.nlp.text_classification.data import check_config

        check_config(
            data.summary,
            num_labels=config.num_labels,
            batch_size=config.batch_size,
            class_weights=config.class_weights,
        )
        check_source(config.model_name, config.max_seq_length)
        return ()

    def card(self) -> Card:
        """Tell what the models are, and which there are."""
        return card()

    def usage(self, config: Mapping[str, Any]) -> str:
        """Return Python that classifies with transformers; see `usage.usage`."""
        return uses.usage("text-classification", config)

    def limits(self, config: Mapping[str, Any]) -> Sequence[Statement]:
        """Return how much of a long text the model sees; see `usage.limits`."""
        return tuple(uses.limits(config))

    def trainer(self) -> Trainer:
        """Import torch and transformers, and return the trainer."""
        from plugins.nlp.text_classification.bert.trainer import BertTrainer

        return BertTrainer()


model = BertModel()
