"""The cost of a fit: fits to growing parts of the training rows are measured; nothing is kept."""

import math
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from catalog.contract import Decision, Direction, Forecast, TrialContext
from plugins import memory
from plugins.storage import folder_bytes
from plugins.tabular.features import encode
from plugins.tabular.folder import TableModel, save_model
from plugins.tabular.heads import TabularHead
from plugins.tabular.method import Fitted, TabularExamples, TabularMethod
from plugins.tabular.records import TableData

__all__ = ["forecast"]

_FIRST_ROWS, _GROWTH = 1000, 4


@dataclass(frozen=True, slots=True, eq=False)
class _Probe:
    rows: int
    seconds: float
    fitted: Fitted


def forecast(
    method: TabularMethod, config: Any, prepared: TableData, head: TabularHead, *, threads: int, seconds: float
) -> Forecast:
    """Fit to more and more rows for about `seconds`, and extrapolate the measurements to all of them.

    A whole training counts as one epoch: its rounds, and what is measured between them.

    Raises:
        OutOfMemoryError: The rows do not fit into memory.
    """
    train, validation = (
        TabularExamples(encode(prepared.features, rows.frame), rows.truths)
        for rows in (prepared.splits["train"], prepared.splits["validation"])
    )
    began, probes = time.perf_counter(), list[_Probe]()
    with tempfile.TemporaryDirectory(prefix="modelcat-") as folder:
        context = _context(Path(folder), threads, seconds)
        for part in _parts(train):
            started = time.perf_counter()
            fitted = method.fit(config, part, validation, head, replace(context, time_limit=seconds))
            probes.append(_Probe(part.truths.size, time.perf_counter() - started, fitted))
            if time.perf_counter() - began + _GROWTH * probes[-1].seconds > seconds:
                break
        last = probes[-1].fitted
        started = time.perf_counter()
        last.estimator.outputs(validation.encoded)
        evaluation_seconds = time.perf_counter() - started
        model = TableModel(prepared.features, head, last.estimator)
        save_model(Path(folder) / "model", model, method.name, config.model_dump(mode="json"))
        size = folder_bytes(Path(folder) / "model")
    rounds = getattr(config, "rounds", 1)
    return Forecast(
        summary_notes=prepared.summary.notes,
        probe_seconds=time.perf_counter() - began,
        seconds_per_epoch=_extended(probes, train.truths.size, rounds),
        evaluation_seconds=evaluation_seconds,
        peak_memory_bytes=memory.peak_bytes(),
        model_bytes=round(size * max(1.0, rounds / last.best.epoch))
        if not getattr(config, "early_stopping", 1)
        else size,
        details={"probed_rows": probes[-1].rows, "rows": train.truths.size},
    )


def _parts(train: TabularExamples) -> Sequence[TabularExamples]:
    """Return growing parts of the training rows, a row of each class in all of them; all rows at last."""
    rows = train.truths.size
    sizes = [_FIRST_ROWS * _GROWTH**power for power in range(20) if _FIRST_ROWS * _GROWTH**power < rows]
    firsts = np.unique(train.truths, return_index=True)[1] if train.truths.dtype.kind == "i" else np.array([0])
    shuffled = np.random.default_rng(0).permutation(rows)
    chosen = [np.union1d(shuffled[:size], firsts) for size in sizes]
    return [*(TabularExamples(train.encoded.take(part), train.truths[part]) for part in chosen), train]


def _extended(probes: Sequence[_Probe], rows: int, rounds: int) -> float:
    """Extrapolate the time of the last fit to all rows and all rounds, by the power law through the last two fits."""
    last, power = probes[-1], 1.0
    if len(probes) > 1 and last.rows > probes[-2].rows:
        before = probes[-2]
        ratio = (last.seconds / max(last.fitted.epochs, 1)) / max(before.seconds / max(before.fitted.epochs, 1), 1e-9)
        power = min(1.5, max(0.0, math.log(max(ratio, 1e-9)) / math.log(last.rows / before.rows)))
    whole = rounds / max(last.fitted.epochs, 1.0) if last.fitted.outcome.value == "stopped" else 1.0
    return float(last.seconds * whole * (rows / last.rows) ** power)


def _context(folder: Path, threads: int, seconds: float) -> TrialContext:
    return TrialContext(
        folder=folder,
        device="cpu",
        threads=threads,
        seed=0,
        metric="loss",
        direction=Direction.MINIMIZE,
        quarters=False,
        report=lambda _: Decision.GO_ON,
        tick=lambda _: None,
        time_limit=seconds,
    )
