"""A split's evaluation made of a model's probabilities: the same for every model of the task."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np

from catalog.errors import DataError
from catalog.results import ClassScores, Evaluation
from plugins.nlp.text_classification.evaluation import predictions
from plugins.nlp.text_classification.evaluation.calibration import confidence_bins
from plugins.nlp.text_classification.evaluation.intervals import bootstrap
from plugins.nlp.text_classification.evaluation.length_buckets import length_buckets
from plugins.nlp.text_classification.evaluation.measures import class_counts
from plugins.nlp.text_classification.evaluation.metrics import measure
from plugins.nlp.text_classification.evaluation.predictions import Predictions
from plugins.nlp.text_classification.evaluation.temperature import rescale

__all__ = ["EvaluationDetails", "evaluate_predictions", "folder_bytes", "rescaled", "save_and_evaluate"]


class EvaluationDetails(TypedDict, total=False):
    """What a plugin knows in addition to predictions; each may be left out.

    Attributes:
        names: Class names in the order of their ids; the ids themselves if left out.
        lengths: Of each text before it is cut, int, shape (rows,).
        unit: What `lengths` counts: ``"tokens"`` (also if left out), ``"words"`` or ``"characters"``.
        max_length: The model sees so much of a text; all of it if left out.
        tokens: Real tokens that were read.
        model_dir: The model's folder, whose size is stated.
        peak_memory_bytes: Most memory in use so far.
        positive: Of two classes the id of the positive one; 1 if left out.
    """

    names: Sequence[str] | None
    lengths: np.ndarray | None
    unit: str
    max_length: int | None
    tokens: int | None
    model_dir: Path | None
    peak_memory_bytes: int | None
    positive: int


def save_and_evaluate(
    split: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    folder: Path,
    seconds: float,
    places: np.ndarray | None = None,
    **details: Unpack[EvaluationDetails],
) -> Evaluation:
    """Evaluate predictions as `evaluate_predictions` does, and write them into ``SPLIT.parquet`` of `folder`.

    They are evaluated as the file holds them, in float32, so that a reader of the file finds the same numbers.

    Args:
        split: Its name.
        labels: True class ids, shape (rows,), at least one row.
        probabilities: Shape (rows, classes); rows add up to 1.
        folder: Exists.
        seconds: Spent predicting.
        places: The rows of a file that the examples stand in; 0, 1, 2 ... if None.
        details: See `EvaluationDetails`.

    Raises:
        DivergedError: A probability is not finite.
        DataError: `names` or `lengths` are not as many as classes or rows.
    """
    path, probabilities = folder / f"{split}.parquet", probabilities.astype(np.float32, copy=False)
    evaluation = evaluate_predictions(split, labels, probabilities, path, seconds, **details)
    predictions.write(path, labels, probabilities, places, details.get("positive", 1))
    return evaluation


def evaluate_predictions(
    split: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    path: Path,
    seconds: float,
    **details: Unpack[EvaluationDetails],
) -> Evaluation:
    """Evaluate predictions that lie, or will lie, in the file `path`; nothing is written.

    Raises:
        DivergedError: A probability is not finite.
        DataError: `names` or `lengths` are not as many as classes or rows.
    """
    classes, positive = probabilities.shape[1], details.get("positive", 1)
    lengths, model_dir = details.get("lengths"), details.get("model_dir")
    called = details.get("names") or [str(index) for index in range(classes)]
    if len(called) != classes:
        raise DataError(f"{split}: probabilities of {classes} classes, but {len(called)} names of classes.")
    if lengths is not None and len(lengths) != labels.size:
        raise DataError(f"{split}: {labels.size:,} rows were predicted, but {len(lengths):,} texts measured.")
    measured, found = measure(labels, probabilities, positive), Predictions(labels, probabilities, positive)
    buckets = length_buckets(
        np.asarray([] if lengths is None else lengths),
        labels,
        probabilities,
        unit=details.get("unit", "tokens"),
        max_length=details.get("max_length"),
    )
    return Evaluation(
        split=split,
        rows=int(labels.size),
        metrics=measured,
        confusion=found.confusion(),
        predictions=path,
        seconds=seconds,
        intervals=bootstrap(measured, labels, probabilities, positive=positive),
        classes=_class_scores(found, called),
        confidence=confidence_bins(labels, probabilities),
        lengths=buckets,
        tokens=details.get("tokens"),
        model_bytes=None if model_dir is None else folder_bytes(model_dir),
        peak_memory_bytes=details.get("peak_memory_bytes"),
        positive=called[positive] if classes == 2 else None,
    )


def rescaled(path: Path, split: str, temperature: float) -> Evaluation:
    """Evaluate stored predictions as if the model's scores had been divided by `temperature`; nothing is written.

    The file does not know the names of classes, so they are called by their ids.

    Raises:
        DataError: The file holds no predictions.
    """
    said = predictions.read(path)
    probabilities = rescale(said.probabilities, temperature)
    return evaluate_predictions(split, said.labels, probabilities, path, 0.0, positive=said.positive)


def _class_scores(found: Predictions, names: Sequence[str]) -> tuple[ClassScores, ...]:
    counts = class_counts(found)
    columns = counts.actual.astype(int), counts.predicted.astype(int), counts.precision, counts.recall, counts.f1
    return tuple(
        ClassScores(name, *values)
        for name, *values in zip(names, *(column.tolist() for column in columns), strict=True)
    )


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below `folder`."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
