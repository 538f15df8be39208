"""Training and evaluating: one pass over the words, one measurement."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalog.contract import Evaluation, Forecast, TrialContext
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import ModelSourceError
from plugins import memory
from plugins.data.labelled import Labelled
from plugins.nlp.single_fit import Fit, SingleFitMethod, SingleFitTrainer
from plugins.nlp.token_classification.data import TokenData, load_labelled
from plugins.nlp.token_classification.evaluation import TagPredictions, check_metric, measure, save_and_evaluate
from plugins.nlp.token_classification.lookup.config import LookupConfig
from plugins.nlp.token_classification.lookup.table import WordTable, fit, open_table, save_table
from plugins.nlp.token_classification.sentences import Sentences

__all__ = ["trainer"]

_BYTES_A_WORD = 40
"""Of a model folder, about."""


def _fit(config: LookupConfig, data: TokenData, context: TrialContext) -> Fit:
    check_metric(context.metric, data.summary)
    train, began = data.splits["train"], time.perf_counter()
    table = fit(config, data.tags, train)
    seconds = time.perf_counter() - began
    found = measure(table.evaluate(train))
    return Fit(table, seconds, found["log_loss"], {"accuracy": found["accuracy"]})


def _measure(_table: WordTable, _sentences: Sentences, said: TagPredictions) -> Mapping[str, float]:
    scores = measure(said)
    return {"loss": scores["log_loss"], **scores}


def _evaluate(_table: WordTable, sentences: Sentences, said: TagPredictions, **where: Any) -> Evaluation:
    return save_and_evaluate(words=sentences.words, said=said, **where)


def _open_for(model_dir: Path, data: TokenData) -> WordTable:
    table = open_table(model_dir)
    if table.known != data.tags:
        raise ModelSourceError(
            f"{model_dir} knows the tags {', '.join(table.known.names)}; the data have {', '.join(data.tags.names)}."
        )
    return table


def _read_file(model_dir: Path, file: EvaluationFile) -> tuple[WordTable, Labelled[Sentences]]:
    table = open_table(model_dir)
    return table, load_labelled(file, table.known)


def _forecast(
    config: LookupConfig,
    data: TokenData,
    *,
    threads: int,  # noqa: ARG001 -- one thread
    seconds: float,  # noqa: ARG001 -- all of it takes less
) -> Forecast:
    """Train once, because that takes no longer than a look at the data."""
    began = time.perf_counter()
    table = fit(config, data.tags, data.splits["train"])
    trained = time.perf_counter()
    table.evaluate(data.splits["validation"])
    ended = time.perf_counter()
    return Forecast(
        summary_notes=data.summary.notes,
        probe_seconds=ended - began,
        seconds_per_epoch=trained - began,
        evaluation_seconds=ended - trained,
        peak_memory_bytes=memory.peak_bytes(),
        model_bytes=_BYTES_A_WORD * len(table.words),
    )


trainer = SingleFitTrainer(
    SingleFitMethod(
        fit=_fit,
        predict=WordTable.evaluate,
        measure=_measure,
        evaluate=_evaluate,
        save=save_table,
        open=open_table,
        open_for=_open_for,
        read_file=_read_file,
        forecast=_forecast,
        too_large="The table of words does not fit into memory. Raise min_count.",
    )
)
