"""How far confidence and accuracy are apart: expected calibration error, histogram and reliability curve."""

import numpy as np

from plugins.classification.records import ConfidenceBin

__all__ = ["BINS", "bins_of", "chance_errors", "confidence_bins", "expected_error", "gaps"]

BINS = 15
"""Bins of the expected calibration error, as in Guo et al. (2017)."""
_SHOWN_BINS = 20
"""Bins of the histogram and the reliability curve."""


def expected_error(gaps_of_bins: np.ndarray, rows: int) -> np.ndarray:
    """Return the expected calibration error (Guo et al., "On Calibration of Modern Neural Networks", 2017, section 2).

    That is the mean over rows of how far confidence and accuracy are apart in the row's bin: `BINS` equal bins over
    the confidence of the predicted class. With few rows it is above 0 even for a perfectly calibrated model.

    Args:
        gaps_of_bins: Sums of what `gaps` returns, shape (..., BINS).
        rows: How many there are.

    Returns:
        Shape (...).
    """
    return np.asarray(np.abs(gaps_of_bins).sum(axis=-1) / rows)


def chance_errors(confidence: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return expected calibration errors that a perfectly calibrated model would show on such rows, (draws,).

    Each bin's sum of gaps is drawn from the normal distribution that approximates it.

    Args:
        confidence: Of each row, shape (rows,).
        draws: How many.
        rng: For drawing.
    """
    spread = np.sqrt(np.bincount(bins_of(confidence, BINS), weights=confidence * (1 - confidence), minlength=BINS))
    return np.asarray(np.abs(rng.normal(size=(draws, BINS)) * spread).sum(axis=1) / confidence.size)


def gaps(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row 1 if it is right, else 0, less its confidence; and its bin of `BINS`."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    return right - confidence, bins_of(confidence, BINS)


def bins_of(confidence: np.ndarray, bins: int) -> np.ndarray:
    """Return each value's bin of `bins` equal ones over 0 to 1, which hold their upper end; 0 is in the first."""
    return np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence, side="left")


def confidence_bins(labels: np.ndarray, probabilities: np.ndarray) -> tuple[ConfidenceBin, ...]:
    """Sort rows into `_SHOWN_BINS` equal bins over the probability of their predicted class; empty bins are included.

    Args:
        labels: True class ids, shape (rows,).
        probabilities: Shape (rows, classes).
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bins = bins_of(confidence, _SHOWN_BINS)
    rows = np.bincount(bins, minlength=_SHOWN_BINS)
    hits = np.bincount(bins, weights=right, minlength=_SHOWN_BINS).astype(np.int64)
    sums = np.bincount(bins, weights=confidence, minlength=_SHOWN_BINS)
    edges = np.linspace(0, 1, _SHOWN_BINS + 1).round(10).tolist()  # 0.15, not 0.15000000000000002
    return tuple(
        ConfidenceBin(
            low=edges[index],
            high=edges[index + 1],
            right=int(hits[index]),
            wrong=int(rows[index] - hits[index]),
            confidence=float(sums[index] / rows[index]) if rows[index] else None,
        )
        for index in range(_SHOWN_BINS)
    )
