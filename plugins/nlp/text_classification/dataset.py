"""The `dataset` part of a spec for text classification."""

from typing import Annotated

from pydantic import Field

from catalog import dataset as sources
from plugins.data.datasets import LabelFields, PositiveField, SplitFields
from plugins.nlp.texts.dataset import DeduplicateField, TextField

__all__ = ["Dataset", "DemoDataset", "FilesDataset", "HubDataset"]


class _Columns(SplitFields, LabelFields, TextField, DeduplicateField, PositiveField):
    """What sources with columns share."""


class HubDataset(sources.HubDataset, _Columns):
    """A data set of the Hugging Face hub, or of the cache that HF_HOME names."""


class FilesDataset(sources.FilesDataset, _Columns):
    """Files, a pattern of files, or folders; paths are relative to the spec's folder."""


class DemoDataset(sources.DemoDataset, DeduplicateField, PositiveField):
    """Generated film reviews: nothing to download. Its noise ceiling is stated in the data set's notes."""


Dataset = Annotated[HubDataset | FilesDataset | DemoDataset, Field(discriminator="source")]
