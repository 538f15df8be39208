"""Training and evaluating: TF-IDF, one convex fit, one measurement."""

import time
from collections.abc import Sequence
from pathlib import Path

from catalog.contract import Decision, EpochMetrics, Outcome, TrialContext, TrialResult
from catalog.dataset import Dataset
from catalog.errors import ModelSourceError, OutOfMemoryError
from catalog.results import Comparison, Evaluation
from plugins.nlp.text_classification import comparison, data, metrics, predictions
from plugins.nlp.text_classification.judging import judge
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.fitting import fit
from plugins.nlp.text_classification.linear.folder import open_model, save_model
from plugins.nlp.text_classification.linear.model import LinearModel

__all__ = ["LinearTrainer"]

_OUTCOMES = {Decision.PRUNE: Outcome.PRUNED, Decision.STOP: Outcome.STOPPED, Decision.GO_ON: Outcome.COMPLETE}


class LinearTrainer:
    """A `catalog.contract.Trainer`."""

    def prepare(self, dataset: Dataset, config: LinearConfig, cache: Path) -> data.TextData:
        """Read and check the data.

        Raises:
            DataError: The data cannot be used, or `config` contradicts it.
            UnreachableError: A hub does not answer.
        """
        loaded = data.load(dataset, cache)
        data.check_config(loaded.summary, num_labels=config.num_labels)
        return loaded

    def train(self, config: LinearConfig, prepared: data.TextData, context: TrialContext) -> TrialResult:
        """Fit once; there is one measurement, at the end, and nothing to resume.

        Raises:
            DataError: `min_df` leaves no term, or `class_weights` does not fit the classes.
            OutOfMemoryError: The counts or the fit do not fit into memory.
            DivergedError: The fit found no finite weights.
        """
        summary, train, validation = prepared.summary, prepared.splits["train"], prepared.splits["validation"]
        start = time.perf_counter()
        try:
            model, train_loss, notes = fit(
                config, summary, train, threads=context.threads, seed=context.seed, tick=context.tick
            )
            seconds = time.perf_counter() - start
            probabilities = model.probabilities(validation.texts)
        except MemoryError as error:
            raise OutOfMemoryError(
                "The linear model does not fit into memory. Lower ngram_max or raise min_df."
            ) from error
        scores = metrics.compute(validation.labels, probabilities)
        measured = {"loss": scores["log_loss"], **scores}
        epoch = EpochMetrics(1.0, 1.0, train_loss, measured, None, seconds)
        context.tick(1.0)
        outcome = _OUTCOMES[context.report(epoch)]
        model_dir = path = None
        if outcome is not Outcome.PRUNED:
            model_dir, path = context.folder / "model", context.folder / "validation.parquet"
            save_model(model_dir, model, config)
            predictions.write(path, validation.labels, probabilities)
        return TrialResult(
            outcome=outcome,
            metrics=measured,
            history=(epoch,),
            best_epoch=1.0,
            model_dir=model_dir,
            predictions=path,
            seconds=seconds,
            examples_per_second=len(train.texts) / seconds,
            notes=notes,
        )

    def evaluate(
        self,
        model_dir: Path,
        prepared: data.TextData,
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
        examples = prepared.splits[split]
        start = time.perf_counter()
        probabilities = model.probabilities(examples.texts)
        return judge(split, examples.labels, probabilities, folder, time.perf_counter() - start)

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by their predictions; see `comparison.compare`."""
        return comparison.compare(first, second, metric, seed)

    def open(self, model_dir: Path, device: str, threads: int) -> LinearModel:  # noqa: ARG002 -- CPU, one thread
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """
        return open_model(model_dir)
