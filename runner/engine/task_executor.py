"""Runs the tasks of a worker, and keeps between them what is slow to get: libraries, prepared data, an open model."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, singledispatchmethod
from pathlib import Path
from typing import Any, Protocol, TypedDict

from pydantic import BaseModel

from catalog import registry
from catalog.contract import (
    Comparison,
    DataSummary,
    Decision,
    EpochMetrics,
    Evaluation,
    Exported,
    Forecast,
    Model,
    Prediction,
    Predictor,
    Trainer,
    TrialContext,
    TrialResult,
)
from catalog.contract.capabilities import (
    Calibrates,
    ChoosesPrecision,
    EvaluatesFiles,
    Explains,
    Exports,
    FindsChanges,
    Interprets,
    Plans,
    Rescales,
    WritesExamples,
)
from catalog.errors import InputError
from runner.engine.messages import (
    Calibrate,
    Compare,
    Evaluate,
    EvaluateFile,
    ExportModel,
    FindChanges,
    Interpret,
    MakeForecast,
    Predict,
    Prepare,
    Rescale,
    Task,
    Train,
    TrainingSetup,
    WriteExamples,
)
from runner.engine.plugin_results import (
    checked_comparison,
    checked_evaluation,
    checked_forecast,
    checked_json,
    checked_predictions,
    checked_result,
    measurement_check,
)

__all__ = ["CoordinatorChannel", "TaskExecutor"]

#: Prepared data sets kept in memory: the model's and the baseline's, with room for a tuned preparation field.
_KEPT = 4


class CoordinatorChannel(Protocol):
    """What a task reports to the coordinator while it runs."""

    def report(self, metrics: EpochMetrics) -> Decision:
        """Report a measurement and wait for the answer."""

    def tick(self, progress: float) -> None:
        """Report the share of the task that is done."""

    def checkpointed(self, progress: float) -> None:
        """Report the share of the task that is safe on disk."""

    def paused(self) -> bool:
        """Return whether the coordinator wants the task to be left for later."""


class _Device(TypedDict):
    device: str
    threads: int


@dataclass(frozen=True, slots=True)
class _Ready:
    """A configuration, its data, what was found in them, and what the trainer has prepared from both."""

    config: BaseModel
    data: Any
    summary: DataSummary
    prepared: Any


class TaskExecutor:
    """Runs tasks one after another on one device.

    Args:
        device: As `TrialContext.device` defines it.
        threads: CPU threads to use.
    """

    def __init__(self, device: str, threads: int) -> None:
        self._device: _Device = {"device": device, "threads": threads}
        self._trainers: dict[str, Trainer] = {}
        self._prepared: OrderedDict[tuple[str, str, str], tuple[Any, DataSummary, Any]] = OrderedDict()
        self._open: tuple[tuple[str, Path, str | None], Predictor] | None = None

    def do(self, task: Task, channel: CoordinatorChannel) -> Any:
        """Run one task and return its result."""
        if isinstance(task, MakeForecast):
            return self._forecast(task, channel)
        return self._train(task, channel) if isinstance(task, Train) else self._do(task)

    @singledispatchmethod
    def _do(self, task: Any) -> Any:
        raise AssertionError(f"no such task: {task}")

    @_do.register
    def _(self, task: Prepare) -> DataSummary:
        return self._prepare(task.setup).summary

    @_do.register
    def _(self, task: Evaluate) -> Evaluation:
        ready = self._prepare(task.setup)
        task.folder.mkdir(parents=True, exist_ok=True)
        trainer = self._trainer(task.setup.key)
        found = trainer.evaluate(task.model_dir, ready.prepared, task.split, folder=task.folder, **self._device)
        return checked_evaluation(task.setup.key, found, task.split, ready.summary.rows.get(task.split))

    @_do.register
    def _(self, task: Compare) -> Comparison:
        found = registry.load_task(task.key).compare(task.first, task.second, task.metric, task.seed)
        return checked_comparison(task.key, found, task.metric)

    @_do.register
    def _(self, task: Predict) -> Sequence[Prediction]:
        predictor = self._predictor(task.key, task.model_dir, task.precision)
        if not task.explain:
            return checked_predictions(task.key, list(predictor.predict(task.inputs)), task.inputs)
        if not isinstance(predictor, Explains):
            raise _unable(task.key, "explain its answers")
        return checked_predictions(task.key, list(predictor.explain(task.inputs)), task.inputs)

    @_do.register
    def _(self, task: Calibrate) -> float | None:
        trainer = self._trainer(task.key)
        return trainer.calibrate(task.model_dir, task.predictions) if isinstance(trainer, Calibrates) else None

    @_do.register
    def _(self, task: Rescale) -> Evaluation:
        if not isinstance(known := registry.load_task(task.key), Rescales):
            raise _unable(task.key, "be evaluated at another temperature")
        return checked_evaluation(task.key, known.rescaled(task.predictions, task.split, task.temperature), task.split)

    @_do.register
    def _(self, task: WriteExamples) -> bool:
        if isinstance(known := registry.load_task(task.setup.key), WritesExamples):
            known.write_examples(self._prepare(task.setup).data, task.split, task.path)
            return True
        return False

    @_do.register
    def _(self, task: FindChanges) -> Sequence[Any]:
        if isinstance(known := registry.load_task(task.setup.key), FindsChanges):
            data = self._prepare(task.setup).data
            changed = list(known.changed_answers(data, task.split, task.first, task.second, task.limit))
            return checked_json(task.setup.key, "a list of changed answers", changed)
        return ()

    @_do.register
    def _(self, task: Interpret) -> Mapping[str, Any] | None:
        if isinstance(known := registry.load_task(task.setup.key), Interprets):
            data = self._prepare(task.setup).data
            predictor = self._trainer(task.setup.key).open(task.model_dir, **self._device)
            found = known.interpret(predictor, data, seconds=task.seconds)
            return checked_json(task.setup.key, "an interpretation", found)
        return None

    @_do.register
    def _(self, task: EvaluateFile) -> Evaluation:
        if not isinstance(trainer := self._trainer(task.key), EvaluatesFiles):
            raise _unable(task.key, "be evaluated on a file")
        task.folder.mkdir(parents=True, exist_ok=True)
        choosing = self._choosing(task.key, task.precision)
        evaluate = trainer.evaluate_file
        if choosing is not None:
            evaluate = partial(choosing.evaluate_file, precision=task.precision)
        found = evaluate(task.model_dir, task.file, folder=task.folder, **self._device)
        return checked_evaluation(task.key, found, "file")

    @_do.register
    def _(self, task: ExportModel) -> Exported:
        if not isinstance(trainer := self._trainer(task.key), Exports):
            raise _unable(task.key, "be exported")
        return trainer.export(
            task.model_dir, task.folder, format=task.format, quantize=task.quantize, inputs=task.inputs
        )

    def _forecast(self, task: MakeForecast, channel: CoordinatorChannel) -> Forecast | None:
        if isinstance(trainer := self._trainer(task.setup.key), Plans):
            ready = self._prepare(task.setup)
            channel.tick(0.0)
            forecast = trainer.forecast(ready.config, ready.prepared, seconds=task.seconds, **self._device)
            return replace(checked_forecast(task.setup.key, forecast), summary_notes=ready.summary.notes)
        return None

    def _train(self, task: Train, channel: CoordinatorChannel) -> TrialResult:
        ready = self._prepare(task.setup)
        task.folder.mkdir(parents=True, exist_ok=True)
        check = measurement_check(task.setup.key)
        context = TrialContext(
            folder=task.folder,
            **self._device,
            seed=task.seed,
            metric=task.metric,
            direction=task.direction,
            quarters=task.quarters,
            report=lambda measured: channel.report(check(measured)),
            tick=channel.tick,
            earlier=task.earlier,
            checkpoint_seconds=task.checkpoint_seconds,
            checkpointed=channel.checkpointed,
            paused=channel.paused,
        )
        result = self._trainer(task.setup.key).train(ready.config, ready.prepared, context)
        return checked_result(task.setup.key, result, task.metric, ready.summary.rows.get("validation"))

    def _prepare(self, setup: TrainingSetup) -> "_Ready":
        model, task = registry.load(setup.key), registry.load_task(setup.key)
        config = model.Config.model_validate(setup.config)
        wanted = {name: getattr(config, name) for name in sorted(model.preparation_fields)}
        place = (setup.key, setup.dataset.model_dump_json(), repr(wanted))
        if place not in self._prepared:
            # Bad data is reported before the heavy libraries are imported, which takes seconds.
            data = task.load(setup.dataset, setup.cache)
            notes = tuple(model.check(config, data))
            setup.cache.mkdir(parents=True, exist_ok=True)
            prepared = self._trainer(model).prepare(data, config, setup.cache)
            summary = replace(data.summary, notes=(*data.summary.notes, *notes))
            self._prepared[place] = (data, summary, prepared)
        self._prepared.move_to_end(place)
        while len(self._prepared) > _KEPT:
            self._prepared.popitem(last=False)
        return _Ready(config, *self._prepared[place])

    def _predictor(self, key: str, model_dir: Path, precision: str | None) -> Predictor:
        """Return the model of a folder; it is opened once for any number of tasks."""
        wanted = (key, model_dir, precision)
        if self._open is None or self._open[0] != wanted:
            self._open = None  # frees the memory before the next one takes it
            opening = self._trainer(key).open
            if precision is not None and (choosing := self._choosing(key, precision)) is not None:
                opening = partial(choosing.open, precision=precision)
            self._open = (wanted, opening(model_dir, **self._device))
        return self._open[1]

    def _choosing(self, key: str, precision: str) -> ChoosesPrecision | None:
        """Return the trainer as one that chooses a precision; None if it has only one, and that one is accepted."""
        trainer = self._trainer(key)
        if not isinstance(trainer, ChoosesPrecision):
            if precision == "auto":
                return None
            raise _unable(key, f"answer in {precision} on demand")
        if precision not in trainer.precisions:
            raise InputError(
                f"a model of {key} cannot answer in {precision}; known are {', '.join(trainer.precisions)}"
            )
        return trainer

    def _trainer(self, model: Model | str) -> Trainer:
        key = model if isinstance(model, str) else model.key
        if key not in self._trainers:
            self._trainers[key] = (registry.load(model) if isinstance(model, str) else model).trainer()
        return self._trainers[key]


def _unable(key: str, what: str) -> InputError:
    return InputError(f"a model of {key} cannot {what}: its plugin does not offer that")
