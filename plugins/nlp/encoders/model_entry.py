"""The catalog entry of a family of encoders, which loads its trainer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.contract import Card, DataSummary, Trainer
from catalog.space import Scalar
from catalog.statement import Statement
from plugins.nlp.encoders import search
from plugins.nlp.encoders import usage as uses
from plugins.nlp.encoders.config import FIXED, PREPARATION, FineTuningConfig

__all__ = ["EncoderEntry"]


@dataclass(frozen=True, slots=True)
class EncoderEntry:
    """A `catalog.contract.Model`; importing it imports neither torch nor transformers.

    Attributes:
        key: Of the model.
        Config: The class of `model_config`.
        described: Describes the models and lists the variants.
        check_data: Raises `DataError` if a configuration contradicts data.
        trainer: Imports torch and transformers, and returns the trainer.
        usage: Returns Python that predicts with transformers.
        limits: Returns what a user must know; see `usage.limits`.
        resolve: Returns what a training depends on; see `search.resolved`.
    """

    key: str
    Config: type[FineTuningConfig]
    described: Card
    check_data: Callable[[Any, Any], None]
    trainer: Callable[[], Trainer]
    usage: Callable[[Mapping[str, Any]], str]
    limits: Callable[[Mapping[str, Any]], Sequence[Statement]] = uses.limits
    resolve: Callable[[Any, int], Mapping[str, Any]] = search.resolved
    preparation_fields: frozenset[str] = PREPARATION
    fixed_fields: frozenset[str] = FIXED
    search_space = staticmethod(search.search_space)
    recipes = staticmethod(search.recipes)

    @property
    def summary(self) -> str:
        """One sentence."""
        return self.described.summary

    def card(self) -> Card:
        """Return the description of the models and their variants."""
        return self.described

    def tunable(self, config: Any, data: DataSummary) -> Mapping[str, Scalar]:
        """Return every value of `config` that a study may tune; see `search.tunable`."""
        return search.tunable(config, self.fixed_fields, data.rows["train"])

    def resolved(self, config: Any, data: DataSummary) -> Mapping[str, Any]:
        """Return what a training of `config` depends on."""
        return self.resolve(config, data.rows["train"])

    def check(self, config: Any, data: Any) -> Sequence[str]:
        """Check that a configuration fits the data, and also the model if it is a folder; without torch.

        Raises:
            ModelSourceError: The folder cannot be used, or the model sees less than `max_seq_length` tokens.
            DataError: The configuration contradicts the data.
        """
        from plugins.nlp.encoders.sources.pretrained import check_source

        self.check_data(config, data)
        check_source(config.model_name, config.max_seq_length)
        return ()
