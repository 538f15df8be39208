"""How a task's predictions are shown: flat cells, their formats, and the reasons of an explanation."""

import json
from collections.abc import Mapping
from typing import Any

from catalog import registry
from catalog.contract import Prediction
from catalog.contract.capabilities import InputField, ShowsPredictions
from catalog.errors import PluginError
from catalog.statement import Statement
from runner.presentation.english import english
from runner.presentation.labels import NOTHING
from runner.presentation.text import number
from runner.study.task_calls import task_faults

__all__ = ["Cell", "PredictionView"]

Cell = str | float | None
_ROW = "input"


class PredictionView:
    """Shows predictions as their task says; if the task says nothing, shows the values that are no lists or objects.

    Attributes:
        fields: Of an input.
        inputs: Names in a prediction that hold its input: those of the fields, or `_ROW` for all of them together.
        names: Of the cells.
    """

    def __init__(
        self, key: str, data: Mapping[str, Any], fields: tuple[InputField, ...], sample: Prediction | None = None
    ) -> None:
        """Ask the task for the names of the cells.

        Args:
            key: Of the model.
            data: What its study found in the data set, as JSON.
            fields: Of the inputs.
            sample: Any prediction of the model; None if there is none.

        Raises:
            PluginError: The task fails.
        """
        self.fields = fields
        self._key, self._sample = key, sample or {}
        in_one = len(fields) > 1 and isinstance(self._sample.get(_ROW), Mapping)
        self.inputs = frozenset((_ROW,) if in_one else (field.name for field in fields))
        self._kinds: dict[str, str] = {}
        with task_faults(key):
            task = registry.load_task(key)
            self._task = task if isinstance(task, ShowsPredictions) else None
            if self._task is None:
                self.names = tuple(self._scalars(self._sample))
            else:
                self.names = tuple(self._task.columns_of_predictions(data))
                if sample is not None:
                    self._kinds = dict(self._task.headline(sample).placeholders())

    @property
    def main_names(self) -> tuple[str, ...]:
        """Names of the cells in the headline; all names if there is none of them, or the task has no headline."""
        return tuple(name for name in self.names if name in self._kinds) or self.names

    def cells(self, prediction: Prediction | None) -> tuple[Cell, ...]:
        """Return the cells of a prediction, by `names`; all are None if there is no prediction.

        Raises:
            PluginError: The task fails, or its cells have other names.
        """
        if prediction is None:
            return (None,) * len(self.names)
        if self._task is None:
            cells: Mapping[str, Cell] = self._scalars(prediction)
            return tuple(cells.get(name) for name in self.names)
        with task_faults(self._key):
            cells = self._task.cells(prediction)
            if odd := sorted(set(self.names) ^ set(cells)):
                told = "lack {!r}, which {} names" if odd[0] in self.names else "hold {!r}, which {} does not name"
                origin = registry.distribution_of(registry.task_key(self._key))
                fault = f"the cells of a prediction {told.format(odd[0], 'columns_of_predictions')}"
                raise PluginError(f"the task of {self._key}, from {origin}, failed: {fault}")
            return tuple(cells[name] for name in self.names)

    def shown(self, name: str, cell: Cell) -> str:
        """Return a cell for a person: a number in the format of its task's headline."""
        if cell is None:
            return NOTHING
        if isinstance(cell, str):
            return cell
        kind = self._kinds.get(name, "text")
        return number(cell) if kind == "text" else english(Statement(f"{{cell:{kind}}}", {"cell": cell}))

    def reasons(self, prediction: Prediction) -> list[str]:
        """Return lines that say why an answer is what it is; none for a prediction without explanation.

        Raises:
            PluginError: The task fails.
        """
        if self._task is None:
            return []
        with task_faults(self._key):
            return list(map(english, self._task.reasons(prediction)))

    def given(self, value: Any) -> dict[str, Any]:
        """Return an input by the names of its fields."""
        if len(self.fields) == 1:
            return {self.fields[0].name: value}
        return {field.name: (value or {}).get(field.name) for field in self.fields}

    def given_text(self, value: Any) -> str:
        """Return an input as text for a person."""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

    def as_json(self, given: Any, prediction: Prediction | None) -> dict[str, Any]:
        """Return the JSON of a prediction; for an empty input (None), the same as `without_answer`."""
        return self.without_answer(given) if prediction is None else dict(prediction)

    def without_answer(self, value: Any) -> dict[str, Any]:
        """Return the JSON of an input that cannot be predicted: the names of a prediction, with empty values."""
        given = self.given(value)
        if not self._sample:
            return {**given, **dict.fromkeys(self.names)}
        if self.inputs == {_ROW}:
            given = {_ROW: given}
        return {name: given[name] if name in given else _nothing(held) for name, held in self._sample.items()}

    def _scalars(self, prediction: Prediction) -> dict[str, Cell]:
        return {
            name: str(value) if isinstance(value, bool) else value
            for name, value in prediction.items()
            if name not in self.inputs and (value is None or isinstance(value, str | int | float))
        }


def _nothing(value: Any) -> Any:
    return {} if isinstance(value, Mapping) else [] if isinstance(value, list | tuple) else None
