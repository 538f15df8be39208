"""Whether one configuration is better than another, by a paired bootstrap over sentences and seeds.

Each resample draws sentences with replacement, the same ones for both sides: what is hard for both cancels out. Within
each side it also draws trainings with replacement, so that the luck of a seed widens the interval.
`plugins.classification.evaluation.comparison` does the same for classes, and says how far the 95 % can be trusted.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.contract import Comparison
from catalog.errors import DataError
from plugins.nlp.token_classification.evaluation import predictions
from plugins.nlp.token_classification.evaluation.counts import count
from plugins.nlp.token_classification.evaluation.metrics import METRICS, values_of
from plugins.nlp.token_classification.evaluation.predictions import Predictions
from plugins.resampling import INTERVAL, draw_trainings, draws

__all__ = ["compare"]

_RESAMPLES = 2000


def compare(first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
    """Compare two configurations by the predictions of their trainings on the same sentences.

    Args:
        first: Files of predictions, one a training.
        second: Files of predictions of the other configuration.
        metric: One of `METRICS`.
        seed: Decides the resamples.

    Raises:
        DataError: A file holds no predictions, the files are of different sentences, or the metric is unknown.
    """
    if metric not in METRICS:
        raise DataError(f"Unknown metric {metric!r}; known are {', '.join(METRICS)}.", field="study.metric")
    if not first or not second:
        raise DataError("A comparison needs the predictions of at least one training on each side.")
    counts = [count(one) for one in _read([*first, *second])]
    rng, rows, sizes = np.random.default_rng(seed), counts[0].words.size, (len(first), len(second))

    def of(weights: np.ndarray) -> np.ndarray:
        values = [values_of(one.weighted(weights), metric) for one in counts]
        if any(metric not in one for one in values):
            raise DataError(f"{metric} is undefined: a model gave no probabilities.")
        return np.stack([one[metric] for one in values], axis=1)

    observed = of(np.ones((1, rows)))[0]
    width = 3 * counts[0].matched.shape[1] * len(counts)
    resampled = np.concatenate([of(weights) for weights in draws(np.arange(rows), _RESAMPLES, rng, width=width)])
    drawn = [draw_trainings(side, rng) for side in (resampled[:, : sizes[0]], resampled[:, sizes[0] :])]
    sign = 1.0 if METRICS[metric].maximize else -1.0
    low, high = np.percentile(sign * (drawn[0] - drawn[1]), INTERVAL)
    return Comparison(
        metric=metric,
        difference=float(sign * (observed[: sizes[0]].mean() - observed[sizes[0] :].mean())),
        low=float(low),
        high=float(high),
        rows=rows,
        seeds=sizes,
    )


def _read(paths: Sequence[Path]) -> list[Predictions]:
    found = [predictions.read(path) for path in paths]
    for path, other in zip(paths, found, strict=True):
        same = other.known == found[0].known and np.array_equal(other.offsets, found[0].offsets)
        if not same or not np.array_equal(other.tags, found[0].tags):
            raise DataError(f"{path} and {paths[0]} are predictions of different sentences: they cannot be compared.")
    return found
