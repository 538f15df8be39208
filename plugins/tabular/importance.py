"""Permutation importance: how much worse a model is when the cells of one feature are shuffled among the rows.

Breiman, "Random forests", Machine Learning 45, 2001, section 10; the intervals are over repeated shuffles. Features
with the same information share their importance: when one is shuffled, the model can still use the other.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalog.errors import ModelSourceError
from catalog.figures import Axis, Bar, Bars, Empty, Figure
from catalog.statement import Statement, Value
from plugins.details import details_json
from plugins.insights import insight_of
from plugins.tabular.frame import FeatureFrame
from plugins.tabular.heads import ClassHead
from plugins.tabular.predictor import TablePredictor
from plugins.tabular.records import TableData

__all__ = ["FeatureImportance", "Importance", "importance_figure", "interpret"]

_ROWS, _REPEATS, _LEAST_REPEATS = 2000, 10, 3
_SHOWN = 25
_Z = 1.959964
_TITLE = Statement("Importance of each feature")
_MISSING = Statement("Not known: the study is not closed, or this is not its winner.")


@dataclass(frozen=True, slots=True)
class FeatureImportance:
    """By how much the metric is worse without the feature: the mean over shuffles, with a 95 % interval."""

    feature: str
    importance: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Importance:
    """The importance of all features, the largest first.

    Attributes:
        metric: What gets worse: ``"log_loss"`` or ``"rmse"``.
        value: Of it with all features as they are.
        rows: Validation rows that were used.
        repeats: Shuffles of each feature.
        seconds: Spent.
        features: All features.
    """

    metric: str
    value: float
    rows: int
    repeats: int
    seconds: float
    features: tuple[FeatureImportance, ...]


def interpret(predictor: TablePredictor, data: TableData, *, seconds: float) -> Mapping[str, Any]:
    """Shuffle each feature of validation rows several times.

    Args:
        predictor: Of the model.
        data: Its validation split is used.
        seconds: To spend, though each feature is shuffled at least three times however long it takes, and at most ten
            times.

    Returns:
        An `Importance` as JSON.

    Raises:
        ModelSourceError: The model sees columns that the data lack.
    """
    began, model, split = time.perf_counter(), predictor.model, data.splits["validation"]
    if missing := [one.name for one in model.features if one.name not in split.frame.columns]:
        raise ModelSourceError(f"The model sees columns that the data lack: {', '.join(missing)}.")
    rng = np.random.default_rng(0)
    chosen = np.sort(rng.permutation(split.truths.size)[:_ROWS])
    frame, truths = split.frame.take(chosen), split.truths[chosen]
    metric = "log_loss" if isinstance(model.head, ClassHead) else "rmse"

    def value(shuffled: FeatureFrame) -> float:
        return model.head.measured(truths, model.outputs(shuffled))[metric]

    whole, losses = value(frame), list[list[float]]()
    repeats = 0
    while repeats < _REPEATS:
        order = rng.permutation(truths.size)
        losses.append(
            [value(frame.replaced(one.name, frame.columns[one.name][order])) - whole for one in model.features]
        )
        repeats += 1
        spent = time.perf_counter() - began
        if repeats >= _LEAST_REPEATS and spent + spent / repeats > seconds:
            break
    found = np.array(losses)
    reach = _Z * found.std(axis=0, ddof=1) / np.sqrt(repeats)
    features = [
        FeatureImportance(one.name, float(mean), float(mean - half), float(mean + half))
        for one, mean, half in zip(model.features, found.mean(axis=0), reach, strict=True)
    ]
    features.sort(key=lambda one: -one.importance)
    spent = time.perf_counter() - began
    return details_json(Importance(metric, whole, int(truths.size), repeats, spent, tuple(features)))


def importance_figure(insights: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the importance of each feature as bars, or why it is not known."""
    found = insight_of(insights, "interpretation", Importance, _MISSING)
    if isinstance(found, Statement):
        yield Empty("feature-importance", _TITLE, found)
        return
    bars = tuple(Bar(one.feature, one.importance, low=one.low, high=one.high) for one in found.features[:_SHOWN])
    values: dict[str, Value] = {"rows": found.rows, "repeats": found.repeats, "metric": _METRICS[found.metric]}
    caption = [
        Statement(
            "How much worse the {metric} is when a feature is shuffled among {rows:count} validation rows: the mean of "
            "{repeats:count} shuffles, with 95 % intervals.",
            values,
        ),
        Statement("Features that say the same share their importance."),
    ]
    if len(found.features) > _SHOWN:
        counts = {"features": len(found.features), "shown": _SHOWN}
        caption.append(Statement("Of {features:count} features the {shown:count} most important.", counts))
    axis = Axis(Statement("Increase of the {metric}", {"metric": _METRICS[found.metric]}))
    yield Bars("feature-importance", _TITLE, axis, bars, caption=tuple(caption))


_METRICS = {"log_loss": Statement("log loss"), "rmse": Statement("RMSE")}
