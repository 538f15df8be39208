"""A model of the catalog: what can be configured and tuned, and how to get its trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from catalog.contract.data import DataSummary
from catalog.contract.training import Trainer
from catalog.space import Scalar, SearchSpace

__all__ = ["Card", "Model", "Variant"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A published size of a model: parameters as a count, size in megabytes (10^6 bytes) of fp32 weights."""

    name: str
    parameters: int
    megabytes: int
    speed: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a person wants to know before choosing a model.

    Attributes:
        summary: One sentence.
        description: A paragraph: how it works, when it fits and when it does not.
        variants: Sizes to choose from.
        examples: Whole specs that run, by a short name.
    """

    summary: str
    description: str
    variants: tuple[Variant, ...] = ()
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@runtime_checkable
class Model(Protocol):
    """A trainable model of one task. Importing the module that holds it must stay light: no torch, no scikit-learn."""

    @property
    def key(self) -> str:
        """``category/subcategory/name``: the key of its task and its own name; also the name of its entry point."""

    @property
    def summary(self) -> str:
        """One sentence."""

    @property
    def Config(self) -> type[BaseModel]:  # noqa: N802 -- it is a class
        """The Pydantic class of `model_config`: every field with description, and bounds if it has any."""

    @property
    def preparation_fields(self) -> frozenset[str]:
        """The fields of `Config` that `Trainer.prepare` depends on."""

    @property
    def fixed_fields(self) -> frozenset[str]:
        """The fields of `Config` that no study may tune (the seed is always one)."""

    def search_space(self, config: Any) -> SearchSpace:
        """Return what to tune for this configuration if the spec does not say."""

    def recipes(self, config: Any) -> Sequence[Mapping[str, Scalar]]:
        """Return published settings worth trying before searching, best first."""

    def tunable(self, config: Any, data: DataSummary) -> Mapping[str, Scalar]:
        """Return the values of `config` in the units of the search space (a warm-up count becomes a share)."""

    def check(self, config: Any, data: Any) -> Sequence[str]:
        """Check that a configuration fits data, without the heavy libraries.

        Args:
            config: An instance of `Config`.
            data: What `Task.load` returned.

        Returns:
            What a careful reader should know about this model on these data; empty in most cases.

        Raises:
            DataError: `config` contradicts the data.
            ModelSourceError: The pretrained model cannot be used.
        """

    def card(self) -> Card:
        """Return what the model is and which variants it has."""

    def trainer(self) -> Trainer:
        """Import the heavy libraries and return the trainer."""
