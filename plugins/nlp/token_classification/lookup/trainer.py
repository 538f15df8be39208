"""Training and evaluating: one pass over the words, one measurement."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from catalog.contract import Decision, EpochMetrics, Evaluation, Forecast, Outcome, TrialContext, TrialResult
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import ModelSourceError
from plugins import memory
from plugins.nlp.token_classification.data import TokenData, load_labelled
from plugins.nlp.token_classification.evaluation import Predictions, check_metric, measure, save_and_evaluate
from plugins.nlp.token_classification.lookup.config import LookupConfig
from plugins.nlp.token_classification.lookup.table import WordTable, fit, open_table, save_table
from plugins.nlp.token_classification.sentences import Sentences

__all__ = ["LookupTrainer"]

_OUTCOMES = {Decision.PRUNE: Outcome.PRUNED, Decision.STOP: Outcome.STOPPED, Decision.GO_ON: Outcome.COMPLETE}
_BYTES_A_WORD = 40
"""Of a model folder, about."""


class LookupTrainer:
    """A `catalog.contract.Trainer`."""

    def prepare(self, data: TokenData, config: LookupConfig, cache: Path) -> TokenData:  # noqa: ARG002 -- nothing to do
        """Return the data: there is nothing to prepare."""
        return data

    def train(self, config: LookupConfig, prepared: TokenData, context: TrialContext) -> TrialResult:
        """Count once; there is one measurement, at the end, and nothing to resume."""
        check_metric(context.metric, prepared.summary)
        train, validation = prepared.splits["train"], prepared.splits["validation"]
        start = time.perf_counter()
        table = fit(config, prepared.tags, train)
        seconds = time.perf_counter() - start
        train_metrics = measure(table.evaluate(train))
        evaluated_from = time.perf_counter()
        said = table.evaluate(validation)
        evaluation_seconds = time.perf_counter() - evaluated_from
        scores = measure(said)
        measured = {"loss": scores["log_loss"], **scores}
        accuracy = {"accuracy": train_metrics["accuracy"]}
        epoch = EpochMetrics(1.0, 1.0, train_metrics["log_loss"], measured, None, seconds, accuracy)
        context.tick(1.0)
        outcome = _OUTCOMES[context.report(epoch)]
        model_dir = evaluation = None
        if outcome is not Outcome.PRUNED:
            model_dir = context.folder / "model"
            save_table(model_dir, table, config)
            evaluation = _save("validation", validation, said, model_dir, context.folder, evaluation_seconds)
        return TrialResult(
            outcome=outcome,
            metrics=measured,
            history=(epoch,),
            best_epoch=1.0,
            model_dir=model_dir,
            predictions=None if evaluation is None else evaluation.predictions,
            seconds=seconds,
            examples_per_second=len(train) / seconds,
            evaluation=evaluation,
        )

    def evaluate(
        self,
        model_dir: Path,
        prepared: TokenData,
        split: str,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- this model runs on the CPU
        threads: int,  # noqa: ARG002 -- and on one thread
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on `split`.

        Raises:
            ModelSourceError: The folder holds no such model, or one of other tags than the data's.
        """
        table = open_table(model_dir)
        if table.known != prepared.tags:
            raise ModelSourceError(
                f"{model_dir} knows the tags {', '.join(table.known.names)}; the data have "
                f"{', '.join(prepared.tags.names)}."
            )
        return _evaluate(split, prepared.splits[split], table, model_dir, folder)

    def evaluate_file(
        self,
        model_dir: Path,
        file: EvaluationFile,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,  # noqa: ARG002 -- one thread
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on a file with tags; see `load_labelled`.

        Raises:
            DataError: The file cannot be used, has no tags, or tags that the model does not know.
            ModelSourceError: The folder holds no such model.
        """
        table = open_table(model_dir)
        found = load_labelled(file, table.known)
        evaluation = _evaluate("file", found.sentences, table, model_dir, folder, found.rows)
        return replace(evaluation, left_out=found.left_out, columns=found.columns, notes=found.notes)

    def forecast(
        self,
        config: LookupConfig,
        prepared: TokenData,
        *,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,  # noqa: ARG002 -- one thread
        seconds: float,  # noqa: ARG002 -- all of it takes less
    ) -> Forecast:
        """Train once, since that takes no longer than looking at the data."""
        began = time.perf_counter()
        table = fit(config, prepared.tags, prepared.splits["train"])
        trained = time.perf_counter()
        table.evaluate(prepared.splits["validation"])
        ended = time.perf_counter()
        return Forecast(
            summary_notes=prepared.summary.notes,
            probe_seconds=ended - began,
            seconds_per_epoch=trained - began,
            evaluation_seconds=ended - trained,
            peak_memory_bytes=memory.peak_bytes(),
            model_bytes=_BYTES_A_WORD * len(table.words),
        )

    def open(self, model_dir: Path, device: str, threads: int) -> WordTable:  # noqa: ARG002 -- CPU, one thread
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """
        return open_table(model_dir)


def _evaluate(
    split: str,
    sentences: Sentences,
    table: WordTable,
    model_dir: Path,
    folder: Path,
    places: np.ndarray | None = None,
) -> Evaluation:
    start = time.perf_counter()
    said = table.evaluate(sentences)
    return _save(split, sentences, said, model_dir, folder, time.perf_counter() - start, places)


def _save(
    split: str,
    sentences: Sentences,
    said: Predictions,
    model_dir: Path,
    folder: Path,
    seconds: float,
    places: np.ndarray | None = None,
) -> Evaluation:
    return save_and_evaluate(
        split,
        sentences.words,
        said,
        folder,
        seconds,
        places,
        model_dir=model_dir,
        peak_memory_bytes=memory.peak_bytes(),
    )
