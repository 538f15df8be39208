"""How sure a model is, right and wrong answers apart: a histogram and, from the same bins, a reliability curve."""

import numpy as np

from catalog.results import ConfidenceBin
from plugins.nlp.text_classification.calibration import bins_of

__all__ = ["BINS", "confidence_bins"]

BINS = 20


def confidence_bins(labels: np.ndarray, probabilities: np.ndarray) -> tuple[ConfidenceBin, ...]:
    """Sort rows into `BINS` equal bins over the probability of their predicted class; empty bins are there too.

    Args:
        labels: True class ids, shape (rows,).
        probabilities: Shape (rows, classes).
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bins = bins_of(confidence, BINS)
    rows = np.bincount(bins, minlength=BINS)
    hits = np.bincount(bins, weights=right, minlength=BINS).astype(np.int64)
    sums = np.bincount(bins, weights=confidence, minlength=BINS)
    edges = np.linspace(0, 1, BINS + 1).round(10).tolist()  # 0.15, not 0.15000000000000002
    return tuple(
        ConfidenceBin(
            low=edges[index],
            high=edges[index + 1],
            right=int(hits[index]),
            wrong=int(rows[index] - hits[index]),
            confidence=float(sums[index] / rows[index]) if rows[index] else None,
        )
        for index in range(BINS)
    )
