"""Judges a model's probabilities on a split: the same for every model of the task."""

from pathlib import Path

import numpy as np

from catalog.results import Evaluation
from plugins.nlp.text_classification import metrics, predictions

__all__ = ["judge"]


def judge(split: str, labels: np.ndarray, probabilities: np.ndarray, folder: Path, seconds: float) -> Evaluation:
    """Score predictions, and write them into ``SPLIT.parquet`` of `folder`.

    Args:
        split: Its name.
        labels: True class ids, shape (rows,).
        probabilities: Shape (rows, classes); rows add up to 1.
        folder: Exists.
        seconds: Spent predicting.

    Raises:
        DivergedError: A probability is not finite.
    """
    path = folder / f"{split}.parquet"
    predictions.write(path, labels, probabilities)
    return Evaluation(
        split=split,
        rows=int(labels.size),
        metrics=metrics.compute(labels, probabilities),
        confusion=metrics.confusion(labels, probabilities),
        predictions=path,
        seconds=seconds,
    )
