"""What guessing reaches: the score of the best answer that is the same for all texts."""

import math
from collections.abc import Sequence

from catalog.capabilities import ChanceLevel
from catalog.contract import DataSummary

__all__ = ["chance_level"]

_DEVIATIONS = 1.96
"""Standard deviations of a share that luck exceeds once in forty times."""
_LOSS_MARGIN = 0.01
"""Share of the entropy by which a log loss must be lower: a model that answers the class shares alone, and nearly
nothing else, comes within a thousandth of it."""


def chance_level(metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
    """Return what guessing reaches in a metric on a split.

    For the log loss the answer is the share of each class, whose loss is the entropy of the shares (nats); for the
    others it is the class that serves the metric best: the majority for accuracy and ``macro_f1``, the positive class
    for ``f1`` of two classes.

    Args:
        metric: One of `metrics.METRICS`.
        data: Holds the rows of each class.
        split: A key of `DataSummary.label_rows`.

    Returns:
        None if the rows of each class are not known.
    """
    counts = data.label_rows.get(split, ())
    rows = sum(counts)
    if rows == 0 or len(counts) < 2:
        return None
    shares = [count / rows for count in counts]
    if metric == "log_loss":
        entropy = -sum(share * math.log(share) for share in shares if share > 0)
        return ChanceLevel(entropy, _LOSS_MARGIN * entropy)
    value = _of_constant(metric, shares, data)
    return None if value is None else ChanceLevel(value, _DEVIATIONS * math.sqrt(value * (1 - value) / rows))


def _of_constant(metric: str, shares: Sequence[float], data: DataSummary) -> float | None:
    """Return the score of the best constant answer, for metrics that count right answers."""
    if metric == "accuracy":
        return max(shares)
    scores = [2 * share / (1 + share) for share in shares]  # F1 of a class that is always the answer: its recall is 1
    if metric == "f1" and len(shares) == 2:
        return scores[data.labels.index(data.positive) if data.positive in data.labels else 1]
    if metric in {"f1", "macro_f1"}:
        # Classes without a row that are never predicted do not count in the mean.
        return max(scores) / sum(share > 0 for share in shares)
    return None
