"""The `dataset` part of a spec for tables."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from catalog import dataset as sources
from catalog.dataset import Name, Names, Strict
from plugins.data.datasets import LabelFields, PositiveField, SplitFields

__all__ = [
    "ClassDemo",
    "ClassFiles",
    "ClassHub",
    "ClassificationDataset",
    "NumberDemo",
    "NumberFiles",
    "NumberHub",
    "RegressionDataset",
    "TableFields",
]


def _one_name(given: Any, name: str, alias: str) -> Any:
    """Return what was given with the column of the truth under its one name.

    Raises:
        ValueError: Both names were given.
    """
    if not isinstance(given, dict) or given.get(alias) is None:
        return given
    if given.get(name) is not None:
        raise ValueError(f"{name} and {alias} mean the same column; give one of them")
    return {**{key: value for key, value in given.items() if key != alias}, name: given[alias]}


class TableFields(SplitFields):
    """Which columns are features."""

    features: Names | None = Field(
        None,
        description="Columns that the model sees. If left out: all that are of use, without target, group and time.",
        examples=[["age", "income"]],
    )
    ignore: Names | None = Field(
        None, description="Columns that the model does not see, such as what is known too late.", examples=[["id"]]
    )

    @model_validator(mode="after")
    def _are_apart(self) -> "TableFields":
        if both := sorted(set(self.features or ()) & set(self.ignore or ())):
            raise ValueError(f"features and ignore both name {', '.join(map(repr, both))}")
        return self


class _ClassColumns(TableFields, LabelFields, PositiveField):
    """What sources of rows with classes share."""

    target: Name | None = Field(None, description="Another name of `label`.", examples=["churned"])

    @model_validator(mode="before")
    @classmethod
    def _has_one_label(cls, given: Any) -> Any:
        return _one_name(given, "label", "target")


class _NumberColumns(TableFields):
    """What sources of rows with numbers share."""

    target: Name | None = Field(
        None, description="Column that holds the number to predict; found if it is not named.", examples=["price"]
    )
    label: Name | None = Field(None, description="Another name of `target`.", examples=["price"])
    missing_labels: Literal["error", "drop"] | None = Field(
        None, description="What happens to rows without a target. They are an error if left out."
    )

    @model_validator(mode="before")
    @classmethod
    def _has_one_target(cls, given: Any) -> Any:
        return _one_name(given, "target", "label")


class ClassHub(sources.HubDataset, _ClassColumns):
    """A data set of the Hugging Face hub, or of the cache that HF_HOME names."""


class ClassFiles(sources.FilesDataset, _ClassColumns):
    """Files, or a pattern of files; paths are relative to the spec's folder."""


class ClassDemo(sources.DemoDataset, PositiveField):
    """Generated customers of a bank, and whether they cancel: nothing to download."""


class NumberHub(sources.HubDataset, _NumberColumns):
    """A data set of the Hugging Face hub, or of the cache that HF_HOME names."""


class NumberFiles(sources.FilesDataset, _NumberColumns):
    """Files, or a pattern of files; paths are relative to the spec's folder."""


class NumberDemo(sources.DemoDataset, Strict):
    """Generated flats and their rents: nothing to download."""


ClassificationDataset = Annotated[ClassHub | ClassFiles | ClassDemo, Field(discriminator="source")]
RegressionDataset = Annotated[NumberHub | NumberFiles | NumberDemo, Field(discriminator="source")]
