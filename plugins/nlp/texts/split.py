"""Texts of one split with their truths."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["TextSplit"]


@dataclass(frozen=True, slots=True, eq=False)
class TextSplit:
    """Examples of one split, in the order of their source.

    Attributes:
        texts: One text per row, never empty or blank. Immutable: the splits of one data set are shared in a process.
        labels: Class ids (int64) or numbers (float64), shape (rows,), read-only.
        bins: Of numbers the bin of each, int64, shape (rows,); None if the labels are class ids.
    """

    texts: Sequence[str]
    labels: np.ndarray
    bins: np.ndarray | None = None

    @property
    def strata(self) -> np.ndarray:
        """What a part of the split keeps in proportion: the classes, or the bins of numbers."""
        return self.labels if self.bins is None else self.bins

    def take(self, rows: np.ndarray) -> "TextSplit":
        """Return the rows with these indices, in their order."""
        labels = self.labels[rows]
        labels.flags.writeable = False
        bins = None if self.bins is None else self.bins[rows]
        return TextSplit(tuple(self.texts[row] for row in rows.tolist()), labels, bins)
