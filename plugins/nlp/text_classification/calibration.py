"""Whether probabilities can be taken at their word: Brier score and expected calibration error."""

import numpy as np

__all__ = ["BINS", "bins_of", "chance_errors", "expected_error", "gaps", "squared_errors"]

BINS = 15
"""Bins of the expected calibration error, as in Guo et al. (2017)."""


def squared_errors(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the squared error of each row's probabilities, whose mean is the Brier score; float64, shape (rows,).

    For two classes that of class 1, between 0 and 1; for more the sum over classes, between 0 and 2 (Brier,
    "Verification of forecasts expressed in terms of probability", 1950), both as scikit-learn has it.
    """
    if probabilities.shape[1] == 2:
        return np.asarray((probabilities[:, 1].astype(np.float64) - (labels == 1)) ** 2)
    chosen = probabilities[np.arange(labels.size), labels].astype(np.float64)
    squares = np.einsum("ij,ij->i", probabilities, probabilities, dtype=np.float64)
    return np.asarray(np.maximum(squares - 2 * chosen + 1, 0))  # rounding may leave a perfect row below 0


def expected_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the expected calibration error (Guo et al., "On Calibration of Modern Neural Networks", 2017, section 2).

    That is the mean over rows of how far confidence and accuracy are apart in the row's bin: `BINS` equal bins over
    the confidence of the predicted class. With few rows it is above 0 even for a perfectly calibrated model.
    """
    gap, bins = gaps(labels, probabilities)
    return float(np.abs(np.bincount(bins, weights=gap)).sum() / labels.size)


def chance_errors(confidence: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return expected calibration errors that a perfectly calibrated model would show on such rows, (draws,).

    Each bin's sum of gaps is drawn from the normal distribution that the sum of its rows' chances comes near to.

    Args:
        confidence: Of each row, shape (rows,).
        draws: How many.
        rng: For drawing.
    """
    spread = np.sqrt(np.bincount(bins_of(confidence, BINS), weights=confidence * (1 - confidence), minlength=BINS))
    return np.asarray(np.abs(rng.normal(size=(draws, BINS)) * spread).sum(axis=1) / confidence.size)


def gaps(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row 1 where it is right, else 0, less its confidence; and its bin of `BINS`."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    return right - confidence, bins_of(confidence, BINS)


def bins_of(confidence: np.ndarray, bins: int) -> np.ndarray:
    """Return each value's bin of `bins` equal ones over 0 to 1, which hold their upper end; 0 is in the first."""
    return np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence, side="left")
