"""Labelled texts of one split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Split"]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Examples of one split, in the order of their source.

    Attributes:
        texts: One text per row, never empty or blank. Immutable: the splits of one data set are shared in a process.
        labels: Class ids, int64, shape (rows,), read-only.
    """

    texts: Sequence[str]
    labels: np.ndarray

    @property
    def strata(self) -> np.ndarray:
        """What a part of the split keeps in proportion: the classes."""
        return self.labels

    def take(self, rows: np.ndarray) -> "Split":
        """Return the rows with these indices, in their order."""
        labels = self.labels[rows]
        labels.flags.writeable = False
        return Split(tuple(self.texts[row] for row in rows.tolist()), labels)
