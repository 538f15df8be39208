"""Features as a model sees them: numbers, parts of dates, and codes of categories, fitted to the training rows.

A date becomes its year, month, day of the month, day of the week (Monday is 0), hour, and days since 1970. A category
becomes the place of its name among the most frequent ones; names that are rare or were never seen share one place, and
missing cells have a place of their own. Missing numbers stay NaN.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plugins.tabular.column_types import ColumnType
from plugins.tabular.frame import FeatureFrame

__all__ = ["MOST_CATEGORIES", "Encoded", "Feature", "encode", "fit_features"]

MOST_CATEGORIES = 1000
"""How many categories of a feature a model distinguishes."""
_LEAST_ROWS = 2
"""Training rows that a category needs so that a model distinguishes it."""
_DATE_PARTS = ("year", "month", "day", "weekday", "hour", "days")


@dataclass(frozen=True, slots=True)
class Feature:
    """A column that a model sees.

    Attributes:
        name: Of the column.
        reading: How its cells are read.
        categories: Names that have a place of their own, the most frequent first.
    """

    name: str
    reading: ColumnType
    categories: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the numbers that a cell becomes."""
        return tuple(f"{self.name} ({part})" for part in _DATE_PARTS) if self.reading.kind == "date" else (self.name,)

    @property
    def places(self) -> int:
        """How many places its categories have; 0 if it is of another kind."""
        return len(self.categories) + 2 if self.reading.kind == "category" else 0

    @property
    def other(self) -> int:
        """The place of rare and unseen categories; the one after it is that of missing cells."""
        return len(self.categories)


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Rows as a model sees them.

    Attributes:
        matrix: float64, shape (rows, parts), NaN for missing numbers and dates.
        features: For each part the index of its feature, int64, shape (parts,).
        places: For each part how many places its categories have, with those of rare and of missing ones; 0 for
            numbers. int64, shape (parts,).
    """

    matrix: np.ndarray
    features: np.ndarray
    places: np.ndarray

    def take(self, rows: np.ndarray) -> "Encoded":
        """Return the rows with these indices, in their order."""
        return Encoded(self.matrix[rows], self.features, self.places)


def fit_features(readings: Mapping[str, ColumnType], train: FeatureFrame) -> tuple[Feature, ...]:
    """Return the features with the categories that the training rows hold often enough."""
    return tuple(
        Feature(name, reading, _frequent(train, name) if reading.kind == "category" else ())
        for name, reading in readings.items()
    )


def encode(features: Sequence[Feature], frame: FeatureFrame) -> Encoded:
    """Return rows as a model sees them."""
    columns: list[np.ndarray] = []
    owners: list[int] = []
    for index, feature in enumerate(features):
        parts = _parts(feature, frame)
        columns += parts
        owners += [index] * len(parts)
    matrix = np.stack(columns, axis=1) if columns else np.zeros((frame.rows, 0))
    places = [features[owner].places for owner in owners]
    return Encoded(matrix, np.array(owners, dtype=np.int64), np.array(places, dtype=np.int64))


def _frequent(train: FeatureFrame, name: str) -> tuple[str, ...]:
    places, levels = train.columns[name], train.levels[name]
    counts = np.bincount(places[places >= 0], minlength=len(levels))
    ranked = sorted(np.flatnonzero(counts >= _LEAST_ROWS).tolist(), key=lambda place: (-counts[place], levels[place]))
    return tuple(levels[place] for place in ranked[:MOST_CATEGORIES])


def _parts(feature: Feature, frame: FeatureFrame) -> list[np.ndarray]:
    cells = frame.columns[feature.name]
    match feature.reading.kind:
        case "category":
            known = {name: float(place) for place, name in enumerate(feature.categories)}
            places = [known.get(level, float(feature.other)) for level in frame.levels[feature.name]]
            return [np.array([*places, float(feature.other + 1)])[cells]]
        case "date":
            return _date_parts(cells)
    return [cells]


def _date_parts(moments: np.ndarray) -> list[np.ndarray]:
    days = moments.astype("datetime64[D]")
    months = moments.astype("datetime64[M]")
    missing = np.isnat(moments)
    since = days.astype(np.int64).astype(np.float64)
    parts = [
        moments.astype("datetime64[Y]").astype(np.int64) + 1970.0,
        months.astype(np.int64) % 12 + 1.0,
        (days - months).astype(np.int64) + 1.0,
        (since + 3) % 7,
        (moments - days).astype("timedelta64[h]").astype(np.int64).astype(np.float64),
        since + (moments - days) / np.timedelta64(1, "D"),
    ]
    return [np.where(missing, np.nan, part) for part in parts]
