"""Where examples come from: the `dataset` part of a spec."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Dataset", "DemoDataset", "FilesDataset", "HubDataset", "Limit", "Strict"]


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


Seed = Annotated[int, Field(ge=0, lt=2**32)]


class _Split(Strict):
    """What all sources share."""

    seed: Seed = Field(
        0,
        description="Decides which rows are carved off where a split is not given, and which rows a limit keeps.",
    )
    limit: Limit | None = Field(None, description="Rows to keep of each split; all where it is left out.")


class _Columns(_Split):
    """What sources with columns share."""

    text: str | None = Field(
        None, min_length=1, description="Column that holds the text; found where it is not named.", examples=["review"]
    )
    label: str | None = Field(
        None, min_length=1, description="Column that holds the class; found where it is not named.", examples=["stars"]
    )
    labels: tuple[str, ...] | None = Field(
        None,
        min_length=2,
        strict=False,
        description="Names of the classes in the order of their ids; needed only to name classes stored as 0, 1, ...",
        examples=[["negative", "positive"]],
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


class FilesDataset(_Columns):
    """CSV, TSV, JSONL or Parquet files; paths are relative to the spec's folder."""

    source: Literal["files"]
    train: str = Field(min_length=1, description="File of the training split.", examples=["train.csv"])
    validation: str | None = Field(
        None,
        min_length=1,
        description="File of the validation split; without it 10 % of the training rows are kept back.",
    )
    test: str | None = Field(
        None, min_length=1, description="File of the test split; without it 20 % of all rows are kept back."
    )

    @property
    def short_name(self) -> str:
        """The file's stem, or its folder's name where the file is just called train."""
        path = Path(self.train)
        return path.parent.name or path.stem if path.stem in {"train", "training", "data"} else path.stem

    def resolved(self, folder: Path) -> "FilesDataset":
        """Return the same with every path made absolute, relative ones starting from `folder`."""
        paths = {
            split: str(folder / value)
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
