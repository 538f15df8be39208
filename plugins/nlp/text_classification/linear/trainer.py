"""Training and evaluating: term counts from the prepared words, TF-IDF, one convex fit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.contract import (
    Comparison,
    DataSummary,
    Decision,
    EpochMetrics,
    Evaluation,
    Outcome,
    TrialContext,
    TrialResult,
)
from catalog.dataset import Dataset
from catalog.errors import ModelSourceError, OutOfMemoryError
from plugins.nlp.text_classification import comparison, data, metrics, predictions
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.fitting import fit
from plugins.nlp.text_classification.linear.folder import open_model, save_model
from plugins.nlp.text_classification.linear.model import LinearModel
from plugins.nlp.text_classification.linear.predictor import LinearPredictor
from plugins.nlp.text_classification.linear.terms import Corpus, read

__all__ = ["LinearPrepared", "LinearTrainer"]

_CHUNK = 4096
"""Texts that are evaluated at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearPrepared:
    """The data, and the training texts as word ids: what every trial shares."""

    data: data.TextData
    words: tuple[str, ...]
    corpus: Corpus

    @property
    def summary(self) -> DataSummary:
        """What was found in the data."""
        return self.data.summary


@dataclass(frozen=True, slots=True)
class LinearTrainer:
    """A `catalog.contract.Trainer`."""

    def prepare(self, dataset: Dataset, config: LinearConfig, cache: Path) -> LinearPrepared:
        """Read and check the data, and split the training texts into words.

        Raises:
            DataError: The data cannot be used, or `config` contradicts it.
            UnreachableError: A hub does not answer.
        """
        loaded = data.load(dataset, cache)
        data.check_config(loaded.summary, num_labels=config.num_labels)
        return LinearPrepared(loaded, *read(loaded.splits["train"].texts))

    def train(self, config: LinearConfig, prepared: LinearPrepared, context: TrialContext) -> TrialResult:
        """Fit once; there is one measurement, at the end, and nothing to resume.

        Raises:
            DataError: `min_df` leaves no term, or `class_weights` does not fit the classes.
            OutOfMemoryError: The counts or the fit do not fit into memory.
            DivergedError: The fit found no finite weights.
        """
        train, validation = prepared.data.splits["train"], prepared.data.splits["validation"]
        start = time.perf_counter()
        try:
            model, train_loss, notes = fit(
                config,
                prepared.summary,
                prepared.words,
                prepared.corpus,
                train.labels,
                threads=context.threads,
                seed=context.seed,
                tick=context.tick,
            )
            seconds = time.perf_counter() - start
            probabilities = _probabilities(model, validation.texts)
        except MemoryError as error:
            raise OutOfMemoryError(
                "The linear model does not fit into memory. Lower ngram_max or raise min_df."
            ) from error
        scores = metrics.compute(validation.labels, probabilities)
        measured = {"loss": scores["log_loss"], **scores}
        epoch = EpochMetrics(1.0, 1.0, train_loss, measured, None, seconds)
        context.tick(1.0)
        decision = context.report(epoch)
        pruned = decision is Decision.PRUNE
        if not pruned:
            save_model(context.folder / "model", model, config)
            predictions.write(context.folder / "validation.parquet", validation.labels, probabilities)
        return TrialResult(
            outcome={Decision.PRUNE: Outcome.PRUNED, Decision.STOP: Outcome.STOPPED}.get(decision, Outcome.COMPLETE),
            metrics=measured,
            history=(epoch,),
            best_epoch=1.0,
            model_dir=None if pruned else context.folder / "model",
            predictions=None if pruned else context.folder / "validation.parquet",
            seconds=seconds,
            examples_per_second=prepared.summary.rows["train"] / seconds,
            notes=notes,
        )

    def evaluate(
        self,
        model_dir: Path,
        prepared: LinearPrepared,
        split: str,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- this model runs on the CPU
        threads: int,  # noqa: ARG002 -- and on one thread
    ) -> Evaluation:
        """Judge the model of `model_dir` on `split`.

        Raises:
            ModelSourceError: The folder holds no such model, or one of other classes than the data's.
        """
        model = open_model(model_dir)
        if model.labels != prepared.summary.labels:
            raise ModelSourceError(
                f"{model_dir} knows the classes {', '.join(model.labels)}; "
                f"the data have {', '.join(prepared.summary.labels)}."
            )
        examples = prepared.data.splits[split]
        start = time.perf_counter()
        probabilities = _probabilities(model, examples.texts)
        seconds = time.perf_counter() - start
        scores = metrics.compute(examples.labels, probabilities)
        path = folder / f"{split}.parquet"
        predictions.write(path, examples.labels, probabilities)
        return Evaluation(
            split=split,
            rows=len(examples.texts),
            metrics={"loss": scores["log_loss"], **scores},
            confusion=metrics.confusion(examples.labels, probabilities),
            predictions=path,
            seconds=seconds,
        )

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by their predictions; see `comparison.compare`."""
        return comparison.compare(first, second, metric, seed)

    def open(self, model_dir: Path, device: str, threads: int) -> LinearPredictor:  # noqa: ARG002 -- CPU, one thread
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """
        return LinearPredictor(open_model(model_dir))


def _probabilities(model: LinearModel, texts: Sequence[str]) -> np.ndarray:
    """Return float32, shape (texts, classes), a part at a time to bound memory."""
    parts = [model.probabilities(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
    return np.concatenate(parts)
