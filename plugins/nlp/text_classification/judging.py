"""Judges a model's probabilities on a split, in full: the same for every model of the task."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.errors import DataError
from catalog.results import ClassScores, Evaluation
from plugins.nlp.text_classification import metrics, predictions
from plugins.nlp.text_classification.confidence import confidence_bins
from plugins.nlp.text_classification.intervals import bootstrap
from plugins.nlp.text_classification.lengths import length_buckets
from plugins.nlp.text_classification.temperature import rescale

__all__ = ["folder_bytes", "judge", "rescaled", "score"]


def judge(  # noqa: PLR0913 -- what a plugin knows besides is its own choice, each under its own name
    split: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    folder: Path,
    seconds: float,
    *,
    names: Sequence[str] | None = None,
    lengths: np.ndarray | None = None,
    unit: str = "tokens",
    max_length: int | None = None,
    tokens: int | None = None,
    model_dir: Path | None = None,
    peak_memory_bytes: int | None = None,
    places: np.ndarray | None = None,
    positive: int = 1,
) -> Evaluation:
    """Score predictions as `score` does, and write them into ``SPLIT.parquet`` of `folder`, which exists.

    `places` are the rows of a file that the examples stand in; 0, 1, 2 ... where None. `positive` is written too.

    They are judged as the file holds them, in float32, so that whoever reads it finds the same numbers.

    Raises:
        DivergedError: A probability is not finite.
        DataError: `names` or `lengths` are not as many as classes or rows.
    """
    path, probabilities = folder / f"{split}.parquet", probabilities.astype(np.float32, copy=False)
    evaluation = score(
        split,
        labels,
        probabilities,
        path,
        seconds,
        names=names,
        lengths=lengths,
        unit=unit,
        max_length=max_length,
        tokens=tokens,
        model_dir=model_dir,
        peak_memory_bytes=peak_memory_bytes,
        positive=positive,
    )
    predictions.write(path, labels, probabilities, places, positive)
    return evaluation


def score(  # noqa: PLR0913 -- as above
    split: str,
    labels: np.ndarray,
    probabilities: np.ndarray,
    path: Path,
    seconds: float,
    *,
    names: Sequence[str] | None = None,
    lengths: np.ndarray | None = None,
    unit: str = "tokens",
    max_length: int | None = None,
    tokens: int | None = None,
    model_dir: Path | None = None,
    peak_memory_bytes: int | None = None,
    positive: int = 1,
) -> Evaluation:
    """Score predictions that lie, or will lie, in a file; nothing is written.

    Args:
        split: Its name.
        labels: True class ids, shape (rows,), at least one row.
        probabilities: Shape (rows, classes); rows add up to 1.
        path: The file of predictions, which the evaluation names.
        seconds: Spent predicting.
        names: Class names in the order of their ids; the ids themselves where None.
        lengths: Of each text before it is cut, int, shape (rows,); None where nobody counted.
        unit: What `lengths` counts: ``"tokens"``, ``"words"`` or ``"characters"``.
        max_length: The model sees so much of a text; None where it sees all.
        tokens: Real tokens that were read.
        model_dir: The model's folder, whose size is told.
        peak_memory_bytes: Most memory in use so far.
        positive: Of two classes the id of the one that precision, recall, F1 and ROC AUC are of.

    Raises:
        DivergedError: A probability is not finite.
        DataError: `names` or `lengths` are not as many as classes or rows.
    """
    classes = probabilities.shape[1]
    called = names or [str(index) for index in range(classes)]
    if names is not None and len(names) != classes:
        raise DataError(f"{split}: probabilities of {classes} classes, but {len(names)} names of classes.")
    if lengths is not None and len(lengths) != labels.size:
        raise DataError(f"{split}: {labels.size:,} rows were predicted, but {len(lengths):,} texts measured.")
    measured = metrics.measure(labels, probabilities, positive)
    buckets = (
        ()
        if lengths is None
        else length_buckets(np.asarray(lengths), labels, probabilities, unit=unit, max_length=max_length)
    )
    return Evaluation(
        split=split,
        rows=int(labels.size),
        metrics=measured,
        confusion=metrics.confusion(labels, probabilities),
        predictions=path,
        seconds=seconds,
        intervals=bootstrap(measured, labels, probabilities, positive=positive),
        classes=_class_scores(labels, probabilities, called),
        confidence=confidence_bins(labels, probabilities),
        lengths=buckets,
        tokens=tokens,
        model_bytes=None if model_dir is None else folder_bytes(model_dir),
        peak_memory_bytes=peak_memory_bytes,
        positive=called[positive] if classes == 2 else None,
    )


def rescaled(path: Path, split: str, temperature: float) -> Evaluation:
    """Score stored predictions as if the model's scores had been divided by `temperature`; nothing is written.

    The file does not know the names of classes, so they are called by their ids.

    Raises:
        DataError: The file holds no predictions.
    """
    said = predictions.read(path)
    probabilities = rescale(said.probabilities, temperature)
    return score(split, said.labels, probabilities, path, 0.0, positive=said.positive)


def _class_scores(labels: np.ndarray, probabilities: np.ndarray, names: Sequence[str]) -> tuple[ClassScores, ...]:
    hits, actual, predicted = metrics.counts(labels, probabilities)
    scored = metrics.class_scores(hits, actual, predicted)
    return tuple(
        ClassScores(
            label=name,
            rows=int(actual[index]),
            predicted=int(predicted[index]),
            **{kind: float(values[index]) for kind, values in scored.items()},
        )
        for index, name in enumerate(names)
    )


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below `folder`."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
