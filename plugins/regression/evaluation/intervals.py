"""Bootstrap intervals: how far a metric could be off because of the examples that it was measured on.

1,000 resamples of the examples, drawn with replacement; the interval goes from the 2.5 to the 97.5 percentile (Efron
and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13), after all resamples are shifted until their mean
is the measured value.
"""

from collections.abc import Mapping

import numpy as np

from plugins.regression.evaluation.metrics import METRICS, weighted
from plugins.regression.evaluation.predictions import NumberPredictions
from plugins.resampling import INTERVAL, draws

__all__ = ["RESAMPLES", "bootstrap", "mean_error"]

RESAMPLES = 1000
_Z = 1.959964


def bootstrap(
    measured: Mapping[str, float], predictions: NumberPredictions, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of every measured metric: (low, high), which hold its value between them.

    A resample in which a metric is undefined does not count; a metric that is undefined in more than half of them has
    no interval.

    Args:
        measured: What `metrics.measure` found on the same rows.
        predictions: Of these rows.
        seed: Decides the resamples.
    """
    values, rows = weighted(predictions), predictions.truths.size
    batches = [values(weights) for weights in draws(np.arange(rows), RESAMPLES, np.random.default_rng(seed))]
    intervals = {}
    for name, value in measured.items():
        resampled = np.concatenate([batch[name] for batch in batches])
        defined = resampled[~np.isnan(resampled)]
        if 2 * defined.size < RESAMPLES:
            continue
        shifted = np.percentile(defined, INTERVAL) + (value - defined.mean())
        low, high = np.clip(shifted, METRICS[name].low, METRICS[name].high).tolist()
        intervals[name] = min(low, value), max(high, value)
    return intervals


def mean_error(errors: np.ndarray) -> tuple[float, float, float]:
    """Return the mean of absolute errors with its 95 % interval, from their standard error; at least one error."""
    error = float(errors.mean())
    reach = _Z * float(errors.std(ddof=1)) / float(np.sqrt(errors.size)) if errors.size > 1 else 0.0
    return error, max(0.0, error - reach), error + reach
