"""What the catalog shows of the BERT family, and the way to its trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.contract import Card, DataSummary, Trainer
from catalog.errors import DataError
from catalog.space import Scalar
from catalog.statement import Statement
from plugins.nlp.encoders import search
from plugins.nlp.token_classification.bert.card import SUMMARY, card, usage
from plugins.nlp.token_classification.bert.config import FIXED, KEY, PREPARATION, BertConfig

if TYPE_CHECKING:
    from plugins.nlp.token_classification.data import TokenData

__all__ = ["BertModel", "model"]

_SPECIAL = 2
"""Tokens of a window that are not the text's own."""


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
        """Return what a training of `config` depends on; the warm-up as it is, since windows are not counted yet."""
        return {**search.resolved(config, data.rows["train"]), "warmup_steps": config.warmup_steps}

    def check(self, config: BertConfig, data: "TokenData") -> Sequence[str]:
        """Check that a configuration fits data, and the model too if it is a folder; without torch.

        Raises:
            ModelSourceError: The folder cannot be used, or the model sees less than `max_seq_length` tokens.
            DataError: A batch is larger than the windows of the training split, as far as its words show.
        """
        from plugins.nlp.encoders.sources.pretrained import check_source

        room = config.max_seq_length - _SPECIAL
        windows = sum(-(-len(words) // room) for words in data.splits["train"].words)  # or more: a word is many pieces
        if config.batch_size > windows:
            raise DataError(
                f"batch_size is {config.batch_size:,}, but the {data.summary.rows['train']:,} training sentences of "
                f"{data.summary.name} fill {windows:,} windows. Set batch_size to {windows:,} or less.",
                field="model_config.batch_size",
            )
        check_source(config.model_name, config.max_seq_length)
        return ()

    def card(self) -> Card:
        """Return what the models are, and which there are."""
        return card()

    def usage(self, config: Mapping[str, Any]) -> str:  # noqa: ARG002 -- the same for all
        """Return Python that tags with transformers."""
        return usage()

    def limits(self, config: Mapping[str, Any]) -> Sequence[Statement]:
        """Return how long texts are read."""
        length = config.get("max_seq_length", BertConfig().max_seq_length)
        return (
            Statement(
                "Longer texts than {length:count} tokens are read in windows by modelcat predict; a pipeline needs "
                "its argument stride for that.",
                {"length": int(length)},
            ),
        )

    def trainer(self) -> Trainer:
        """Import torch and transformers, and return the trainer."""
        from plugins.nlp.token_classification.bert.trainer import BertTrainer

        return BertTrainer()


model = BertModel()
