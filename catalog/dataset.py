"""Where examples come from: the parts of `dataset` in a spec that do not depend on the task.

A task makes its own classes of these, with its own columns; see `catalog.contract.Task.Dataset`.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

__all__ = [
    "Dataset",
    "DemoDataset",
    "FilesDataset",
    "Format",
    "HubDataset",
    "Limit",
    "Name",
    "Names",
    "Seed",
    "Strict",
]


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


Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], Field(min_length=1, strict=False)]  # not strict: JSON only has lists
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Dataset(Strict):
    """What the data sets of every task share. Each has a field ``source`` too, the name of its kind of source."""

    source: str

    seed: Seed = Field(
        0,
        description="Decides which rows are carved off where a split is not given, and which rows a limit keeps.",
    )
    limit: Limit | None = Field(None, description="Rows to keep of each split; all if left out.")

    @property
    def short_name(self) -> str:
        """A name for use in study names and sentences."""
        return self.source

    @property
    def is_remote(self) -> bool:
        """Whether reading it may download something."""
        return False

    def resolved(self, folder: Path) -> Self:  # noqa: ARG002 -- used only for files
        """Return a copy with every path made absolute; relative paths start from `folder`."""
        return self


class HubDataset(Dataset):
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

    @property
    def is_remote(self) -> bool:
        """Whether reading it may download something."""
        return True


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


_Files = Name | Names


class FilesDataset(Dataset):
    """Files, a pattern of files, or folders; paths are relative to the spec's folder."""

    source: Literal["files"]
    train: _Files = Field(
        description="File of the training split, a list of files, a pattern (`part-*.csv`), a folder saved by "
        "`datasets`, or a folder with a sub-folder of text files for each class.",
        examples=["train.csv", ["2024.csv", "2025.csv"], "parts/*.csv"],
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
        """The file's stem, or its folder's name if the file is just called train."""
        path = Path(self.train if isinstance(self.train, str) else self.train[0])
        return path.parent.name or path.stem if path.stem in {"train", "training", "data"} else path.stem

    def resolved(self, folder: Path) -> Self:
        """Return a copy with every path made absolute; relative paths start from `folder`."""
        paths = {
            split: str(folder / value) if isinstance(value, str) else tuple(str(folder / each) for each in value)
            for split in ("train", "validation", "test")
            if (value := getattr(self, split)) is not None
        }
        return self.model_copy(update=paths)


class DemoDataset(Dataset):
    """Generated data: nothing to download."""

    source: Literal["demo"]
    size: int = Field(
        4000, ge=50, le=1_000_000, description="Rows to generate, all splits together. Typical: 1,000 to 20,000."
    )
