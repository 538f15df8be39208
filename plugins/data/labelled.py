"""A file with truths that belongs to no study."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np

from catalog.contract import Evaluation

__all__ = ["Labelled"]

Examples = TypeVar("Examples")


@dataclass(frozen=True, slots=True, eq=False)
class Labelled(Generic[Examples]):
    """What was read of a file.

    Attributes:
        split: Its examples that have an input and a truth.
        rows: Which rows of the file they are, counted from 0, int64, shape (rows,).
        columns: Which columns were taken, as `catalog.contract.Columns`.
        left_out: How many rows have no input.
        notes: What a careful reader should know of how the file was read.
    """

    split: Examples
    rows: np.ndarray
    columns: Mapping[str, Any]
    left_out: int = 0
    notes: tuple[str, ...] = ()

    def described(self, evaluation: Evaluation) -> Evaluation:
        """Return an evaluation of these examples, with what is known of the file."""
        return replace(evaluation, left_out=self.left_out, columns=self.columns, notes=self.notes)
