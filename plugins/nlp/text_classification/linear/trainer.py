"""Training and evaluating: TF-IDF, one convex fit, one measurement."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from catalog.contract import Decision, EpochMetrics, Evaluation, Forecast, Outcome, TrialContext, TrialResult
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import ModelSourceError, OutOfMemoryError
from plugins import memory
from plugins.classification.evaluation import measure
from plugins.nlp.text_classification.data import TextData, load_labelled
from plugins.nlp.text_classification.evaluation import save_and_evaluate
from plugins.nlp.text_classification.linear.calibration import calibrate
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.fitting import fit
from plugins.nlp.text_classification.linear.folder import open_model, save_model
from plugins.nlp.text_classification.linear.forecasting import forecast
from plugins.nlp.text_classification.linear.model import LinearModel
from plugins.nlp.text_classification.model_record import read_positive
from plugins.nlp.texts.split import Split
from plugins.nlp.tfidf.forecasting import TOO_LARGE

__all__ = ["LinearTrainer"]

_OUTCOMES = {Decision.PRUNE: Outcome.PRUNED, Decision.STOP: Outcome.STOPPED, Decision.GO_ON: Outcome.COMPLETE}


class LinearTrainer:
    """A `catalog.contract.Trainer`."""

    calibrate = staticmethod(calibrate)

    def prepare(self, data: TextData, config: LinearConfig, cache: Path) -> TextData:  # noqa: ARG002 -- nothing to do
        """Return the data: there is nothing to prepare."""
        return data

    def train(self, config: LinearConfig, prepared: TextData, context: TrialContext) -> TrialResult:
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
            judged_from = time.perf_counter()
            probabilities = model.probabilities(validation.texts)
            judged_in = time.perf_counter() - judged_from
        except MemoryError as error:
            raise OutOfMemoryError(TOO_LARGE) from error
        scores = measure(validation.labels, probabilities, model.positive)
        measured = {"loss": scores["log_loss"], **scores}
        epoch = EpochMetrics(1.0, 1.0, train_loss, measured, None, seconds)
        context.tick(1.0)
        outcome = _OUTCOMES[context.report(epoch)]
        model_dir = evaluation = None
        if outcome is not Outcome.PRUNED:
            model_dir = context.folder / "model"
            save_model(model_dir, model, config)
            evaluation = _judge("validation", validation, model, probabilities, model_dir, context.folder, judged_in)
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
        """Judge the model of `model_dir` on `split`.

        Raises:
            ModelSourceError: The folder holds no such model, or one of other classes than the data's.
        """
        model = open_model(model_dir)
        if model.labels != prepared.classes.labels:
            raise ModelSourceError(
                f"{model_dir} knows the classes {', '.join(model.labels)}; "
                f"the data have {', '.join(prepared.classes.labels)}."
            )
        model = replace(model, positive=prepared.classes.positive_id)
        return _evaluate(split, prepared.splits[split], model, model_dir, folder)

    def evaluate_file(
        self,
        model_dir: Path,
        file: EvaluationFile,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,  # noqa: ARG002 -- one thread
    ) -> Evaluation:
        """Judge the model of `model_dir` on a labelled file; see `load_labelled`.

        Raises:
            DataError: The file cannot be used, has no labels, or labels that the model does not know.
            ModelSourceError: The folder holds no such model.
        """
        model = open_model(model_dir)
        model = replace(model, positive=read_positive(model_dir, model.labels))
        found = load_labelled(file, model.labels)
        judged = _evaluate("file", found.split, model, model_dir, folder, found.rows)
        return replace(judged, left_out=found.left_out, columns=found.columns.as_json(), notes=found.notes)

    def forecast(
        self,
        config: LinearConfig,
        prepared: TextData,
        *,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,
        seconds: float,
    ) -> Forecast:
        """Tell what a fit will cost; see `forecasting.forecast`."""
        return forecast(config, prepared, threads=threads, seconds=seconds)

    def open(self, model_dir: Path, device: str, threads: int) -> LinearModel:  # noqa: ARG002 -- CPU, one thread
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """
        return open_model(model_dir)


def _evaluate(
    split: str,
    rows: Split,
    model: LinearModel,
    model_dir: Path,
    folder: Path,
    places: np.ndarray | None = None,
) -> Evaluation:
    start = time.perf_counter()
    probabilities = model.probabilities(rows.texts)
    return _judge(split, rows, model, probabilities, model_dir, folder, time.perf_counter() - start, places)


def _judge(  # noqa: PLR0913, PLR0917 -- what was judged, what was said, and where it goes
    split: str,
    rows: Split,
    model: LinearModel,
    probabilities: np.ndarray,
    model_dir: Path,
    folder: Path,
    seconds: float,
    places: np.ndarray | None = None,
) -> Evaluation:
    return save_and_evaluate(
        split,
        rows.labels,
        probabilities,
        folder,
        seconds,
        names=model.labels,
        lengths=model.tokens.lengths(rows.texts),
        unit=model.tokens.unit,
        model_dir=model_dir,
        peak_memory_bytes=memory.peak_bytes(),
        places=places,
        positive=model.positive,
    )
