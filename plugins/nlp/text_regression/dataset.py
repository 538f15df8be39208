"""The `dataset` part of a spec for text regression."""

from typing import Annotated, Literal

from pydantic import Field

from catalog import dataset as sources
from catalog.dataset import Name, Strict
from plugins.data.datasets import SplitFields
from plugins.nlp.texts.dataset import DeduplicateField, TextField

__all__ = ["Dataset", "DemoDataset", "FilesDataset", "HubDataset"]


class _NumberFields(Strict):
    """The column of the numbers."""

    label: Name | None = Field(
        None, description="Column that holds the number to predict; found if it is not named.", examples=["stars"]
    )
    missing_labels: Literal["error", "drop"] | None = Field(
        None, description="What happens to rows without a number. They are an error if left out."
    )


class _Columns(SplitFields, _NumberFields, TextField, DeduplicateField):
    """What sources with columns share."""


class HubDataset(sources.HubDataset, _Columns):
    """A data set of the Hugging Face hub, or of the cache that HF_HOME names."""


class FilesDataset(sources.FilesDataset, _Columns):
    """Files, or a pattern of files; paths are relative to the spec's folder."""


class DemoDataset(sources.DemoDataset, DeduplicateField):
    """Generated film reviews with points: nothing to download. Their noise is stated in the data set's notes."""


Dataset = Annotated[HubDataset | FilesDataset | DemoDataset, Field(discriminator="source")]
