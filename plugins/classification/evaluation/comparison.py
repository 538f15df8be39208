"""Whether one configuration is better than another, by a paired bootstrap over examples and seeds.

Each resample draws examples with replacement, the same ones for both sides: what is hard for both cancels out
(Koehn, "Statistical Significance Tests for Machine Translation Evaluation", EMNLP 2004). Within each side
it also draws trainings with replacement, so that the luck of a seed widens the interval; the spread that this gives
is too small for few seeds, and `draw_trainings` corrects it. The interval is the percentile interval of Efron and
Tibshirani ("An Introduction to the Bootstrap", 1993, chapter 13).

How far the 95 % can be trusted, simulated with equal models of accuracy 0.8 on 500 rows, as many trainings on each
side (share of intervals without 0, nominally 5 %; 1,000 comparisons each, so give or take 1.4 points): one training
each 5.0 %; three each 0 % where trainings differ by chance alone, 1.7 % where their true accuracy scatters by 2 points,
5.3 % at 4 points. With several seeds that agree it is too careful: the chance of the rows is in the resampled rows and
once more in the differences between trainings.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.contract import Comparison
from catalog.errors import DataError
from plugins.classification.evaluation import predictions
from plugins.classification.evaluation.measures import ByClass, Measure, weighted
from plugins.classification.evaluation.metrics import METRICS, measures_for, metric_of
from plugins.classification.evaluation.predictions import Predictions
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
        DataError: A file holds no predictions, the files judge different examples or have different positive classes,
            or the metric is unknown, or undefined on the examples.
    """
    if metric not in METRICS:
        raise DataError(f"Unknown metric {metric!r}; known are {', '.join(METRICS)}.", field="study.metric")
    if not first or not second:
        raise DataError("A comparison needs the predictions of at least one training on each side.")
    read = _read([*first, *second])
    _check_comparable(metric, [*first, *second], read)
    rng = np.random.default_rng(seed)
    observed, resampled = _values(metric, read, rng)
    rows, sizes = read[0].labels.size, (len(first), len(second))
    drawn = [draw_trainings(side, rng) for side in (resampled[:, : sizes[0]], resampled[:, sizes[0] :])]
    sign = 1.0 if METRICS[metric].maximize else -1.0
    low, high = np.nanpercentile(sign * (drawn[0] - drawn[1]), INTERVAL)
    only_first, only_second, p_value = _disagreement(read) if sizes == (1, 1) else (None, None, None)
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


def _read(paths: Sequence[Path]) -> list[Predictions]:
    found = [predictions.read(path) for path in paths]
    for path, other in zip(paths, found, strict=True):
        same = other.probabilities.shape == found[0].probabilities.shape
        if not same or not np.array_equal(other.labels, found[0].labels):
            raise DataError(f"{path} and {paths[0]} judge different examples, so they cannot be compared.")
    return found


def _check_comparable(name: str, paths: Sequence[Path], read: Sequence[Predictions]) -> None:
    classes = [str(index) for index in range(read[0].probabilities.shape[1])]
    metrics = [metric_of(name, classes, classes[one.positive]) for one in read]
    for path, metric in zip(paths, metrics, strict=True):
        if metric is None or metrics[0] is None:
            raise DataError(f"{path} holds predictions of {len(classes)} classes, for which {name} says nothing.")
        if metric.of != metrics[0].of:
            raise DataError(
                f"{path} and {paths[0]} have different positive classes, so their {METRICS[name].label.template} "
                "cannot be compared. Set the same dataset.positive, or compare by macro_f1."
            )


def _disagreement(read: Sequence[Predictions]) -> tuple[int, int, float]:
    """Return how many rows the first alone got right, how many the second, and how likely so uneven a split is.

    The exact test of McNemar ("Note on the sampling error of the difference between correlated proportions", 1947):
    were both equally good, each of these rows would be a toss of a coin. Two-sided.
    """
    from scipy.special import bdtr

    right = [one.predicted == one.labels for one in read]
    only_first, only_second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    tail = float(bdtr(min(only_first, only_second), only_first + only_second, 0.5))
    return only_first, only_second, min(1.0, 2 * tail)


def _values(metric: str, read: Sequence[Predictions], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the metric of every training, shape (trainings,), and on resampled rows, (resamples, trainings).

    Raises:
        DataError: The metric is undefined on these rows.
    """
    measure = measures_for(read[0].probabilities.shape[1])[metric]
    kinds, examples = _kinds(read, measure)
    values = [weighted(one, {metric: measure}) for one in examples]

    def of(weights: np.ndarray) -> np.ndarray:
        return np.stack([value(weights)[metric] for value in values], axis=1)

    observed = of(np.bincount(kinds)[None].astype(np.float64))[0]
    if np.isnan(observed).any():
        raise DataError(f"{metric} is undefined on these {kinds.size:,} examples: they are all of one class.")
    return observed, np.concatenate([of(weights) for weights in draws(kinds, _RESAMPLES, rng)])


def _kinds(read: Sequence[Predictions], measure: Measure) -> tuple[np.ndarray, Sequence[Predictions]]:
    """Return each row's kind and the predictions of one row a kind.

    Where counts by class are all that matters, rows with the same label and the same predictions are of one kind, and a
    few kinds stand for all rows. Otherwise each row is its own.
    """
    if not isinstance(measure, ByClass):
        return np.arange(read[0].labels.size), read
    columns = np.stack([read[0].labels, *(one.predicted for one in read)], axis=1)
    _, rows, kinds = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    return kinds.reshape(-1), [Predictions(one.labels[rows], one.probabilities[rows], one.positive) for one in read]
