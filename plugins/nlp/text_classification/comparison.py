"""Whether one configuration is better than another, by a paired bootstrap over examples and seeds.

Each resample draws examples with replacement, the same ones for both sides: what is hard for both cancels out
(Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004). Within each side
it also draws trainings with replacement, so that the luck of a seed widens the interval; the spread that this gives
is too small for few seeds, and `_draw_trainings` corrects it. The interval is the percentile interval of Efron and
Tibshirani ("An Introduction to the Bootstrap", 1993, chapter 13).

How far the 95 % can be trusted, simulated with equal models of accuracy 0.8 on 500 rows, as many trainings on each
side (share of intervals without 0, nominally 5 %; 1,000 comparisons each, so give or take 1.4 points): one training
each 5.0 %; three each 0 % where trainings differ by chance alone, 1.7 % where their true accuracy scatters by 2 points,
5.3 % at 4 points. With several seeds that agree it is too careful: the chance of the rows is in the resampled rows and
once more in the differences between trainings.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from catalog.contract import Direction
from catalog.errors import DataError
from catalog.results import Comparison
from plugins.nlp.text_classification import predictions
from plugins.nlp.text_classification.metrics import METRICS, losses, scores
from plugins.nlp.text_classification.predictions import Predictions

__all__ = ["compare"]

Measure = Callable[[np.ndarray], np.ndarray]
"""From weights of kinds of rows, shape (resamples, kinds), to the metric of each training, (resamples, trainings)."""

_RESAMPLES = 2000
_INTERVAL = (2.5, 97.5)
_HELD = 1 << 23
"""Weights that are held at a time: 64 MB of float64."""


def compare(first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
    """Compare two configurations by the predictions of their trainings on the same examples.

    Args:
        first: Files of predictions, one a training.
        second: Files of predictions of the other configuration.
        metric: One of `METRICS`.
        seed: Decides the resamples.

    Raises:
        DataError: A file holds no predictions, the files judge different examples or
            have different positive classes, or the metric is unknown.
    """
    if metric not in METRICS:
        raise DataError(f"Unknown metric {metric!r}; known are {', '.join(METRICS)}.", field="study.metric")
    if not first or not second:
        raise DataError("A comparison needs the predictions of at least one training on each side.")
    judged = _read([*first, *second], metric)
    kinds, measure = _losses(judged) if metric == "log_loss" else _counts(judged, metric)
    rng = np.random.default_rng(seed)
    rows, sizes = kinds.size, (len(first), len(second))
    resampled = _resample(kinds, measure, rng)
    sides = resampled[:, : sizes[0]], resampled[:, sizes[0] :]
    drawn = [_draw_trainings(side, rng) for side in sides]
    observed = measure(np.bincount(kinds)[None, :].astype(np.float64))[0]
    sign = 1.0 if METRICS[metric] is Direction.MAXIMIZE else -1.0
    low, high = np.percentile(sign * (drawn[0] - drawn[1]), _INTERVAL)
    only_first, only_second, p_value = _disagreement(judged) if sizes == (1, 1) else (None, None, None)
    return Comparison(
        metric=metric,
        difference=float(sign * (observed[: sizes[0]].mean() - observed[sizes[0] :].mean())),
        low=float(low),
        high=float(high),
        rows=rows,
        seeds=sizes,
        only_first=only_first,
        only_second=only_second,
        p_value=p_value,
    )


def _read(paths: Sequence[Path], metric: str) -> list[Predictions]:
    judged = [predictions.read(path) for path in paths]
    for path, other in zip(paths, judged, strict=True):
        same = other.probabilities.shape == judged[0].probabilities.shape
        if not same or not np.array_equal(other.labels, judged[0].labels):
            raise DataError(f"{path} and {paths[0]} judge different examples, so they cannot be compared.")
        if metric == "f1" and other.probabilities.shape[1] == 2 and other.positive != judged[0].positive:
            raise DataError(
                f"{path} and {paths[0]} have different positive classes, so their F1 cannot be compared. Set the same "
                "dataset.positive, or compare by macro_f1."
            )
    return judged


def _disagreement(judged: Sequence[Predictions]) -> tuple[int, int, float]:
    """Return how many rows the first alone got right, how many the second, and how likely so uneven a split is.

    The exact test of McNemar ("Note on the sampling error of the difference between correlated proportions", 1947):
    were both equally good, each of these rows would be a toss of a coin. Two-sided.
    """
    from scipy.special import bdtr

    right = [one.probabilities.argmax(axis=1) == one.labels for one in judged]
    only_first, only_second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    tail = float(bdtr(min(only_first, only_second), only_first + only_second, 0.5))
    return only_first, only_second, min(1.0, 2 * tail)


def _resample(kinds: np.ndarray, measure: Measure, rng: np.random.Generator) -> np.ndarray:
    """Return the metric of every training on resampled rows, shape (resamples, trainings)."""
    rows, width = kinds.size, int(kinds.max()) + 1
    batch = max(1, _HELD // width)
    measured = []
    for start in range(0, _RESAMPLES, batch):
        weights = np.empty((min(batch, _RESAMPLES - start), width))
        for weight in weights:
            weight[:] = np.bincount(kinds[rng.integers(0, rows, rows)], minlength=width)
        measured.append(measure(weights))
    return np.concatenate(measured)


def _draw_trainings(side: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the mean of n trainings drawn with replacement for each row of (resamples, n), spread without bias.

    Drawing from n values has their variance with the divisor n, (n - 1) / n of the unbiased one; so the deviation
    from the mean is scaled by sqrt(n / (n - 1)). One training shows no spread, and none is drawn.
    """
    mean, trainings = side.mean(axis=1), side.shape[1]
    if trainings == 1:
        return np.asarray(mean)
    drawn = np.take_along_axis(side, rng.integers(0, trainings, side.shape), axis=1).mean(axis=1)
    return np.asarray(mean + np.sqrt(trainings / (trainings - 1)) * (drawn - mean))


def _losses(judged: Sequence[Predictions]) -> tuple[np.ndarray, Measure]:
    """Every row is a kind of its own, its values are its losses."""
    values = np.stack([losses(one.labels, one.probabilities) for one in judged], axis=1)  # (rows, trainings)
    return np.arange(len(values)), lambda weights: np.asarray(weights @ values / len(values))


def _counts(judged: Sequence[Predictions], metric: str) -> tuple[np.ndarray, Measure]:
    """Rows with the same label and the same predictions are one kind: a few kinds stand for all rows."""
    from scipy import sparse

    classes, positive = judged[0].probabilities.shape[1], judged[0].positive
    columns = [judged[0].labels, *(one.probabilities.argmax(axis=1) for one in judged)]
    found, kinds = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    labels, predicted = found[:, 0], found[:, 1:]

    def by_class(ids: np.ndarray, counted: np.ndarray) -> "sparse.csr_array":
        """Matrix (kinds, classes) with a one at each kind's class, where it counts."""
        shape = (len(ids), classes)
        return sparse.csr_array((counted.astype(np.float64), (np.arange(len(ids)), ids)), shape=shape)

    everywhere = np.ones(len(labels))
    actual = by_class(labels, everywhere)
    matrices = [(by_class(ids, ids == labels), by_class(ids, everywhere)) for ids in predicted.T]

    def measure(weights: np.ndarray) -> np.ndarray:
        return np.stack(
            [scores(weights @ hits, weights @ actual, weights @ taken, positive)[metric] for hits, taken in matrices],
            axis=1,
        )

    return kinds.reshape(-1), measure
