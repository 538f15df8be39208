"""What a fit will be like: the data looked at, fits to growing parts of it measured."""

import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.contract import Forecast
from catalog.errors import DataError, OutOfMemoryError
from plugins import memory
from plugins.nlp.text_classification.data import TextData
from plugins.nlp.text_classification.forecasting import advice
from plugins.nlp.text_classification.forecasting.findings import Findings
from plugins.nlp.text_classification.forecasting.label_noise import suspect_labels
from plugins.nlp.texts.lengths import count_repeated
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.fitting import fit
from plugins.nlp.text_classification.linear.folder import save_model
from plugins.nlp.text_classification.linear.model import LinearModel
from plugins.nlp.tfidf.tokens import choose_tokens
from plugins.nlp.texts.split import Split

__all__ = ["forecast"]

_FIRST_ROWS = 500
_GROWTH = 4
_JUDGED_ROWS = 2000


@dataclass(frozen=True, slots=True)
class _Fit:
    """A fit to a part of the training split."""

    rows: int
    seconds: float
    model_bytes: int
    model: LinearModel


def forecast(config: LinearConfig, prepared: TextData, *, threads: int, seconds: float) -> Forecast:
    """Look at the training texts, and fit to growing parts of them for about `seconds`; nothing is kept.

    Raises:
        DataError: `min_df` leaves no term, or `class_weights` does not fit the classes.
        OutOfMemoryError: The counts or the fit do not fit into memory.
    """
    train, validation, began = prepared.splits["train"], prepared.splits["validation"], time.perf_counter()
    try:
        fits = _fits(config, prepared, threads, seconds)
    except MemoryError as error:
        raise OutOfMemoryError("The linear model does not fit into memory. Lower ngram_max or raise min_df.") from error
    largest, rows = fits[-1], len(train.texts)
    judged = validation.texts[:_JUDGED_ROWS]
    judged_from = time.perf_counter()
    largest.model.probabilities(judged)
    evaluation_seconds = (time.perf_counter() - judged_from) * len(validation.texts) / len(judged)
    probe_seconds = time.perf_counter() - began
    note, repeated = choose_tokens(tuple(train.texts)).note, count_repeated(train.texts)
    suspicion = suspect_labels(train.texts, train.labels, prepared.classes.labels, config.seed)
    weighted = config.class_weights is not None
    found = Findings(largest.model.lengths(train.texts), largest.model.unit, repeated, suspicion)
    return Forecast(
        summary_notes=(*prepared.summary.notes, *([note] if note else [])),
        probe_seconds=probe_seconds,
        seconds_per_epoch=_extended([(one.rows, one.seconds) for one in fits], rows),
        evaluation_seconds=evaluation_seconds,
        peak_memory_bytes=memory.peak_bytes(),
        model_bytes=round(_extended([(one.rows, one.model_bytes) for one in fits], rows)),
        facts=found.facts(),
        figures=found.figures(),
        details=found.details(prepared.summary),
        advice=tuple(advice.on_data(prepared.summary, repeated, suspicion, weighted=weighted)),
    )


def _fits(config: LinearConfig, prepared: TextData, threads: int, seconds: float) -> list[_Fit]:
    """Fit to more and more rows, until it is all of them or the next fit would take too long."""
    began, fits = time.perf_counter(), []
    for part in _parts(prepared.splits["train"]):
        try:
            fits.append(_fit(config, prepared, part, threads))
        except DataError:  # so few rows may hold no term that occurs min_df times
            if len(part.texts) == len(prepared.splits["train"].texts):
                raise
            continue
        spent = time.perf_counter() - began
        if spent + _GROWTH * fits[-1].seconds > seconds:
            break
    return fits


def _fit(config: LinearConfig, prepared: TextData, part: Split, threads: int) -> _Fit:
    began = time.perf_counter()
    model, _, _ = fit(config, prepared.summary, part, threads=threads, seed=config.seed, tick=lambda _: None)
    seconds = time.perf_counter() - began
    with tempfile.TemporaryDirectory(prefix="modelcat-") as folder:
        save_model(Path(folder) / "model", model, config)
        size = sum(file.stat().st_size for file in (Path(folder) / "model").iterdir())
    return _Fit(len(part.texts), seconds, size, model)


def _parts(train: Split) -> Iterator[Split]:
    """Yield growing parts of the split, its classes in equal shares and none left out; all of it at last."""
    by_class = np.argsort(train.labels, kind="stable")
    firsts = np.unique(train.labels, return_index=True)[1]
    size = _FIRST_ROWS
    while size < by_class.size:
        spread = by_class[np.linspace(0, by_class.size - 1, size).round().astype(np.int64)]
        rows = np.union1d(spread, firsts)
        yield Split([train.texts[row] for row in rows], train.labels[rows])
        size *= _GROWTH
    yield train


def _extended(measured: Sequence[tuple[int, float]], rows: int) -> float:
    """Extend what was measured on parts to all rows, by the power law through the last two; in proportion to one.

    Time grows about as the rows do, and vocabularies more slowly (Heaps' law; Manning, Raghavan and Schütze,
    "Introduction to Information Retrieval", 2008, section 5.1.1).
    """
    (last, value), power = measured[-1], 1.0
    if len(measured) > 1:
        before, less = measured[-2]
        power = min(1.5, max(0.0, math.log(max(value, 1e-9) / max(less, 1e-9)) / math.log(last / before)))
    return float(value * (rows / last) ** power)
