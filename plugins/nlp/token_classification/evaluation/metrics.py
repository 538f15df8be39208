"""The metrics of tags: each one entry, its record together with how it is computed.

Precision, recall and F1 are of entities, by seqeval's definition: an entity is right if its boundaries and its type
are. ``f1``, ``precision`` and ``recall`` count all entities alike (micro average); ``macro_f1`` is the mean over the
types that occur, in the truth or among the predictions. What has no denominator is 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from catalog.contract import DataSummary
from catalog.errors import DivergedError, InputError
from catalog.metric import Direction, Metric
from catalog.statement import Statement
from plugins.nlp.token_classification.evaluation.counts import Counts, count
from plugins.nlp.token_classification.evaluation.predictions import TagPredictions
from plugins.nlp.token_classification.records import tag_data

__all__ = ["METRICS", "check_metric", "f1_of", "measure", "metrics_of", "ratio", "values_of"]

Values = Callable[[Counts], np.ndarray]
"""From counts of draws to the value of each draw."""


@dataclass(frozen=True, slots=True)
class _Definition:
    """A metric and how it is computed.

    Attributes:
        metric: Its record.
        values: Computes it.
        of_words: Label and phrase of plain tags, where each word with a tag stands for itself; None for the same.
    """

    metric: Metric
    values: Values
    of_words: tuple[Statement, Statement] | None = None


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return the ratio, 0 if there is nothing to divide by."""
    found: np.ndarray = np.divide(above, below, out=np.zeros(np.shape(above)), where=below > 0)
    return found


def f1_of(matched: np.ndarray, predicted: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return F1, the harmonic mean of precision and recall."""
    return ratio(2 * matched, predicted + true)


def _f1(counts: Counts) -> np.ndarray:
    return f1_of(counts.matched.sum(axis=1), counts.predicted.sum(axis=1), counts.true.sum(axis=1))


def _macro_f1(counts: Counts) -> np.ndarray:
    present = (counts.predicted + counts.true) > 0
    return ratio(f1_of(counts.matched, counts.predicted, counts.true).sum(axis=1), present.sum(axis=1))


def _log_loss(counts: Counts) -> np.ndarray:
    return np.full(counts.words.shape, np.nan) if counts.loss is None else ratio(counts.loss, counts.words)


def _share(name: str, label: Statement, phrase: Statement, explanation: Statement) -> Metric:
    return Metric(name, Direction.MAXIMIZE, label, phrase, "percent", explanation, 0.0, 1.0)


_DEFINITIONS = (
    _Definition(
        _share(
            "f1", Statement("Entity F1"), Statement("entity F1"),
            Statement("harmonic mean of precision and recall of entities"),
        ),
        _f1,
        (Statement("F1 of tagged words"), Statement("F1 of tagged words")),
    ),
    _Definition(
        _share(
            "precision", Statement("Entity precision"), Statement("entity precision"),
            Statement("share of the predicted entities that are right"),
        ),
        lambda counts: ratio(counts.matched.sum(axis=1), counts.predicted.sum(axis=1)),
        (Statement("Precision of tagged words"), Statement("precision of tagged words")),
    ),
    _Definition(
        _share(
            "recall", Statement("Entity recall"), Statement("entity recall"),
            Statement("share of the true entities that were found"),
        ),
        lambda counts: ratio(counts.matched.sum(axis=1), counts.true.sum(axis=1)),
        (Statement("Recall of tagged words"), Statement("recall of tagged words")),
    ),
    _Definition(
        _share(
            "macro_f1", Statement("Macro F1"), Statement("macro F1"),
            Statement("mean F1 over the types of entities, each counting alike"),
        ),
        _macro_f1,
        (Statement("Macro F1 of tags"), Statement("macro F1 of tags")),
    ),
    _Definition(
        _share(
            "accuracy", Statement("Accuracy of words"), Statement("accuracy of words"),
            Statement("share of the words with the right tag"),
        ),
        lambda counts: ratio(counts.right, counts.words),
    ),
    _Definition(
        Metric(
            "log_loss", Direction.MINIMIZE, Statement("Log loss"), Statement("log loss"), "number",
            Statement("mean over the words of the negative logarithm of the right tag's probability; lower is better"),
            0.0,
        ),
        _log_loss,
    ),
)  # fmt: skip

_BY_NAME = {one.metric.name: one for one in _DEFINITIONS}

METRICS: Mapping[str, Metric] = MappingProxyType({name: one.metric for name, one in _BY_NAME.items()})
"""Every metric. All may be tuned for; the default comes first."""


def metrics_of(data: DataSummary) -> Sequence[Metric]:
    """Return the metrics with the labels that fit the tags of these data."""
    plain = tag_data(data).scheme == "plain"
    return tuple(
        one.metric if one.of_words is None or not plain
        else replace(one.metric, label=one.of_words[0], phrase=one.of_words[1])
        for one in _DEFINITIONS
    )  # fmt: skip


def values_of(counts: Counts, only: str | None = None) -> dict[str, np.ndarray]:
    """Return the values of the metrics that are defined, one for each draw.

    Args:
        counts: Of each draw.
        only: The only metric to compute; all if None.
    """
    found = {name: one.values(counts) for name, one in _BY_NAME.items() if only in {None, name}}
    return {name: values for name, values in found.items() if not np.isnan(values).all()}


def measure(said: TagPredictions) -> dict[str, float]:
    """Return every metric that is defined on predictions.

    Raises:
        DivergedError: A probability is not finite.
    """
    if said.likelihood is not None and not np.isfinite(said.likelihood).all():
        raise DivergedError("The model's probabilities are not finite: the training diverged. Lower the learning rate.")
    counts = count(said)
    whole = counts.weighted(np.ones((1, counts.words.size)))
    return {name: float(values[0]) for name, values in values_of(whole).items()}


def check_metric(name: str, data: DataSummary) -> None:  # noqa: ARG001 -- all are defined on any data
    """Check that a metric can be tuned for: that it is known.

    Raises:
        InputError: It is unknown.
    """
    if name not in METRICS:
        raise InputError(f"Unknown metric {name!r}; known are {', '.join(METRICS)}.", field="study.metric")
