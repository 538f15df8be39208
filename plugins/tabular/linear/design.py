"""The design matrix: standardised numbers, a column for missing ones, which take the mean, and one-hot categories."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from plugins.tabular.features import Encoded

__all__ = ["Design", "fit_design"]

_LARGEST = 1e3
"""Standard deviations from the mean at which numbers are cut: none of the training rows goes far beyond it."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """How rows become columns of numbers.

    Attributes:
        means: Of each numeric part, float64; 0 for categories.
        scales: Standard deviation of each numeric part, float64; 0 for one that is constant, and for categories.
        indicated: Which parts have a column for missing cells, bool.
        places: By part how many places its categories have; 0 for numbers.
    """

    means: np.ndarray
    scales: np.ndarray
    indicated: np.ndarray
    places: np.ndarray

    @property
    def parts(self) -> np.ndarray:
        """For each column the part that it is made of, int64, shape (columns,)."""
        numeric = np.flatnonzero(self.scales > 0)
        one_hot = np.repeat(np.arange(self.places.size), self.places)
        return np.concatenate([numeric, np.flatnonzero(self.indicated), one_hot])

    def columns(self, encoded: Encoded) -> sparse.csr_array:
        """Return the columns of rows, shape (rows, columns)."""
        matrix, blocks = encoded.matrix, []
        numeric, indicated = np.flatnonzero(self.scales > 0), np.flatnonzero(self.indicated)
        standard = (matrix[:, numeric] - self.means[numeric]) / np.where(self.scales > 0, self.scales, 1.0)[numeric]
        blocks.append(sparse.csr_array(np.clip(np.nan_to_num(standard, nan=0.0), -_LARGEST, _LARGEST)))
        blocks.append(sparse.csr_array(np.isnan(matrix[:, indicated]).astype(np.float64)))
        rows = np.arange(len(matrix) + 1)
        for part in np.flatnonzero(self.places).tolist():
            shape = (len(matrix), int(self.places[part]))
            blocks.append(sparse.csr_array((np.ones(len(matrix)), matrix[:, part].astype(np.int64), rows), shape=shape))
        return sparse.csr_array(sparse.hstack(blocks, format="csr"))


def fit_design(train: Encoded) -> Design:
    """Return the design of training rows."""
    numeric = train.places == 0
    missing = np.isnan(train.matrix)
    present = np.maximum((~missing).sum(axis=0), 1)
    filled = np.where(missing, 0.0, train.matrix)
    means = np.where(numeric, filled.sum(axis=0) / present, 0.0)
    spread = np.where(missing, 0.0, train.matrix - means)
    scales = np.sqrt((spread**2).sum(axis=0) / present)
    scales = np.where(numeric & (scales > 1e-12 * np.maximum(np.abs(means), 1e-300)), scales, 0.0)
    return Design(means, scales, numeric & missing.any(axis=0) & ~missing.all(axis=0), train.places)
