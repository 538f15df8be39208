"""An evaluation of predicted numbers of texts: that of any numbers, and errors by length."""

from pathlib import Path

import numpy as np

from catalog.contract import Evaluation
from plugins.details import details_json
from plugins.nlp.text_regression.records import LengthDetails, LengthGroup
from plugins.nlp.texts.lengths import length_groups
from plugins.regression import evaluation
from plugins.regression.evaluation.intervals import mean_error
from plugins.regression.records import ConformalInterval

__all__ = ["save_and_evaluate"]


def save_and_evaluate(  # noqa: PLR0913 -- what was predicted, and what is known of the texts
    split: str,
    truths: np.ndarray,
    predicted: np.ndarray,
    folder: Path,
    seconds: float,
    places: np.ndarray | None = None,
    *,
    lengths: np.ndarray,
    unit: str = "tokens",
    max_length: int | None = None,
    tokens: int | None = None,
    interval: ConformalInterval | None = None,
    model_dir: Path | None = None,
    peak_memory_bytes: int | None = None,
) -> Evaluation:
    """Evaluate predictions and write them, as `plugins.regression.evaluation.save_and_evaluate` does.

    Args:
        split: Its name.
        truths: float64, shape (rows,), at least one row.
        predicted: Shape (rows,).
        folder: Exists.
        seconds: Spent predicting.
        places: The rows of the file that hold the examples; 0, 1, 2 ... if None.
        lengths: Of each text before it is cut, int, shape (rows,).
        unit: What `lengths` counts: ``"tokens"``, ``"words"`` or ``"characters"``.
        max_length: The most of a text that the model sees; None if it sees all.
        tokens: Real tokens that were read.
        interval: Of the model's predictions.
        model_dir: The model's folder, whose size is stated.
        peak_memory_bytes: The most memory in use so far.

    Raises:
        DivergedError: A prediction is not finite.
    """
    groups = tuple(
        _group(lengths, np.abs(truths - predicted), rows, unit, max_length) for rows in length_groups(lengths)
    )
    return evaluation.save_and_evaluate(
        split,
        truths,
        predicted,
        folder,
        seconds,
        places,
        interval=interval,
        model_dir=model_dir,
        peak_memory_bytes=peak_memory_bytes,
        more=details_json(LengthDetails(groups, tokens)),
    )


def _group(lengths: np.ndarray, errors: np.ndarray, rows: np.ndarray, unit: str, max_length: int | None) -> LengthGroup:
    error, low, high = mean_error(errors[rows])
    cut = lengths[rows] > (np.inf if max_length is None else max_length)
    ends = int(lengths[rows].min()), int(lengths[rows].max())
    return LengthGroup(unit, *ends, int(rows.size), error, low, high, float(cut.mean()))
