"""95 % intervals of metrics, by a bootstrap over sentences (Efron and Tibshirani, 1993, chapter 13)."""

from collections.abc import Mapping

import numpy as np

from plugins.nlp.token_classification.evaluation.counts import Counts
from plugins.nlp.token_classification.evaluation.metrics import METRICS, values_of
from plugins.resampling import INTERVAL, draws

__all__ = ["bootstrap"]

_RESAMPLES = 1000


def bootstrap(
    metrics: Mapping[str, float], counts: Counts, *, resamples: int = _RESAMPLES
) -> dict[str, tuple[float, float]]:
    """Return the percentile interval of each metric; the measured value lies within it.

    Args:
        metrics: As measured.
        counts: Of each sentence.
        resamples: How often sentences are drawn.
    """
    rng, rows = np.random.default_rng(0), counts.words.size
    found: dict[str, list[np.ndarray]] = {name: [] for name in metrics}
    only = next(iter(metrics)) if len(metrics) == 1 else None
    for weights in draws(np.arange(rows), resamples, rng, width=3 * counts.matched.shape[1]):
        values = values_of(counts.weighted(weights), only)
        for name, drawn in found.items():
            drawn.append(values[name])
    intervals = {}
    for name, drawn in found.items():
        ends = np.percentile(np.concatenate(drawn), INTERVAL)
        low, high = np.clip(ends, METRICS[name].low, METRICS[name].high).tolist()
        intervals[name] = min(low, metrics[name]), max(high, metrics[name])
    return intervals
