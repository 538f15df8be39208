"""Training and evaluating: TF-IDF, one convex fit, one measurement."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from catalog.contract import Decision, EpochMetrics, Evaluation, Forecast, Outcome, TrialContext, TrialResult
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import InputError, OutOfMemoryError
from plugins import memory
from plugins.nlp.text_regression.data import load_labelled
from plugins.nlp.text_regression.evaluation import save_and_evaluate
from plugins.nlp.text_regression.linear.config import LinearConfig
from plugins.nlp.text_regression.linear.fitting import fit
from plugins.nlp.text_regression.linear.folder import open_model, save_model
from plugins.nlp.text_regression.linear.forecasting import forecast
from plugins.nlp.text_regression.linear.model import LinearModel
from plugins.nlp.text_regression.records import TextData
from plugins.nlp.texts.split import Split
from plugins.nlp.tfidf.forecasting import TOO_LARGE
from plugins.regression.conformal import fit_interval
from plugins.regression.evaluation import measure

__all__ = ["LinearTrainer"]

_OUTCOMES = {Decision.PRUNE: Outcome.PRUNED, Decision.STOP: Outcome.STOPPED, Decision.GO_ON: Outcome.COMPLETE}


class LinearTrainer:
    """A `catalog.contract.Trainer`."""

    def prepare(self, data: TextData, config: LinearConfig, cache: Path) -> TextData:  # noqa: ARG002 -- nothing to do
        """Return the data: there is nothing to prepare."""
        return data

    def train(self, config: LinearConfig, prepared: TextData, context: TrialContext) -> TrialResult:
        """Fit once; there is one measurement, at the end, and nothing to resume.

        Raises:
            DataError: `min_df` leaves no term.
            OutOfMemoryError: The counts or the fit do not fit into memory.
            DivergedError: The fit found no finite weights.
        """
        train, validation = prepared.splits["train"], prepared.splits["validation"]
        start = time.perf_counter()
        try:
            model, train_loss, notes = fit(config, train, threads=context.threads, tick=context.tick)
            seconds = time.perf_counter() - start
            predicted_from = time.perf_counter()
            values = model.values(validation.texts)
            predicted_in = time.perf_counter() - predicted_from
        except MemoryError as error:
            raise OutOfMemoryError(TOO_LARGE) from error
        scores = measure(validation.labels, values)
        measured = {"loss": (scores["rmse"] / model.scale) ** 2, **scores}
        epoch = EpochMetrics(1.0, 1.0, train_loss, measured, None, seconds)
        context.tick(1.0)
        outcome = _OUTCOMES[context.report(epoch)]
        model_dir = evaluation = None
        if outcome is not Outcome.PRUNED:
            model = replace(model, interval=fit_interval(validation.labels, values))
            model_dir = context.folder / "model"
            save_model(model_dir, model, config)
            evaluation = _scored("validation", validation, model, values, model_dir, context.folder, predicted_in)
        return TrialResult(
            outcome=outcome,
            metrics=measured,
            history=(epoch,),
            best_epoch=1.0,
            model_dir=model_dir,
            predictions=None if evaluation is None else evaluation.predictions,
            seconds=seconds,
            examples_per_second=len(train.texts) / seconds,
            notes=notes,
            evaluation=evaluation,
        )

    def evaluate(
        self,
        model_dir: Path,
        prepared: TextData,
        split: str,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- this model runs on the CPU
        threads: int,  # noqa: ARG002 -- and on one thread
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on `split`.

        Raises:
            InputError: There is no such split.
            ModelSourceError: The folder holds no such model.
        """
        if split not in prepared.splits:
            raise InputError(f"Unknown split {split!r}; known are {', '.join(prepared.splits)}.")
        return _evaluate(split, prepared.splits[split], open_model(model_dir), model_dir, folder)

    def evaluate_file(
        self,
        model_dir: Path,
        file: EvaluationFile,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,  # noqa: ARG002 -- one thread
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on a file with numbers; see `load_labelled`.

        Raises:
            DataError: The file cannot be used, or has rows without a number.
            ModelSourceError: The folder holds no such model.
        """
        model, found = open_model(model_dir), load_labelled(file)
        measured = _evaluate("file", found.split, model, model_dir, folder, found.rows)
        return replace(measured, left_out=found.left_out, columns=found.columns.as_json(), notes=found.notes)

    def forecast(
        self,
        config: LinearConfig,
        prepared: TextData,
        *,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,
        seconds: float,
    ) -> Forecast:
        """Say what a fit will cost; see `forecasting.forecast`."""
        return forecast(config, prepared, threads=threads, seconds=seconds)

    def open(self, model_dir: Path, device: str, threads: int) -> LinearModel:  # noqa: ARG002 -- CPU, one thread
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """
        return open_model(model_dir)


def _evaluate(
    split: str, rows: Split, model: LinearModel, model_dir: Path, folder: Path, places: np.ndarray | None = None
) -> Evaluation:
    start = time.perf_counter()
    values = model.values(rows.texts)
    return _scored(split, rows, model, values, model_dir, folder, time.perf_counter() - start, places)


def _scored(  # noqa: PLR0913, PLR0917 -- what was predicted, and where it goes
    split: str,
    rows: Split,
    model: LinearModel,
    values: np.ndarray,
    model_dir: Path,
    folder: Path,
    seconds: float,
    places: np.ndarray | None = None,
) -> Evaluation:
    return save_and_evaluate(
        split,
        rows.labels,
        values,
        folder,
        seconds,
        places,
        lengths=model.tokens.lengths(rows.texts),
        unit=model.tokens.unit,
        interval=model.interval,
        model_dir=model_dir,
        peak_memory_bytes=memory.peak_bytes(),
    )
