"""What guessing reaches: the tag O for every word, or the most frequent tag if there is no O."""

import math

import numpy as np

from catalog.contract import DataSummary
from catalog.contract.capabilities import ChanceLevel
from plugins.nlp.token_classification.records import tag_data

__all__ = ["chance_level"]

_DEVIATIONS = 1.96
"""Standard deviations of a share that chance exceeds once in forty times."""
_RULE_OF_THREE = 3.0
"""Of n tries without a hit, three in n is the largest share that chance explains (Hanley and Lippman-Hand, 1983)."""
_LOSS_MARGIN = 0.01
"""Share of the loss of guessing by which a loss must be lower."""


def chance_level(metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
    """Return what the same tag for every word reaches on a split; None if its tags are not known.

    No entity is predicted if the tag is O. The log loss is that of answering the share of each tag: its entropy.

    Args:
        metric: One of `metrics.METRICS`.
        data: Holds the words of each tag and the entities of each type.
        split: A key of `TagData.tag_words`.
    """
    found = tag_data(data)
    counts = np.array(found.tag_words.get(split, ()), dtype=np.float64)
    entities, words = sum(found.entities.get(split, ())), counts.sum()
    if not words:
        return None
    if metric == "log_loss":
        shares = counts[counts > 0] / words
        entropy = float(-(shares * np.log(shares)).sum())
        return ChanceLevel(entropy, _LOSS_MARGIN * entropy)
    outside = found.known.outside
    best = int(counts.argmax()) if outside is None or metric == "accuracy" else outside
    hits = counts[best]
    if metric == "accuracy":
        return _share(hits / words, words)
    if best == outside:
        return ChanceLevel(0.0, min(1.0, _RULE_OF_THREE / max(entities, 1)))
    f1 = 2 * hits / (words + entities)
    types = max(1, sum(count > 0 for count in found.entities.get(split, ())))
    values = {"f1": f1, "precision": hits / words, "recall": hits / max(entities, 1), "macro_f1": f1 / types}
    return _share(values[metric], words) if metric in values else None


def _share(value: float, count: float) -> ChanceLevel:
    return ChanceLevel(float(value), _DEVIATIONS * math.sqrt(value * (1 - value) / count))
