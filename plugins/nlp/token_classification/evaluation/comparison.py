"""Whether one configuration is better than another, over sentences; `plugins.comparison` says how that is found."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.contract import Comparison
from plugins.comparison import compare_resampled, read_comparable
from plugins.nlp.token_classification.evaluation import predictions
from plugins.nlp.token_classification.evaluation.counts import count
from plugins.nlp.token_classification.evaluation.metrics import METRICS, values_of
from plugins.nlp.token_classification.evaluation.predictions import TagPredictions

__all__ = ["compare"]


def compare(first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
    """Compare two configurations by the predictions of their trainings on the same sentences.

    Args:
        first: Files of predictions, one a training.
        second: Files of predictions of the other configuration.
        metric: One of `METRICS`.
        seed: Decides the resamples.

    Raises:
        DataError: A file holds no predictions, the files are of different sentences, or the metric is unknown, or
            undefined on them.
    """
    read = read_comparable(first, second, metric, METRICS, predictions.read, _are_alike, examples="sentences")
    counts = [count(one) for one in read]

    def values(weights: np.ndarray) -> np.ndarray:
        missing = np.full(len(weights), np.nan)
        return np.stack([values_of(one.weighted(weights), metric).get(metric, missing) for one in counts], axis=1)

    return compare_resampled(
        METRICS[metric],
        (len(first), len(second)),
        np.arange(counts[0].words.size),
        values,
        seed,
        undefined="a model gave no probabilities",
        width=3 * counts[0].matched.shape[1] * len(counts),
    )


def _are_alike(one: TagPredictions, other: TagPredictions) -> bool:
    same = one.known == other.known and np.array_equal(one.offsets, other.offsets)
    return same and np.array_equal(one.tags, other.tags)
