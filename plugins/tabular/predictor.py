"""A trained model of tables that makes predictions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np

from catalog.contract import Prediction
from catalog.errors import InputError
from plugins.tables.wording import listed, shortened
from plugins.tabular.features import Feature
from plugins.tabular.folder import TableModel
from plugins.tabular.frame import FeatureFrame, frame_of_rows

__all__ = ["TablePredictor"]

_BATCH = 1024


class TablePredictor:
    """A `catalog.contract.Predictor` that explains its answers, too."""

    def __init__(self, model: TableModel) -> None:
        self.model = model

    def predict(self, inputs: Iterable[Mapping[str, Any]]) -> Iterator[Prediction]:
        """Yield one prediction for each row, in order: ``input``, the answer, and ``notes`` on unusable cells.

        A row is a mapping from each feature to its cell: a number, text, a truth value, a date, or None. Other keys
        are ignored. For a single feature, the cell alone is enough.

        Raises:
            InputError: A row lacks features; they are listed.
        """
        for rows, frame in self._batches(inputs):
            for prediction, _ in self._answers(rows, frame, self.model.outputs(frame)):
                yield prediction

    def explain(self, inputs: Sequence[Mapping[str, Any]]) -> Iterator[Prediction]:
        """Yield predictions with what each feature adds to the answer: ``features`` and ``method`` in addition."""
        estimator, features = self.model.estimator, self.model.features
        for rows, frame in self._batches(inputs):
            encoded = self.model.encode(frame)
            outputs = self.model.head.scaled(estimator.outputs(encoded))
            chosen = outputs.argmax(axis=1) if outputs.ndim > 1 else np.zeros(frame.rows, dtype=np.int64)
            parts = estimator.contributions(encoded, chosen)
            weights = np.zeros((frame.rows, len(features)))
            np.add.at(weights.T, encoded.features, parts.T)
            weights /= getattr(self.model.head, "temperature", None) or 1.0
            for prediction, row in self._answers(rows, frame, outputs):
                found = [
                    {"feature": feature.name, "value": frame.cell(feature.name, row), "weight": float(weight)}
                    for feature, weight in zip(features, weights[row], strict=True)
                ]
                found.sort(key=lambda one: -abs(one["weight"]))
                yield {**prediction, "features": found, "method": estimator.explanation}

    def _batches(self, inputs: Iterable[Mapping[str, Any]]) -> Iterator[tuple[list[Mapping[str, Any]], FeatureFrame]]:
        remaining = iter(inputs)
        readings = {feature.name: feature.reading for feature in self.model.features}
        while given := list(islice(remaining, _BATCH)):
            rows = [_row(one, self.model.features) for one in given]
            yield rows, frame_of_rows(rows, readings)

    def _answers(
        self, rows: Sequence[Mapping[str, Any]], frame: FeatureFrame, outputs: np.ndarray
    ) -> Iterator[tuple[Prediction, int]]:
        for index, (row, answer) in enumerate(zip(rows, self.model.head.answers(outputs), strict=True)):
            shown = {feature.name: _plain(row[feature.name]) for feature in self.model.features}
            yield {"input": shown, **answer, "notes": list(self._notes(row, frame, index))}, index

    def _notes(self, row: Mapping[str, Any], frame: FeatureFrame, index: int) -> Iterator[str]:
        """Yield what a reader should know about cells that could not be used unchanged."""
        for feature in self.model.features:
            value, cell = row[feature.name], frame.cell(feature.name, index)
            if _is_empty(value):
                continue
            if cell is None:
                yield f"{feature.name}: {shortened(value, 40)!r} is no {feature.reading.kind} and counts as missing"
            elif feature.reading.kind == "category" and cell not in feature.categories:
                yield f"{feature.name}: {shortened(cell, 40)!r} is rare or unknown among the training rows"


def _row(row: Any, features: Sequence[Feature]) -> Mapping[str, Any]:
    if len(features) == 1 and not isinstance(row, Mapping):
        row = {features[0].name: row}
    if not isinstance(row, Mapping):
        raise InputError(
            f"An input is a row: a mapping from {listed(feature.name for feature in features)} to their values; given "
            f"was {shortened(repr(row))}."
        )
    if missing := [feature.name for feature in features if feature.name not in row]:
        word = "column" if len(missing) == 1 else "columns"
        raise InputError(
            f"The row has no {word} {listed(map(repr, missing))}, which the model was trained on; it has "
            f"{listed(map(repr, row)) or 'none'}. Give None, or an empty text, for what is not known."
        )
    return row


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value != value  # noqa: PLR0124 -- NaN


def _plain(value: Any) -> Any:
    """Return a cell as JSON."""
    match value:
        case None | bool() | str() | int():
            return value
        case float() | Decimal() | np.number():
            return float(value) if np.isfinite(float(value)) else None
        case np.bool_():
            return bool(value)
        case datetime() | date():
            return value.isoformat()
    return str(value)
