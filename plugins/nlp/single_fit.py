"""The trainer of models that are fitted at once, without epochs, on the CPU: the same for every task on texts."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from catalog.contract import EpochMetrics, Evaluation, Forecast, Outcome, Predictor, TrialContext, TrialResult
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import InputError, OutOfMemoryError
from plugins import memory
from plugins.data.labelled import Labelled

__all__ = ["Fit", "SingleFitMethod", "SingleFitTrainer"]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The result of a fit.

    Attributes:
        model: The model.
        seconds: Spent fitting.
        train_loss: Mean loss of a training example.
        train_metrics: Further metrics of the training examples; see `EpochMetrics`.
        notes: Events during the fit that a reader should know.
    """

    model: Any
    seconds: float
    train_loss: float
    train_metrics: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SingleFitMethod:
    """A learning method of a task.

    Attributes:
        fit: Fits a model of a configuration to the training split of data.
        predict: Returns what a model says about the examples of a split.
        measure: Returns ``loss`` and every metric that is defined, given a model, examples, and what it says of them.
        evaluate: Evaluates what a model says about examples by `save_and_evaluate` of the task, and hands its keywords
            on: ``split``, ``folder``, ``seconds``, ``places``, ``model_dir`` and ``peak_memory_bytes``.
        save: Writes a model and its configuration into a folder.
        open: Opens such a folder; raises `ModelSourceError` if it holds no such model.
        open_for: Opens it to be evaluated on data; raises `ModelSourceError` if it does not fit them.
        read_file: Opens it to be evaluated on a file, which it reads for the model.
        forecast: Returns what a fit will cost; see `catalog.contract.capabilities.Plans`.
        too_large: The message and the advice if memory runs out.
        completed: Returns the model to keep, given what it says about the validation examples.
    """

    fit: Callable[[Any, Any, TrialContext], Fit]
    predict: Callable[[Any, Any], Any]
    measure: Callable[[Any, Any, Any], Mapping[str, float]]
    evaluate: Callable[..., Evaluation]
    save: Callable[[Path, Any, Any], None]
    open: Callable[[Path], Any]
    open_for: Callable[[Path, Any], Any]
    read_file: Callable[[Path, EvaluationFile], tuple[Any, Labelled[Any]]]
    forecast: Callable[..., Forecast]
    too_large: str
    completed: Callable[[Any, Any, Any], Any] = lambda model, _examples, _said: model


@dataclass(frozen=True, slots=True)
class SingleFitTrainer:
    """A `catalog.contract.Trainer`, which also evaluates files and makes plans."""

    method: SingleFitMethod

    def prepare(self, data: Any, config: Any, cache: Path) -> Any:  # noqa: ARG002 -- nothing to do
        """Return the data: there is nothing to prepare."""
        return data

    def train(self, config: Any, prepared: Any, context: TrialContext) -> TrialResult:
        """Fit once; there is one measurement, at the end, and nothing to resume.

        Raises:
            DataError: The configuration does not fit the data.
            OutOfMemoryError: The fit does not fit into memory.
            DivergedError: The fit found no finite weights.
        """
        method, validation = self.method, prepared.splits["validation"]
        try:
            fitted = method.fit(config, prepared, context)
            began = time.perf_counter()
            said = method.predict(fitted.model, validation)
            seconds = time.perf_counter() - began
        except MemoryError as error:
            raise OutOfMemoryError(method.too_large) from error
        measured = method.measure(fitted.model, validation, said)
        epoch = EpochMetrics(1.0, 1.0, fitted.train_loss, measured, None, fitted.seconds, fitted.train_metrics)
        context.tick(1.0)
        outcome = context.report(epoch).outcome
        model_dir = evaluation = None
        if outcome is not Outcome.PRUNED:
            model = method.completed(fitted.model, validation, said)
            model_dir = context.folder / "model"
            method.save(model_dir, model, config)
            evaluation = self._evaluation(model, validation, said, "validation", context.folder, seconds, model_dir)
        return TrialResult(
            outcome=outcome,
            metrics=measured,
            history=(epoch,),
            best_epoch=1.0,
            model_dir=model_dir,
            predictions=None if evaluation is None else evaluation.predictions,
            seconds=fitted.seconds,
            examples_per_second=prepared.summary.rows["train"] / fitted.seconds,
            notes=fitted.notes,
            evaluation=evaluation,
        )

    def evaluate(
        self,
        model_dir: Path,
        prepared: Any,
        split: str,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- these models run on the CPU
        threads: int,  # noqa: ARG002 -- and on one thread
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on `split`.

        Raises:
            InputError: There is no such split.
            ModelSourceError: The folder holds no such model, or one that does not fit the data.
        """
        if split not in prepared.splits:
            raise InputError(f"Unknown split {split!r}; known are {', '.join(prepared.splits)}.")
        model = self.method.open_for(model_dir, prepared)
        return self._predicted(model, prepared.splits[split], split, folder, model_dir)

    def evaluate_file(
        self,
        model_dir: Path,
        file: EvaluationFile,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,  # noqa: ARG002 -- one thread
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on a file with truths; see `data.load_labelled` of the task.

        Raises:
            DataError: The file cannot be used, or has rows without a truth or with one that the model does not know.
            ModelSourceError: The folder holds no such model.
        """
        model, found = self.method.read_file(model_dir, file)
        return found.described(self._predicted(model, found.split, "file", folder, model_dir, found.rows))

    def forecast(
        self,
        config: Any,
        prepared: Any,
        *,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,
        seconds: float,
    ) -> Forecast:
        """Return what a fit will cost; see the method's own `forecast`."""
        return self.method.forecast(config, prepared, threads=threads, seconds=seconds)

    def open(self, model_dir: Path, device: str, threads: int) -> Predictor:  # noqa: ARG002 -- CPU, one thread
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """
        predictor: Predictor = self.method.open(model_dir)
        return predictor

    def _predicted(
        self, model: Any, examples: Any, split: str, folder: Path, model_dir: Path, places: np.ndarray | None = None
    ) -> Evaluation:
        began = time.perf_counter()
        said = self.method.predict(model, examples)
        return self._evaluation(model, examples, said, split, folder, time.perf_counter() - began, model_dir, places)

    def _evaluation(  # noqa: PLR0913, PLR0917 -- what was predicted, and where it goes
        self,
        model: Any,
        examples: Any,
        said: Any,
        split: str,
        folder: Path,
        seconds: float,
        model_dir: Path,
        places: np.ndarray | None = None,
    ) -> Evaluation:
        return self.method.evaluate(
            model,
            examples,
            said,
            split=split,
            folder=folder,
            seconds=seconds,
            places=places,
            model_dir=model_dir,
            peak_memory_bytes=memory.peak_bytes(),
        )
