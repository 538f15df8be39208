"""Bootstrap intervals: how far a metric could be off because of the examples that it was measured on.

1,000 resamples of the examples, drawn with replacement; the interval goes from the 2.5 to the 97.5 percentile (Efron
and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13), after all resamples are shifted until their mean
is the measured value. The shift is negligible for most metrics. Averages over many classes need it, because a resample
may miss some classes. Without it, intervals need not hold the measured value.

The calibration error is different: chance alone moves bins apart, so the measured value lies above the truth, and
resampling moves them apart once more. Its interval is the basic one, 2 x measured - percentile (the same book, section
13.4), which removes the bias. Its lower end is 0 if a perfectly calibrated model would show as much
(2.5 % of the time or more), and its upper end is at least the measured value. Simulated (200 draws each), it held the
truth in 97 to 99.5 % for a perfectly calibrated model on 300 to 5,000 rows, and in 87.5 and 91 % at a true error of
3.9 % on 300 and 1,000 rows.
"""

from collections.abc import Mapping

import numpy as np

from plugins.classification.evaluation import calibration
from plugins.classification.evaluation.measures import ByBin, weighted
from plugins.classification.evaluation.metrics import METRICS, measures_for
from plugins.classification.evaluation.predictions import ClassPredictions
from plugins.resampling import INTERVAL, draws

__all__ = ["RESAMPLES", "bootstrap"]

RESAMPLES = 1000


def bootstrap(
    measured: Mapping[str, float], labels: np.ndarray, probabilities: np.ndarray, seed: int = 0, positive: int = 1
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of every measured metric: (low, high), which hold its value between them.

    A resample in which a metric is undefined (one without a row of the positive class) does not count; a metric that is
    undefined in more than half of them has no interval.

    Args:
        measured: What `metrics.measure` found on the same rows.
        labels: True class ids, shape (rows,), at least one row.
        probabilities: Shape (rows, classes); rows add up to 1.
        seed: Decides the resamples.
        positive: Id of the positive class, as `metrics.measure` was given it.
    """
    rng = np.random.default_rng(seed)
    rows, classes = probabilities.shape
    measures = {name: one for name, one in measures_for(classes).items() if name in measured}
    values = weighted(ClassPredictions(labels, probabilities, positive), measures)
    batches = [values(weights) for weights in draws(np.arange(rows), RESAMPLES, rng, width=3 * classes)]
    chance = calibration.chance_errors(probabilities.max(axis=1).astype(np.float64), RESAMPLES, rng)
    excused = float(np.percentile(chance, INTERVAL[1]))
    intervals = {}
    for name, value in measured.items():
        resampled = np.concatenate([batch[name] for batch in batches])
        defined = resampled[~np.isnan(resampled)]
        if 2 * defined.size < RESAMPLES:
            continue
        ends, metric = np.percentile(defined, INTERVAL), METRICS[name]
        biased = isinstance(measures[name], ByBin)
        shifted = _unbiased(value, ends, excused) if biased else ends + (value - defined.mean())
        low, high = np.clip(shifted, metric.low, metric.high).tolist()
        intervals[name] = min(low, value), max(high, value)
    return intervals


def _unbiased(value: float, ends: np.ndarray, excused: float) -> np.ndarray:
    """Return the interval of a calibration error whose resamples have their percentiles at `ends`."""
    low, high = (2 * value - ends)[::-1]
    return np.array([0.0 if value <= excused else low, high])
