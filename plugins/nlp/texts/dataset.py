"""Fields of `dataset` that all tasks on single texts share."""

from pydantic import Field

from catalog.dataset import Name, Names, Strict

__all__ = ["DeduplicateField", "TextField"]


class TextField(Strict):
    """The columns of the text."""

    text: Name | Names | None = Field(
        None,
        description="Column that holds the text, or a list of columns whose texts are joined in that order; found "
        "where it is not named.",
        examples=["review", ["title", "body"]],
    )


class DeduplicateField(Strict):
    """Whether near-duplicates are dropped."""

    deduplicate: bool | None = Field(
        None,
        description="Drop rows of train that are near-duplicates of rows in validation, in test or earlier in train. "
        "False if left out.",
    )
