"""The `dataset` part of a spec for token classification."""

from typing import Annotated, Literal

from pydantic import Field

from catalog import dataset as sources
from catalog.dataset import Name, Strict

__all__ = ["Dataset", "DemoDataset", "FilesDataset", "HubDataset"]

_Tags = Annotated[tuple[Name, ...], Field(strict=False, min_length=2)]  # not strict: JSON has lists only


class _Columns(Strict):
    """What sources with columns share."""

    tokens: Name | None = Field(
        None,
        description="Column of the words: a list for each sentence; in CoNLL files its number, the first is 0, or "
        "in CoNLL-U its name. Found if left out; in CoNLL files the first, or the second if the first numbers words.",
        examples=["words", "1"],
    )
    tags: Name | None = Field(
        None,
        description="Column of the tags: a list for each sentence; in CoNLL files its number, the first is 0, or in "
        "CoNLL-U its name. Found if left out; in CoNLL files the last. Needed for CoNLL-U.",
        examples=["ner_tags", "3", "upos"],
    )
    labels: _Tags | None = Field(
        None,
        description="Names of the tags in the order of their numbers. Needed only for tags that are stored as numbers "
        "without names.",
        examples=[["O", "B-PER", "I-PER"]],
    )
    scheme: Literal["bio", "bilou", "bioes", "plain"] | None = Field(
        None,
        description="How tags mark entities: bio (B-X begins one, I-X continues it), bilou, bioes, or plain (no "
        "prefixes: each word with a tag other than O stands for itself, such as parts of speech). Found if left out.",
    )


class HubDataset(sources.HubDataset, _Columns):
    """A data set of the Hugging Face hub, or of the cache that HF_HOME names."""


class FilesDataset(sources.FilesDataset, _Columns):
    """CoNLL files (a word and its tag a line, a blank line after each sentence), or tables with lists of both."""


class DemoDataset(sources.DemoDataset):
    """Generated news: people, places, organisations and dates, with nothing to download. Its noise is stated."""


Dataset = Annotated[HubDataset | FilesDataset | DemoDataset, Field(discriminator="source")]
