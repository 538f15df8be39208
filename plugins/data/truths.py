"""The interface that reads the column of the truth, whatever a task predicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from plugins.data.sources import Source

__all__ = ["SplitTruths", "Truths"]


@dataclass(frozen=True, slots=True, eq=False)
class SplitTruths:
    """The truths of one split.

    Attributes:
        kept: For each file which rows have one, bool, shape (rows,).
        truths: Of these rows of all files, class ids (int64) or numbers (float64).
        notes: What a careful reader should know.
        values: Of classes the distinct values, as they are stored.
    """

    kept: tuple[np.ndarray, ...]
    truths: np.ndarray
    notes: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class Truths(Protocol):
    """Reads the truths of the splits one after the other, train first."""

    def read(self, split: str, files: Sequence[Source], column: str, usable: Sequence[np.ndarray]) -> SplitTruths:
        """Return the truths of a split.

        Args:
            split: Its name.
            files: Its files.
            column: That of the truth.
            usable: For each file the rows that count, bool, shape (rows,).

        Raises:
            DataError: The column holds something else, or rows without a truth that the spec does not allow.
        """

    def secret(self, files: Sequence[Source], column: str) -> bool:
        """Return whether the truths of files are secret, as in some published test sets."""
