"""The trainer of tables: the same for every method and for both tasks."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from catalog.contract import Evaluation, Forecast, Outcome, TrialContext, TrialResult
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import ModelSourceError
from plugins import memory
from plugins.classification.records import class_data
from plugins.regression.conformal import fit_interval
from plugins.tabular.data import load_labelled
from plugins.tabular.features import encode
from plugins.tabular.folder import TableModel, open_model, save_model
from plugins.tabular.frame import TableSplit
from plugins.tabular.heads import ClassHead, NumberHead, TabularHead
from plugins.tabular.method import TabularExamples, TabularMethod
from plugins.tabular.predictor import TablePredictor
from plugins.tabular.records import TableData
from plugins.tabular.roles import Role

__all__ = ["TableTrainer"]


@dataclass(frozen=True, slots=True)
class TableTrainer:
    """A `catalog.contract.Trainer`.

    Attributes:
        method: The method to fit.
        role: The role of the column of the truth.
    """

    method: TabularMethod
    role: Role

    def prepare(self, data: TableData, config: Any, cache: Path) -> TableData:  # noqa: ARG002 -- nothing to do
        """Return the data: there is nothing to prepare."""
        return data

    def train(self, config: Any, prepared: TableData, context: TrialContext) -> TrialResult:
        """Fit once, and measure on validation.

        Raises:
            OutOfMemoryError: The rows do not fit into memory.
            DivergedError: The outputs are not finite.
            StoppedError: The training was asked to pause.
        """
        head = self._head(prepared)
        train, validation = (_examples(prepared, split) for split in ("train", "validation"))
        fitted = self.method.fit(config, train, validation, head, context)
        evaluation = model_dir = None
        if fitted.outcome is not Outcome.PRUNED:
            began = time.perf_counter()
            outputs = fitted.estimator.outputs(validation.encoded)
            seconds = time.perf_counter() - began
            if isinstance(head, NumberHead):
                head = replace(head, interval=fit_interval(validation.truths, outputs))
            model_dir = context.folder / "model"
            model = TableModel(prepared.features, head, fitted.estimator)
            save_model(model_dir, model, self.method.name, config.model_dump(mode="json"))
            evaluation = _evaluated("validation", validation.truths, outputs, head, context.folder, seconds, model_dir)
        return TrialResult(
            outcome=fitted.outcome,
            metrics=fitted.best.metrics,
            history=fitted.history,
            best_epoch=fitted.best.epoch,
            model_dir=model_dir,
            predictions=None if evaluation is None else evaluation.predictions,
            seconds=fitted.seconds,
            examples_per_second=train.truths.size * fitted.epochs / max(fitted.seconds, 1e-9),
            notes=fitted.notes,
            evaluation=evaluation,
        )

    def evaluate(
        self,
        model_dir: Path,
        prepared: TableData,
        split: str,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- these models run on the CPU
        threads: int,
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on `split`.

        Raises:
            ModelSourceError: The folder holds no such model, or one of other classes or columns than the data's.
        """
        model = open_model(model_dir, self.method, threads)
        head = self._head(prepared)
        if model.head.labels != head.labels:
            raise ModelSourceError(
                f"{model_dir} knows the classes {', '.join(model.head.labels)}; the data have {', '.join(head.labels)}."
            )
        if isinstance(head, ClassHead) and isinstance(model.head, ClassHead):
            model = replace(model, head=replace(model.head, positive=head.positive))
        rows = prepared.splits[split]
        if missing := [one.name for one in model.features if one.name not in rows.frame.columns]:
            raise ModelSourceError(f"{model_dir} sees columns that the data lack: {', '.join(missing)}.")
        return _predicted(split, rows, model, model_dir, folder)

    def evaluate_file(
        self,
        model_dir: Path,
        file: EvaluationFile,
        *,
        folder: Path,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on a file with truths; see `data.load_labelled`.

        Raises:
            DataError: The file cannot be used, lacks columns, has no truths, or classes that the model does not know.
            ModelSourceError: The folder holds no such model.
        """
        model = open_model(model_dir, self.method, threads)
        found = load_labelled(file, self.role, model.features, model.head.labels)
        return found.described(_predicted("file", found.split, model, model_dir, folder, found.rows))

    def forecast(
        self,
        config: Any,
        prepared: TableData,
        *,
        device: str,  # noqa: ARG002 -- CPU
        threads: int,
        seconds: float,
    ) -> Forecast:
        """Fit to growing parts of the training rows to find out what a fit costs; see `forecasting.forecast`."""
        from plugins.tabular.forecasting import forecast

        return forecast(self.method, config, prepared, self._head(prepared), threads=threads, seconds=seconds)

    def open(self, model_dir: Path, device: str, threads: int) -> TablePredictor:  # noqa: ARG002 -- CPU
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """
        return TablePredictor(open_model(model_dir, self.method, threads))

    def _head(self, data: TableData) -> TabularHead:
        if self.role == "target":
            return NumberHead()
        classes = class_data(data.summary)
        return ClassHead(classes.labels, classes.positive_id)


def _examples(data: TableData, split: str) -> TabularExamples:
    rows = data.splits[split]
    return TabularExamples(encode(data.features, rows.frame), rows.truths)


def _predicted(
    split: str, rows: TableSplit, model: TableModel, model_dir: Path, folder: Path, places: np.ndarray | None = None
) -> Evaluation:
    began = time.perf_counter()
    outputs = model.outputs(rows.frame)
    seconds = time.perf_counter() - began
    return _evaluated(split, rows.truths, outputs, model.head, folder, seconds, model_dir, places)


def _evaluated(  # noqa: PLR0913, PLR0917 -- what was predicted, and where it goes
    split: str,
    truths: np.ndarray,
    outputs: np.ndarray,
    head: TabularHead,
    folder: Path,
    seconds: float,
    model_dir: Path,
    places: np.ndarray | None = None,
) -> Evaluation:
    return head.save_and_evaluate(
        split, truths, outputs, folder, seconds, places, model_dir=model_dir, peak_memory_bytes=memory.peak_bytes()
    )
