"""The catalog entry of a model without variants, which loads its trainer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from catalog.contract import Card, DataSummary, Trainer
from catalog.space import Scalar, SearchSpace

__all__ = ["ModelEntry"]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A `catalog.contract.Model`; importing it imports no library that trains.

    Attributes:
        key: Of the model.
        summary: One sentence.
        description: How it works, when it fits and when it does not.
        Config: The class of `model_config`.
        space: What is tuned if the spec does not say.
        check: Checks that a configuration fits data, and returns what a careful reader should know.
        trainer: Imports the heavy libraries and returns the trainer.
        study: The `model_config` and `study` of an example of a study; none if there is no such example.
        demo_size: Of the examples' data.
        settings: Published settings worth trying first.
        fixed_fields: The fields of `Config` that no study may tune.
    """

    key: str
    summary: str
    description: str
    Config: type[BaseModel]
    space: SearchSpace
    check: Callable[[Any, Any], Sequence[str]]
    trainer: Callable[[], Trainer]
    study: Mapping[str, Any] = field(default_factory=dict)
    demo_size: int = 4000
    settings: tuple[Mapping[str, Scalar], ...] = ()
    fixed_fields: frozenset[str] = frozenset({"seed"})
    preparation_fields: frozenset[str] = frozenset()

    def search_space(self, config: Any) -> SearchSpace:  # noqa: ARG002 -- the same for every configuration
        """Return what to tune."""
        return self.space

    def recipes(self, config: Any) -> Sequence[Mapping[str, Scalar]]:  # noqa: ARG002 -- the same for every configuration
        """Return settings worth trying before searching."""
        return self.settings

    def tunable(self, config: Any, data: DataSummary) -> Mapping[str, Scalar]:  # noqa: ARG002 -- no share of data
        """Return every value of `config` that a study may tune; fields without a single value are left out."""
        values = config.model_dump(mode="json", exclude=set(self.fixed_fields))
        return {name: value for name, value in values.items() if isinstance(value, bool | int | float | str)}

    def card(self) -> Card:
        """Return what the model is; it has no variants."""
        category, subcategory, model = self.key.split("/")
        address = {"model": model, "category": category, "subcategory": subcategory}
        demo = {**address, "model_config": {}, "dataset": {"source": "demo", "size": self.demo_size}}
        study = {"study": {**demo, **self.study}} if self.study else {}
        return Card(self.summary, self.description, examples={"demo": demo, **study})
