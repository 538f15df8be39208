"""Whether one configuration is better than another, by a paired bootstrap over examples and seeds.

Each resample draws examples with replacement, the same ones for both sides: what is hard for both cancels out. Within
each side it also draws trainings with replacement, so that the luck of a seed widens the interval.
`plugins.classification.evaluation.comparison` does the same for classes, and says how far the 95 % can be trusted.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.contract import Comparison
from catalog.errors import DataError
from plugins.regression.evaluation import predictions
from plugins.regression.evaluation.metrics import METRICS, weighted
from plugins.regression.evaluation.predictions import Predictions
from plugins.resampling import INTERVAL, draw_trainings, draws

__all__ = ["compare"]

_RESAMPLES = 2000


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
    if metric not in METRICS:
        raise DataError(f"Unknown metric {metric!r}; known are {', '.join(METRICS)}.", field="study.metric")
    if not first or not second:
        raise DataError("A comparison needs the predictions of at least one training on each side.")
    read = _read([*first, *second])
    rng, rows, sizes = np.random.default_rng(seed), read[0].truths.size, (len(first), len(second))
    values = [weighted(one, metric) for one in read]

    def of(weights: np.ndarray) -> np.ndarray:
        return np.stack([value(weights)[metric] for value in values], axis=1)

    observed = of(np.ones((1, rows)))[0]
    if np.isnan(observed).any():
        raise DataError(f"{metric} is undefined on these {rows:,} examples: they all have the same target.")
    resampled = np.concatenate([of(weights) for weights in draws(np.arange(rows), _RESAMPLES, rng)])
    drawn = [draw_trainings(side, rng) for side in (resampled[:, : sizes[0]], resampled[:, sizes[0] :])]
    sign = 1.0 if METRICS[metric].maximize else -1.0
    low, high = np.nanpercentile(sign * (drawn[0] - drawn[1]), INTERVAL)
    return Comparison(
        metric=metric,
        difference=float(sign * (observed[: sizes[0]].mean() - observed[sizes[0] :].mean())) + 0.0,  # no -0.0
        low=float(low),
        high=float(high),
        rows=rows,
        seeds=sizes,
    )


def _read(paths: Sequence[Path]) -> list[Predictions]:
    found = [predictions.read(path) for path in paths]
    for path, other in zip(paths, found, strict=True):
        if not np.array_equal(other.truths, found[0].truths):
            raise DataError(f"{path} and {paths[0]} are predictions of different examples: they cannot be compared.")
    return found
