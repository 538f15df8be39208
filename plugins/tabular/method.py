"""What a learning method gives to the trainer: a fit, and an estimator that can be saved in a folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from catalog.contract import EpochMetrics, Outcome, TrialContext
from plugins.tabular.features import Encoded
from plugins.tabular.heads import TabularHead

__all__ = ["Estimator", "Fitted", "TabularExamples", "TabularMethod"]


@dataclass(frozen=True, slots=True, eq=False)
class TabularExamples:
    """Rows as a model sees them, with their truths."""

    encoded: Encoded
    truths: np.ndarray


class Estimator(Protocol):
    """A fitted model."""

    @property
    def explanation(self) -> str:
        """How `contributions` explains an answer, and in which unit."""

    def outputs(self, encoded: Encoded) -> np.ndarray:
        """Return the outputs for the head: probabilities, shape (rows, classes), or numbers, shape (rows,)."""

    def contributions(self, encoded: Encoded, chosen: np.ndarray) -> np.ndarray:
        """Return what each part adds to the answer, float64, shape (rows, parts).

        Args:
            encoded: The rows.
            chosen: The class of each row whose score is explained, int64, shape (rows,); it does not matter for
                numbers.
        """

    def save(self, folder: Path) -> None:
        """Write files into a folder that exists."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The result of a fit.

    Attributes:
        estimator: With the best measurement of the fit.
        outcome: How the fit ended.
        history: Its measurements, in order.
        best: The one that was kept.
        seconds: Spent fitting.
        epochs: Passes over the training rows.
        notes: Events during the fit that a reader should know.
    """

    estimator: Estimator
    outcome: Outcome
    history: tuple[EpochMetrics, ...]
    best: EpochMetrics
    seconds: float
    epochs: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TabularMethod:
    """A learning method.

    Attributes:
        name: Of the model: the last part of its key.
        fit: Fits to training rows, with validation rows to measure on.
        open: Returns the estimator that a folder holds, for so many outputs and parts; raises `OSError` or `ValueError`
            if it holds none.
    """

    name: str
    fit: Callable[[Any, TabularExamples, TabularExamples, TabularHead, TrialContext], Fitted]
    open: Callable[[Path, int, int, int], Estimator]
