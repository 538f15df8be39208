"""Fields of `dataset` that several tasks share: labels, and columns by which rows are grouped or ordered."""

from typing import Annotated, Literal

from pydantic import Field

from catalog.dataset import Strict

__all__ = ["LabelFields", "PositiveField", "SplitFields"]

_ClassNames = Annotated[tuple[str, ...], Field(strict=False)]  # not strict: JSON has lists only


class PositiveField(Strict):
    """Which of two classes is the positive one."""

    positive: str | None = Field(
        None,
        min_length=1,
        description="Of two classes the one whose precision, recall, F1 and ROC AUC are reported. The second class if "
        "left out.",
        examples=["fraud"],
    )


class LabelFields(Strict):
    """The column of the classes, and how they are written in it."""

    label: str | None = Field(
        None, min_length=1, description="Column that holds the class; found where it is not named.", examples=["stars"]
    )
    labels: _ClassNames | dict[str, str] | None = Field(
        None,
        min_length=2,
        description="Names of the classes: a list in the sorted order of the stored values, or an object from stored "
        "value to name. Needed only to name classes that are stored as numbers.",
        examples=[["negative", "positive"], {"1": "bad", "5": "good"}],
    )
    normalize_labels: bool | None = Field(
        None,
        description="Merge labels that differ only in letter case, spaces, invisible characters or Unicode form. "
        "False if left out: they are reported.",
    )
    missing_labels: Literal["error", "drop"] | None = Field(
        None, description="What happens to rows without a label. They are an error if left out."
    )


class SplitFields(Strict):
    """Columns that decide which rows are carved off."""

    group: str | None = Field(
        None,
        min_length=1,
        description="Column of groups (customers, patients, conversations): all rows of one group stay in one split.",
        examples=["customer_id"],
    )
    time: str | None = Field(
        None,
        min_length=1,
        description="Column of dates or numbers: the latest rows become the test split, those before them the "
        "validation split.",
        examples=["created_at"],
    )
