"""A split's evaluation made of a model's probabilities: the same for every model of the task."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from catalog.contract import Evaluation
from catalog.errors import DataError, PluginError
from plugins.classification.evaluation import predictions
from plugins.classification.evaluation.calibration import confidence_bins
from plugins.classification.evaluation.intervals import bootstrap
from plugins.classification.evaluation.measures import class_counts
from plugins.classification.evaluation.metrics import measure
from plugins.classification.evaluation.predictions import ClassPredictions
from plugins.classification.evaluation.temperature import rescale
from plugins.classification.records import ClassDetails, ClassScores, class_data, class_details
from plugins.details import details_json
from plugins.storage import folder_bytes

__all__ = ["EvaluationDetails", "completed", "evaluate_predictions", "rescaled", "save_and_evaluate"]


class EvaluationDetails(TypedDict, total=False):
    """What a plugin knows in addition to predictions; each field may be left out.

    Attributes:
        names: Class names in the order of their ids; the ids themselves if left out.
        model_dir: The model's folder, whose size is stated.
        peak_memory_bytes: The most memory in use so far.
        positive: Of two classes the id of the positive one; 1 if left out.
        more: Further findings of the task, as JSON details.
    """

    names: Sequence[str] | None
    model_dir: Path | None
    peak_memory_bytes: int | None
    positive: int
    more: Mapping[str, Any]


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
        places: The rows of the file that hold the examples; 0, 1, 2 ... if None.
        details: See `EvaluationDetails`.

    Raises:
        DivergedError: A probability is not finite.
        DataError: `names` are not as many as the classes.
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
        DataError: `names` are not as many as the classes.
    """
    classes, positive = probabilities.shape[1], details.get("positive", 1)
    model_dir = details.get("model_dir")
    called = details.get("names") or [str(index) for index in range(classes)]
    if len(called) != classes:
        raise DataError(f"{split}: probabilities of {classes} classes, but {len(called)} names of classes.")
    measured, found = measure(labels, probabilities, positive), ClassPredictions(labels, probabilities, positive)
    own = ClassDetails(
        confusion=found.confusion(),
        classes=_class_scores(found, called),
        confidence=confidence_bins(labels, probabilities),
        positive=called[positive] if classes == 2 else None,
    )
    return Evaluation(
        split=split,
        rows=int(labels.size),
        metrics=measured,
        predictions=path,
        seconds=seconds,
        intervals=bootstrap(measured, labels, probabilities, positive=positive),
        model_bytes=None if model_dir is None else folder_bytes(model_dir),
        peak_memory_bytes=details.get("peak_memory_bytes"),
        details={**details_json(own), "labels": list(called), **details.get("more", {})},
    )


def rescaled(path: Path, split: str, temperature: float) -> Evaluation:
    """Evaluate stored predictions as if the model's scores had been divided by `temperature`; nothing is written.

    The file does not hold the names of classes, so their ids are used.

    Raises:
        DataError: The file holds no predictions.
    """
    said = predictions.read(path)
    probabilities = rescale(said.probabilities, temperature)
    return evaluate_predictions(split, said.labels, probabilities, path, 0.0, positive=said.positive)


def completed(evaluation: Evaluation, data: Mapping[str, Any]) -> Evaluation:
    """Return an evaluation with the class names of the data, if the predictions only had their ids.

    Args:
        evaluation: Of predicted classes.
        data: `catalog.contract.DataSummary` as JSON.

    Raises:
        PluginError: Its scores are of another class than the positive one.
    """
    found, known = class_details(evaluation), class_data(data)
    names = dict(enumerate(known.labels))
    classes = tuple(replace(scores, label=names.get(index, scores.label)) for index, scores in enumerate(found.classes))
    renamed = {before.label: after.label for before, after in zip(found.classes, classes, strict=True)}
    positive = found.positive if found.positive is None else renamed.get(found.positive, found.positive)
    wanted = known.labels[known.positive_id] if len(known.labels) == 2 else None
    if positive is not None and known.labels and positive != wanted:
        raise PluginError(
            f"scores are of the class {positive!r}, but the positive class is {wanted!r}: the plugin ignores "
            "dataset.positive"
        )
    own = details_json(replace(found, classes=classes, positive=positive))
    return replace(evaluation, details={**evaluation.details, **own, "labels": [scores.label for scores in classes]})


def _class_scores(found: ClassPredictions, names: Sequence[str]) -> tuple[ClassScores, ...]:
    counts = class_counts(found)
    columns = counts.actual.astype(int), counts.predicted.astype(int), counts.precision, counts.recall, counts.f1
    return tuple(
        ClassScores(name, *values)
        for name, *values in zip(names, *(column.tolist() for column in columns), strict=True)
    )
