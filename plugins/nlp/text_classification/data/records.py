"""The frozen records of labelled texts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catalog.contract import DataSummary
from plugins.classification.records import ClassData, class_data
from plugins.nlp.texts.columns import ColumnRoles
from plugins.nlp.texts.split import Split

__all__ = ["Labelled", "TextData"]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A labelled file that belongs to no study.

    Attributes:
        split: Its examples that have a text and a label.
        rows: Which rows of the file they are, counted from 0, int64, shape (rows,).
        left_out: How many rows have no text.
        columns: Which columns were taken.
        notes: What a careful reader should know of how the file was read.
    """

    split: Split
    rows: np.ndarray
    left_out: int
    columns: ColumnRoles
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TextData:
    """A data set ready to train on.

    Attributes:
        summary: What was found: sizes, class names, fingerprint, notes.
        splits: Always ``"train"``, ``"validation"`` and ``"test"``, none of them empty.
    """

    summary: DataSummary
    splits: Mapping[str, Split]

    @property
    def classes(self) -> ClassData:
        """What is known about the classes."""
        return class_data(self.summary)
