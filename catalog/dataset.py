"""Where examples come from: the `dataset` part of a spec."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

__all__ = ["Dataset", "DemoDataset", "FilesDataset", "Format", "HubDataset", "Limit", "Strict"]


class Strict(BaseModel):
    """Base of everything that is read from a spec: nothing unknown, nothing coerced, nothing changed later."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Limit(Strict):
    """How many rows to keep of each split: a seeded, stratified sample. Useful for trying things out.

    A split that had to be carved off train and has no limit of its own shrinks in proportion to train; one that was
    given is kept whole.
    """

    train: int | None = Field(
        None,
        ge=2,
        description="Rows to keep of the training split; splits carved off it shrink in proportion unless they have "
        "a limit of their own.",
        examples=[2000],
    )
    validation: int | None = Field(None, ge=1, description="Rows to keep of the validation split.", examples=[500])
    test: int | None = Field(None, ge=1, description="Rows to keep of the test split.", examples=[1000])


_Name = Annotated[str, Field(min_length=1)]
_Names = Annotated[tuple[_Name, ...], Field(min_length=1, strict=False)]  # not strict: JSON has lists only
_ClassNames = Annotated[tuple[str, ...], Field(strict=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class _Split(Strict):
    """What all sources share."""

    seed: Seed = Field(
        0,
        description="Decides which rows are carved off where a split is not given, and which rows a limit keeps.",
    )
    limit: Limit | None = Field(None, description="Rows to keep of each split; all where it is left out.")
    positive: str | None = Field(
        None,
        min_length=1,
        description="Of two classes the one whose precision, recall, F1 and ROC AUC are reported. The second class if "
        "left out.",
        examples=["fraud"],
    )
    deduplicate: bool | None = Field(
        None,
        description="Drop rows of train that are near-duplicates of rows in validation, in test or earlier in train. "
        "False if left out.",
    )


class _Columns(_Split):
    """What sources with columns share."""

    text: _Name | _Names | None = Field(
        None,
        description="Column that holds the text, or a list of columns whose texts are joined in that order; found "
        "where it is not named.",
        examples=["review", ["title", "body"]],
    )
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


class HubDataset(_Columns):
    """A data set of the Hugging Face hub, or of the cache that HF_HOME names."""

    source: Literal["hub"]
    name: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?$",
        description="Id on the hub.",
        examples=["stanfordnlp/imdb"],
    )
    config: str | None = Field(None, min_length=1, description="Configuration of a data set that has several.")
    revision: str | None = Field(None, min_length=1, description="Branch, tag or commit; the newest where left out.")

    @property
    def short_name(self) -> str:
        """The part after the owner."""
        return self.name.rpartition("/")[2]


class Format(Strict):
    """How delimited text (CSV, TSV) is written, where it is not to be found out."""

    delimiter: str | None = Field(
        None,
        min_length=1,
        max_length=1,
        description="ASCII character between two cells; found if left out.",
        examples=[";"],
    )
    quote: str | None = Field(
        None,
        max_length=1,
        description='ASCII character around cells with a delimiter or a line break; "" if quotes have no meaning.',
        examples=["'", ""],
    )
    encoding: str | None = Field(
        None,
        min_length=1,
        max_length=40,
        description="Name of the text encoding, as Python knows it; found if left out.",
        examples=["cp1252", "utf-16"],
    )
    header: bool | None = Field(
        None,
        description='Whether the first line names the columns. If false they are named "0", "1", ... True if left out.',
    )

    @field_validator("delimiter", "quote")
    @classmethod
    def _is_mark(cls, mark: str | None) -> str | None:
        if mark and (not mark.isascii() or mark.isalnum() or (mark != "\t" and not mark.isprintable())):
            raise ValueError("should be one ASCII character that is no letter, digit or line break")
        return mark

    @model_validator(mode="after")
    def _are_different(self) -> "Format":
        if self.delimiter is not None and self.delimiter == ('"' if self.quote is None else self.quote):
            raise ValueError("delimiter and quote should be different characters")
        return self


_Files = _Name | _Names


class FilesDataset(_Columns):
    """Files, a pattern of files, or folders; paths are relative to the spec's folder."""

    source: Literal["files"]
    train: _Files = Field(
        description="File of the training split, a list of files, a pattern (`part-*.csv`), a folder saved by "
        "`datasets`, or a folder with a sub-folder of text files for each class.",
        examples=["train.csv", ["2024.csv", "2025.csv"], "reviews/*.csv"],
    )
    validation: _Files | None = Field(
        None, description="The same of the validation split; without it 10 % of the training rows are kept back."
    )
    test: _Files | None = Field(
        None, description="The same of the test split; without it 20 % of all rows are kept back."
    )
    format: Format | None = Field(None, description="How the CSV or TSV files are written; found if left out.")

    @property
    def short_name(self) -> str:
        """The file's stem, or its folder's name where the file is just called train."""
        path = Path(self.train if isinstance(self.train, str) else self.train[0])
        return path.parent.name or path.stem if path.stem in {"train", "training", "data"} else path.stem

    def resolved(self, folder: Path) -> "FilesDataset":
        """Return the same with every path made absolute, relative ones starting from `folder`."""
        paths = {
            split: str(folder / value) if isinstance(value, str) else tuple(str(folder / each) for each in value)
            for split in ("train", "validation", "test")
            if (value := getattr(self, split)) is not None
        }
        return self.model_copy(update=paths)


class DemoDataset(_Split):
    """Generated film reviews: nothing to download. Its noise ceiling is stated in the data set's notes."""

    source: Literal["demo"]
    size: int = Field(
        4000, ge=50, le=1_000_000, description="Rows to generate, all splits together. Typical: 1,000 to 20,000."
    )

    @property
    def short_name(self) -> str:
        """Always demo."""
        return "demo"


Dataset = Annotated[HubDataset | FilesDataset | DemoDataset, Field(discriminator="source")]
