"""Whether one configuration is better than another; `plugins.comparison` says how that is found."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.contract import Comparison
from plugins.comparison import compare_resampled, read_comparable
from plugins.regression.evaluation import predictions
from plugins.regression.evaluation.metrics import METRICS, weighted
from plugins.regression.evaluation.predictions import NumberPredictions

__all__ = ["compare"]


def compare(first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
    """Compare two configurations by the predictions of their trainings on the same examples.

    Args:
        first: Files of predictions, one a training.
        second: Files of predictions of the other configuration.
        metric: One of `METRICS`.
        seed: Decides the resamples.

    Raises:
        DataError: A file holds no predictions, the files are of different examples, or the metric is unknown, or
            undefined on the examples.
    """
    read = read_comparable(first, second, metric, METRICS, predictions.read, _are_alike)
    values = [weighted(one, metric) for one in read]
    return compare_resampled(
        METRICS[metric],
        (len(first), len(second)),
        np.arange(read[0].truths.size),
        lambda weights: np.stack([value(weights)[metric] for value in values], axis=1),
        seed,
        undefined="they all have the same target",
    )


def _are_alike(one: NumberPredictions, other: NumberPredictions) -> bool:
    return np.array_equal(one.truths, other.truths)
