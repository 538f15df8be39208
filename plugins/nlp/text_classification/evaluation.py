"""An evaluation of predicted classes of texts: that of any classes, and accuracy by length."""

from pathlib import Path
from typing import Unpack

import numpy as np

from catalog.contract import Evaluation
from catalog.errors import DataError
from plugins.classification import evaluation
from plugins.classification.evaluation.evaluation import EvaluationDetails
from plugins.details import details_json
from plugins.nlp.text_classification.length_buckets import length_buckets
from plugins.nlp.text_classification.records import LengthDetails

__all__ = ["save_and_evaluate"]


def save_and_evaluate(  # noqa: PLR0913 -- what was predicted, and what is known of the texts
    split: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    folder: Path,
    seconds: float,
    places: np.ndarray | None = None,
    *,
    lengths: np.ndarray | None = None,
    unit: str = "tokens",
    max_length: int | None = None,
    tokens: int | None = None,
    **details: Unpack[EvaluationDetails],
) -> Evaluation:
    """Evaluate predictions and write them, as `plugins.classification.evaluation.save_and_evaluate` does.

    Args:
        split: Its name.
        labels: True class ids, shape (rows,), at least one row.
        probabilities: Shape (rows, classes); rows add up to 1.
        folder: Exists.
        seconds: Spent predicting.
        places: The rows of the file that hold the examples; 0, 1, 2 ... if None.
        lengths: Of each text before it is cut, int, shape (rows,).
        unit: What `lengths` counts: ``"tokens"``, ``"words"`` or ``"characters"``.
        max_length: The most of a text that the model sees; all of it if left out.
        tokens: Real tokens that were read.
        details: See `EvaluationDetails`.

    Raises:
        DivergedError: A probability is not finite.
        DataError: Names are not as many as classes, or `lengths` not as many as rows.
    """
    probabilities = probabilities.astype(np.float32, copy=False)
    if lengths is not None and len(lengths) != labels.size:
        raise DataError(f"{split}: {labels.size:,} rows were predicted, but {len(lengths):,} texts measured.")
    measured = np.asarray([] if lengths is None else lengths)
    buckets = length_buckets(measured, labels, probabilities, unit=unit, max_length=max_length)
    details["more"] = details_json(LengthDetails(buckets, tokens))
    return evaluation.save_and_evaluate(split, labels, probabilities, folder, seconds, places, **details)
