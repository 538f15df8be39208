"""Whether short or long texts are harder: accuracy in buckets of about equal numbers of texts."""

import math

import numpy as np

from plugins.nlp.text_classification.records import LengthBucket
from plugins.nlp.texts.lengths import length_groups

__all__ = ["length_buckets", "wilson"]

_Z = 1.959963984540054
"""97.5 % point of the standard normal distribution."""


def length_buckets(
    lengths: np.ndarray, labels: np.ndarray, probabilities: np.ndarray, *, unit: str, max_length: int | None
) -> tuple[LengthBucket, ...]:
    """Sort texts into up to five buckets by length, shortest first; texts of one length stay together.

    Args:
        lengths: Of each text before it is cut, int, shape (rows,).
        labels: True class ids, shape (rows,).
        probabilities: Shape (rows, classes).
        unit: What lengths count: ``"tokens"``, ``"words"`` or ``"characters"``.
        max_length: The most of a text that the model sees; None if it sees all.
    """
    if not lengths.size:
        return ()
    right = probabilities.argmax(axis=1) == labels
    confidence = probabilities.max(axis=1).astype(np.float64)
    cut = lengths > (np.inf if max_length is None else max_length)
    buckets = []
    for rows in length_groups(lengths):
        low, high = wilson(int(right[rows].sum()), rows.size)
        buckets.append(
            LengthBucket(
                unit=unit,
                low=int(lengths[rows].min()),
                high=int(lengths[rows].max()),
                rows=int(rows.size),
                accuracy=float(right[rows].mean()),
                accuracy_low=low,
                accuracy_high=high,
                confidence=float(confidence[rows].mean()),
                truncated=float(cut[rows].mean()),
            )
        )
    return tuple(buckets)


def wilson(hits: int, rows: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson, "Probable Inference, the Law of Succession", 1927)."""
    share, square = hits / rows, _Z**2
    centre = (share + square / (2 * rows)) / (1 + square / rows)
    reach = _Z * math.sqrt(share * (1 - share) / rows + square / (4 * rows**2)) / (1 + square / rows)
    # at the ends the formula gives 0 or 1 except for rounding
    return (0.0 if hits == 0 else max(0.0, centre - reach)), (1.0 if hits == rows else min(1.0, centre + reach))
