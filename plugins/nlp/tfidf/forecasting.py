"""The cost of a fit: fits to growing parts of the training split are measured, and extrapolated to all of it."""

import math
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from catalog.contract import DataSummary, Forecast
from catalog.errors import DataError, OutOfMemoryError
from plugins import memory
from plugins.nlp.texts.findings import DataFindings, find_in_texts
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.tfidf.tokens import TextTokens, token_notes
from plugins.storage import folder_bytes

__all__ = ["TOO_LARGE", "forecast_fits"]

TOO_LARGE = "The linear model does not fit into memory. Lower ngram_max or raise min_df."
_FIRST_ROWS = 500
_GROWTH = 4
_PREDICTED_ROWS = 2000


class _Fitted(Protocol):
    """A model of texts."""

    @property
    def tokens(self) -> TextTokens:
        """What it treats as words."""


Model = TypeVar("Model", bound=_Fitted)


@dataclass(frozen=True, slots=True)
class _Fit(Generic[Model]):
    """A fit to a part of the training split."""

    rows: int
    seconds: float
    model_bytes: int
    model: Model


def forecast_fits(
    summary: DataSummary,
    splits: Mapping[str, TextSplit],
    fit: Callable[[TextSplit], Model],
    predict: Callable[[Model, Sequence[str]], object],
    save: Callable[[Path, Model], None],
    *,
    seconds: float,
) -> tuple[Forecast, DataFindings]:
    """Examine the training texts, and fit to growing parts of them for about `seconds`; nothing is kept.

    Returns:
        A forecast without advice, and what was found in the texts.

    Raises:
        DataError: No term is left.
        OutOfMemoryError: The counts or the fit do not fit into memory.
    """
    began, train, validation = time.perf_counter(), splits["train"], splits["validation"]
    try:
        fits = _fits(train, fit, save, seconds)
    except MemoryError as error:
        raise OutOfMemoryError(TOO_LARGE) from error
    some, rows, model = validation.texts[:_PREDICTED_ROWS], len(train.texts), fits[-1].model
    started = time.perf_counter()
    predict(model, some)
    ended = time.perf_counter()
    found = find_in_texts(train.texts, model.tokens.lengths(train.texts), model.tokens.unit)
    forecast = Forecast(
        summary_notes=(*summary.notes, *token_notes(train.texts)),
        probe_seconds=ended - began,
        seconds_per_epoch=_extended([(one.rows, one.seconds) for one in fits], rows),
        evaluation_seconds=(ended - started) * len(validation.texts) / len(some),
        peak_memory_bytes=memory.peak_bytes(),
        model_bytes=round(_extended([(one.rows, one.model_bytes) for one in fits], rows)),
        facts=found.facts(),
        figures=found.figures(),
        details=found.details(summary),
    )
    return forecast, found


def _fits(
    train: TextSplit, fit: Callable[[TextSplit], Model], save: Callable[[Path, Model], None], seconds: float
) -> list[_Fit[Model]]:
    """Fit to more and more rows, up to all of them or until the next fit would take too long."""
    began, fits = time.perf_counter(), list[_Fit[Model]]()
    for part in _parts(train):
        started = time.perf_counter()
        try:
            model = fit(part)
        except DataError:  # so few rows may hold no term that occurs min_df times
            if len(part.texts) == len(train.texts):
                raise
            continue
        taken = time.perf_counter() - started
        with tempfile.TemporaryDirectory(prefix="modelcat-") as folder:
            save(Path(folder) / "model", model)
            size = folder_bytes(Path(folder))
        fits.append(_Fit(len(part.texts), taken, size, model))
        if time.perf_counter() - began + _GROWTH * taken > seconds:
            break
    return fits


def _parts(train: TextSplit) -> Iterator[TextSplit]:
    """Yield growing parts of the split, its strata in equal shares and none left out; all of it at last."""
    by_stratum = np.argsort(train.strata, kind="stable")
    firsts = np.unique(train.strata, return_index=True)[1]
    size = _FIRST_ROWS
    while size < by_stratum.size:
        spread = by_stratum[np.linspace(0, by_stratum.size - 1, size).round().astype(np.int64)]
        yield train.take(np.union1d(spread, firsts))
        size *= _GROWTH
    yield train


def _extended(measured: Sequence[tuple[int, float]], rows: int) -> float:
    """Extrapolate the measurements to all rows: by the power law through the last two, or in proportion to only one.

    Time grows about in proportion to the rows, and vocabularies more slowly (Heaps' law; Manning, Raghavan and Schütze,
    "Introduction to Information Retrieval", 2008, section 5.1.1).
    """
    (last, value), power = measured[-1], 1.0
    if len(measured) > 1:
        before, less = measured[-2]
        power = min(1.5, max(0.0, math.log(max(value, 1e-9) / max(less, 1e-9)) / math.log(last / before)))
    return float(value * (rows / last) ** power)
