"""What a model's outputs mean: probabilities of classes, or a number with its interval."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from catalog.contract import Evaluation
from plugins.classification import evaluation as classes
from plugins.classification.evaluation.temperature import rescale
from plugins.regression import evaluation as numbers
from plugins.regression.records import ConformalInterval
from plugins.tabular.roles import Role

__all__ = ["ClassHead", "NumberHead", "TabularHead"]


class TabularHead(Protocol):
    """Measures a model's outputs and turns them into answers."""

    @property
    def role(self) -> Role:
        """The role of the column of the truth."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in the order of their ids; none for numbers."""

    def scaled(self, outputs: np.ndarray) -> np.ndarray:
        """Return the model's answers, given the outputs of its estimator."""

    def measured(self, truths: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
        """Return ``loss`` and every metric that is defined.

        Raises:
            DivergedError: An output is not finite.
        """

    @property
    def save_and_evaluate(self) -> Callable[..., Evaluation]:
        """Evaluates outputs and writes them into a folder: that of the tasks of classes, or of numbers."""

    def answers(self, outputs: np.ndarray) -> Iterator[Mapping[str, Any]]:
        """Yield the answer of each row as JSON."""


@dataclass(frozen=True, slots=True)
class ClassHead:
    """Outputs are probabilities, shape (rows, classes).

    Attributes:
        labels: Class names in the order of their ids.
        positive: Of two classes the id of the positive one.
        temperature: What log-odds are divided by; None if none was fitted.
    """

    labels: tuple[str, ...]
    positive: int = 1
    temperature: float | None = None
    role: Role = "label"

    def scaled(self, outputs: np.ndarray) -> np.ndarray:
        """Return outputs at the temperature; see `TabularHead`."""
        return outputs if self.temperature is None else rescale(outputs, self.temperature)

    def measured(self, truths: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
        """Return log loss and metrics; see `TabularHead`."""
        found = classes.measure(truths, outputs.astype(np.float32), self.positive)
        return {"loss": found["log_loss"], **found}

    @property
    def save_and_evaluate(self) -> Callable[..., Evaluation]:
        """Evaluates probabilities; see `TabularHead`."""
        return partial(classes.save_and_evaluate, names=self.labels, positive=self.positive)

    def answers(self, outputs: np.ndarray) -> Iterator[Mapping[str, Any]]:
        """Yield label, confidence and probabilities of each row."""
        for row in outputs.tolist():
            best = max(range(len(row)), key=row.__getitem__)
            shares = dict(zip(self.labels, row, strict=True))
            yield {"label": self.labels[best], "confidence": row[best], "probabilities": shares}


@dataclass(frozen=True, slots=True)
class NumberHead:
    """Outputs are numbers, shape (rows,).

    Attributes:
        interval: Of the predictions, as it was fitted on validation; None if there were too few rows.
    """

    interval: ConformalInterval | None = None
    role: Role = "target"
    labels: tuple[str, ...] = ()

    def scaled(self, outputs: np.ndarray) -> np.ndarray:
        """Return outputs as they are; see `TabularHead`."""
        return outputs

    def measured(self, truths: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
        """Return mean squared error and metrics; see `TabularHead`."""
        found = numbers.measure(truths, outputs)
        return {"loss": found["rmse"] ** 2, **found}

    @property
    def save_and_evaluate(self) -> Callable[..., Evaluation]:
        """Evaluates numbers, with the coverage of the interval; see `TabularHead`."""
        return partial(numbers.save_and_evaluate, interval=self.interval)

    def answers(self, outputs: np.ndarray) -> Iterator[Mapping[str, Any]]:
        """Yield value, and lower and upper end of its interval, of each row."""
        reach = None if self.interval is None else self.interval.half_width
        for value in outputs.tolist():
            ends = (None, None) if reach is None else (value - reach, value + reach)
            yield {"value": value, "low": ends[0], "high": ends[1]}
