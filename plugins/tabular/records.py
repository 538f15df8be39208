"""The records of tasks of tables about the features of a data set: the typed form of the JSON details."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalog.contract import DataSummary
from plugins.data.numbers import NumberFormat
from plugins.details import read_details
from plugins.tabular.features import Feature
from plugins.tabular.frame import FeatureFrame, TableSplit

__all__ = ["FeatureFacts", "FeatureTable", "TableData", "describe_features", "feature_table"]

_EXAMPLES = 3
_CHOICES = 50
"""Up to so many categories a user chooses from a list; with more, the user types one."""


@dataclass(frozen=True, slots=True)
class FeatureFacts:
    """A feature as the training rows show it.

    Attributes:
        name: Of the column.
        kind: ``"number"``, ``"category"``, ``"date"`` or ``"flag"``.
        missing: Share of the rows without a value.
        examples: Some values.
        middle: A usual value: the median, or the most frequent category.
        low: The smallest number or the earliest date; None for categories and flags.
        high: The largest number or the latest date.
        categories: How many different values a category has.
        choices: All categories if there are few, the most frequent first.
        written: How the numbers of a column are written; None if as in a program, and for other columns.
    """

    name: str
    kind: str
    missing: float
    examples: tuple[str, ...] = ()
    middle: str = ""
    low: str | None = None
    high: str | None = None
    categories: int | None = None
    choices: tuple[str, ...] = ()
    written: NumberFormat | None = None


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """The columns of a data set that a model sees, and why it does not see the others.

    Attributes:
        feature_facts: In the order of the file.
        left_out: By column the reason; empty if the spec leaves it out.
    """

    feature_facts: tuple[FeatureFacts, ...] = ()
    left_out: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TableData:
    """A data set ready to train on.

    Attributes:
        summary: What was found.
        splits: Always ``"train"``, ``"validation"`` and ``"test"``, none of them empty.
        features: As the training rows define them.
    """

    summary: DataSummary
    splits: Mapping[str, TableSplit]
    features: tuple[Feature, ...]


def feature_table(data: DataSummary | Mapping[str, Any]) -> FeatureTable:
    """Return what is known about the features.

    Args:
        data: What was found, or that as JSON.
    """
    return read_details(FeatureTable, data.details if isinstance(data, DataSummary) else data)


def describe_features(features: tuple[Feature, ...], train: FeatureFrame) -> tuple[FeatureFacts, ...]:
    """Return what the training rows show of each feature."""
    return tuple(_describe(feature, train) for feature in features)


def _describe(feature: Feature, train: FeatureFrame) -> FeatureFacts:
    name, kind = feature.name, feature.reading.kind
    missing = train.missing(name)
    there = np.flatnonzero(~missing)
    share = float(missing.mean())
    shown = (
        [_text(train, name, row) for row in there[np.linspace(0, there.size - 1, 50).astype(int)]] if there.size else []
    )
    examples = tuple(dict.fromkeys(shown))[:_EXAMPLES]
    if kind == "category":
        places, levels = train.columns[name], train.levels[name]
        counts = np.bincount(places[places >= 0], minlength=len(levels))
        ranked = sorted(np.flatnonzero(counts).tolist(), key=lambda place: (-counts[place], levels[place]))
        names = tuple(levels[place] for place in ranked)
        few = names if len(names) <= _CHOICES else ()
        return FeatureFacts(name, kind, share, examples, names[0] if names else "", None, None, len(names), few)
    if kind == "flag":
        return FeatureFacts(name, kind, share, ("true", "false"), "true", choices=("true", "false"))
    ordered = there[np.argsort(train.columns[name][there], kind="stable")]
    if not ordered.size:
        return FeatureFacts(name, kind, share)
    low, middle, high = (_text(train, name, ordered[place]) for place in (0, ordered.size // 2, -1))
    form = feature.reading.number
    written = form if kind == "number" and form != NumberFormat() else None
    return FeatureFacts(name, kind, share, examples, middle, low, high, written=written)


def _text(frame: FeatureFrame, name: str, row: int) -> str:
    """Return a cell as a person writes it."""
    value = frame.cell(name, row)
    return f"{value:.10g}" if isinstance(value, float) else str(value)
