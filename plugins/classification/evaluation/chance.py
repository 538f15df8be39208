"""What guessing reaches in a metric: the value of the best answer that is the same for all rows."""

import math

import numpy as np

from catalog.contract import DataSummary
from catalog.contract.capabilities import ChanceLevel
from plugins.classification.evaluation.measures import ByBin, ByClass, ByRanking, ByRow, ClassCounts
from plugins.classification.evaluation.metrics import METRICS, measures_for
from plugins.classification.evaluation.ranking import rankings
from plugins.classification.records import class_data

__all__ = ["chance_level"]

_DEVIATIONS = 1.96
"""Standard deviations of a share that chance exceeds once in forty times."""
_LOSS_MARGIN = 0.01
"""Share of the loss of guessing by which a loss must be lower: a model that answers little more than the class
shares comes within a thousandth of it."""


def chance_level(metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
    """Return what guessing reaches in a metric on a split.

    For metrics of predicted classes the answer is the class that serves the metric best: the majority for accuracy, the
    positive class for ``f1`` of two classes. For all others it is the share of each class: the log loss of that is the
    entropy of the shares (nats), and it ranks no row before another.

    The margin is that of a share of the rows, scaled to the range of the metric; for a ranking of two classes, of the
    rows of the rarer one.

    Args:
        metric: One of `metrics.METRICS`.
        data: Holds the rows of each class.
        split: A key of `ClassData.label_rows`.

    Returns:
        None if the rows of each class are not known, the metric is undefined on them, or guessing is perfect in it, as
        it is in calibration.
    """
    found = class_data(data)
    counts = np.array(found.label_rows.get(split, ()), dtype=np.float64)
    rows, classes = counts.sum(), counts.size
    measure = measures_for(classes).get(metric)
    if rows == 0 or classes < 2 or measure is None or isinstance(measure, ByBin):
        return None
    positive = found.labels.index(found.positive) if found.positive in found.labels else 1
    ids, shares = np.arange(classes), np.tile(counts / rows, (classes, 1))  # one row a class, weighted by its rows
    match measure:
        case ByClass():
            answers = ClassCounts(np.diag(counts), np.tile(counts, (classes, 1)), rows * np.eye(classes), positive)
            value = float(measure.value(answers).max())
        case ByRow():
            value = float(measure.values(ids, shares) @ counts / rows)
        case ByRanking():
            if np.count_nonzero(counts) < 2:
                return None
            areas = [measure.value(one.weighted(counts[None])) for one in rankings(ids, shares, positive)]
            value = float(np.nanmean(areas))
            rows = counts.min() if classes == 2 else rows
    record = METRICS[metric]
    if not record.maximize:
        return ChanceLevel(value, _LOSS_MARGIN * value)
    low, high = record.low or 0.0, 1.0
    share = (value - low) / (high - low)
    return ChanceLevel(value, _DEVIATIONS * (high - low) * math.sqrt(share * (1 - share) / rows))
