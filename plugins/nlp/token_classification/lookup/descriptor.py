"""What the catalog shows of the table of words, and the way to its trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.contract import Card, DataSummary, Trainer
from catalog.space import Choices, IntRange, Scalar, SearchSpace
from plugins.nlp.token_classification.lookup.config import LookupConfig

if TYPE_CHECKING:
    from plugins.nlp.token_classification.data import TokenData

__all__ = ["LookupModel", "model"]

_DESCRIPTION = (
    "Each word gets the tag that it has most often in the training sentences; a word that is not among them is looked "
    "up without regard to letter case, and else counts as outside of any entity. What the tags of neighbours "
    "contradict is repaired, so that entities are whole. It trains in milliseconds and knows names by heart: a model "
    "that is not better has learned nothing from context. New names it never finds."
)


@dataclass(frozen=True, slots=True)
class LookupModel:
    """A `catalog.contract.Model`; importing it imports no NumPy."""

    key: str = "nlp/token-classification/lookup"
    summary: str = "The most frequent tag of each word: the baseline to beat, trained in milliseconds."
    Config: type[LookupConfig] = LookupConfig
    preparation_fields: frozenset[str] = frozenset()
    fixed_fields: frozenset[str] = frozenset({"seed"})

    def search_space(self, config: LookupConfig) -> SearchSpace:  # noqa: ARG002 -- the same for every configuration
        """Tune how often a word must occur, and whether letter case matters."""
        return {"min_count": IntRange(1, 5), "lowercase": Choices((True, False))}

    def recipes(self, config: LookupConfig) -> Sequence[Mapping[str, Scalar]]:  # noqa: ARG002 -- there are none
        """Return nothing: the default is the recipe."""
        return ()

    def tunable(self, config: LookupConfig, data: DataSummary) -> Mapping[str, Scalar]:  # noqa: ARG002 -- no share of data
        """Return every value of `config` that a study may tune."""
        return {"min_count": config.min_count, "lowercase": config.lowercase}

    def check(self, config: LookupConfig, data: "TokenData") -> Sequence[str]:  # noqa: ARG002 -- any fits
        """Return nothing: every configuration fits all data."""
        return ()

    def card(self) -> Card:
        """Return what the model is; it has no variants."""
        category, subcategory, model = self.key.split("/")
        address = {"model": model, "category": category, "subcategory": subcategory}
        return Card(
            summary=self.summary,
            description=_DESCRIPTION,
            examples={"demo": {**address, "model_config": {}, "dataset": {"source": "demo", "size": 2000}}},
        )

    def trainer(self) -> Trainer:
        """Return the trainer."""
        from plugins.nlp.token_classification.lookup.trainer import trainer

        return trainer


model = LookupModel()
