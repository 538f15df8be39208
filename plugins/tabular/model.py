"""What the catalog shows of a model of tables, and the way to its trainer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from catalog.contract import Card, DataSummary, Trainer
from catalog.space import Scalar, SearchSpace
from plugins.tabular.boosting.config import largest_leaf
from plugins.tabular.records import TableData

__all__ = ["TableModelEntry"]

_FEW_ROWS = 50


@dataclass(frozen=True, slots=True)
class TableModelEntry:
    """A `catalog.contract.Model`; importing it imports neither scikit-learn nor LightGBM.

    Attributes:
        key: Of the model.
        summary: One sentence.
        description: How it works, when it fits and when it does not.
        Config: The class of `model_config`.
        space: What is tuned if the spec does not say.
        settings: Published settings worth trying first.
        loaded: Imports the heavy libraries and returns the trainer.
        metric: What an example spec tunes for.
    """

    key: str
    summary: str
    description: str
    Config: type[BaseModel]
    space: SearchSpace
    settings: tuple[Mapping[str, Scalar], ...]
    loaded: Callable[[], Trainer]
    metric: str
    preparation_fields: frozenset[str] = frozenset()
    fixed_fields: frozenset[str] = field(default=frozenset({"seed"}))

    def search_space(self, config: Any) -> SearchSpace:  # noqa: ARG002 -- the same for every configuration
        """Return what to tune."""
        return self.space

    def recipes(self, config: Any) -> Sequence[Mapping[str, Scalar]]:  # noqa: ARG002 -- the same for every configuration
        """Return settings worth trying before searching."""
        return self.settings

    def tunable(self, config: Any, data: DataSummary) -> Mapping[str, Scalar]:  # noqa: ARG002 -- no share of data
        """Return every value of `config` that a study may tune; fields without a value are left out."""
        values = config.model_dump(mode="json")
        return {name: value for name, value in values.items() if value is not None and name not in self.fixed_fields}

    def check(self, config: Any, data: TableData) -> Sequence[str]:
        """Return what makes a poor model of these data likely; every configuration fits all data."""
        rows = data.summary.rows["train"]
        least = getattr(config, "min_child_samples", 1)
        if least > (most := largest_leaf(rows)):
            return (
                f"A leaf cannot be asked to hold {least:,} of {rows:,} training rows: {most:,} count in its place.",
            )
        if rows < _FEW_ROWS:
            return (f"{rows:,} training rows are few: expect scores that depend on which rows were drawn.",)
        return ()

    def card(self) -> Card:
        """Return what the model is; it has no variants."""
        category, subcategory, model = self.key.split("/")
        address = {"model": model, "category": category, "subcategory": subcategory}
        demo = {**address, "model_config": {}, "dataset": {"source": "demo", "size": 4000}}
        study = {**demo, "study": {"trials": 10, "metric": self.metric}}
        return Card(self.summary, self.description, examples={"demo": demo, "study": study})

    def trainer(self) -> Trainer:
        """Import the heavy libraries and return the trainer."""
        return self.loaded()
