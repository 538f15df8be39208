"""What a task, a model, a trainer or a predictor may offer beyond the contract.

The caller asks with `isinstance`, and works without the capability if it must. Those of tasks and models stay light.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from catalog.contract.data import DataSummary, Fact
from catalog.contract.diagnosis import Diagnosis, DiagnosisInput
from catalog.contract.results import Evaluation, Exported, Forecast, Prediction
from catalog.contract.training import Predictor
from catalog.dataset import Format
from catalog.figures import Figure
from catalog.statement import Statement

__all__ = [
    "BuildsFigures",
    "Calibrates",
    "ChanceLevel",
    "ChecksMetrics",
    "ChoosesPrecision",
    "CompletesEvaluations",
    "CountsRules",
    "DescribesData",
    "DescribesUse",
    "Diagnoses",
    "EvaluatesFiles",
    "EvaluationFile",
    "Explains",
    "Exports",
    "FindsChanges",
    "InputBatch",
    "InputField",
    "InputFile",
    "InputTable",
    "Interprets",
    "KnowsChance",
    "Plans",
    "ReadsFiles",
    "Rescales",
    "ResolvesConfigs",
    "ShowsPredictions",
    "TakesInputs",
    "WritesExamples",
]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of inputs to predict.

    Attributes:
        path: The file or folder.
        columns: Columns that were named for the input; `InputTable.used` must then be the same. None if the task is to
            find them.
        data: What the study found in its data set: `catalog.contract.DataSummary` as JSON, empty if unknown.
        dataset: The `dataset` part of the study's spec.
        format: The format of delimited text, as far as it is known.
    """

    path: Path
    columns: tuple[str, ...] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    dataset: Mapping[str, Any] = field(default_factory=dict)
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class InputBatch:
    """Some rows of a file, in order.

    Attributes:
        inputs: One for each row, as `Predictor.predict` takes it; None if the row has none.
        rows: A ``pyarrow.RecordBatch`` of the same rows with all columns of the file.
    """

    inputs: tuple[Any, ...]
    rows: Any


@dataclass(frozen=True, slots=True)
class InputTable:
    """A file that was scanned once and is ready for prediction.

    Attributes:
        columns: All columns, in order.
        used: The columns that the input is made of.
        ignored: Columns that look like input too and are not used.
        nested: Columns whose cells are JSON: lists and objects.
        notes: What a careful reader should know: encoding, dialect, rows that seem to be lost.
        batches: Returns the rows, at most the given number at a time, in constant memory if the format allows.
    """

    columns: tuple[str, ...]
    used: tuple[str, ...]
    ignored: tuple[str, ...]
    nested: tuple[str, ...]
    notes: tuple[str, ...]
    batches: Callable[[int], Iterator[InputBatch]]


@dataclass(frozen=True, slots=True)
class InputField:
    """A field of the form that a person fills in to get a prediction.

    Attributes:
        name: Its key. An input is a mapping from keys to values; of a task with one field it is the value itself.
        kind: ``"prose"`` for several lines of text, ``"number"``, ``"choice"``, or ``"line"`` for anything short.
        choices: Of a choice.
        example: A value that fits; empty if none is known.
        read: Of a number: takes a string written as in the study's data and returns its number, or None if the word
            means that there is none; raises ValueError for anything else. None if numbers are written as in Python.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    example: str = ""
    read: Callable[[str], float | None] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EvaluationFile:
    """A file with true values that belongs to no study.

    Attributes:
        path: The file or folder.
        columns: By role of the task, the columns that were named; `Evaluation.columns` must hold all of them. The task
            finds the column of a role that is missing.
        data: What the study found in its data set: `catalog.contract.DataSummary` as JSON.
        dataset: The `dataset` part of the study's spec.
        format: The format of delimited text, as far as it is known.
        truths: How the true values are written, if the task knows more than one way.
    """

    path: Path
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    dataset: Mapping[str, Any] = field(default_factory=dict)
    format: Format | None = None
    truths: str | None = None


@dataclass(frozen=True, slots=True)
class ChanceLevel:
    """What the best constant answer reaches in a metric; a model that has learned nothing does not exceed it.

    Attributes:
        value: Of the metric.
        margin: How much better than `value` a model must be before its lead is more than luck on so few examples; 0 or
            more.
    """

    value: float
    margin: float


@runtime_checkable
class DescribesData(Protocol):
    """A task that shows what is in a data set."""

    def facts(self, data: Mapping[str, Any]) -> Sequence[Fact]:
        """Return lines about a data set: `catalog.contract.DataSummary` as JSON, maybe of an older release."""

    def data_figures(self, data: Mapping[str, Any]) -> Iterable[Figure]:
        """Return figures of a data set, in the order in which they are read."""


@runtime_checkable
class TakesInputs(Protocol):
    """A task whose models predict the inputs that a person types."""

    def input_fields(self, data: Mapping[str, Any]) -> Sequence[InputField]:
        """Return the form of an input, at least one field.

        Args:
            data: `catalog.contract.DataSummary` as JSON, of the study whose model predicts.
        """


@runtime_checkable
class ReadsFiles(Protocol):
    """A task whose models predict the inputs in a file."""

    def open_file(self, file: InputFile) -> InputTable:
        """Scan a file without the heavy libraries.

        Raises:
            DataError: It cannot be read, or lacks columns; the message lists all of them.
        """


@runtime_checkable
class ShowsPredictions(Protocol):
    """A task that shows predictions to people, without the heavy libraries."""

    def headline(self, prediction: Prediction) -> Statement:
        """Return the answer in a few words.

        A table of `modelcat predict` shows the cells that are its placeholders, in their format; all cells if none is.
        """

    def columns_of_predictions(self, data: Mapping[str, Any]) -> Sequence[str]:
        """Return the names of the cells of every prediction.

        Args:
            data: `catalog.contract.DataSummary` as JSON, of the study whose model predicts.
        """

    def cells(self, prediction: Prediction) -> Mapping[str, str | float | None]:
        """Return the answer as flat cells for a table, by the names that `columns_of_predictions` returns."""

    def reasons(self, explanation: Prediction) -> Sequence[Statement]:
        """Return lines that say why the answer is what it is; none for a prediction without explanation."""

    def prediction_figures(self, prediction: Prediction) -> Iterable[Figure]:
        """Return figures of one prediction; of an explanation also those that say why."""


@runtime_checkable
class BuildsFigures(Protocol):
    """A task that draws the results of an evaluation."""

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:
        """Return figures of one model on one split, in the order in which they are read, without the heavy libraries.

        If something is missing, a `catalog.figures.Empty` says why. Each figure is checked by `catalog.figures.check`;
        a front end shows an invalid one as an error, and all others. The same holds for a figure with the key of a
        chart of the study, and for all figures after the first `catalog.figures.MOST_FIGURES`.

        Args:
            evaluation: Of the model on the split.
            data: What preparation found in the data set: `catalog.contract.DataSummary` as JSON, empty if unknown.
            insights: The study's insights into this model, by name, as JSON; empty for all models but the winner. An
                insight that could not be computed is ``{"failure": {"kind", "reason"}}``.
        """


@runtime_checkable
class Diagnoses(Protocol):
    """A task that can find out what is wrong with a study."""

    def diagnose(self, evidence: DiagnosisInput) -> Sequence[Diagnosis]:
        """Apply its rules, without the heavy libraries; return the most severe finding first."""


@runtime_checkable
class CountsRules(Protocol):
    """A task that can say how many rules it has, so that an empty result has a meaning."""

    @property
    def rule_count(self) -> int:
        """How many rules `Diagnoses.diagnose` applies."""


@runtime_checkable
class KnowsChance(Protocol):
    """A task that knows the score of guessing."""

    def chance_level(self, metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
        """Return the level of `metric`, one of `Task.metrics`, on a split; None if `data` do not contain enough."""


@runtime_checkable
class ChecksMetrics(Protocol):
    """A task with metrics that are undefined on some data."""

    def check_metric(self, metric: str, data: DataSummary) -> None:
        """Check that a study on these data can optimize `metric`, one of `Task.metrics`.

        Raises:
            DataError: It is undefined on the validation split; the message says why.
        """


@runtime_checkable
class WritesExamples(Protocol):
    """A task that can show the examples behind predictions."""

    def write_examples(self, data: Any, split: str, path: Path) -> None:
        """Write the inputs and true values of a split into a Parquet file, completely or not at all.

        Args:
            data: What `Task.load` returned.
            split: One of its splits.
            path: The file to write.
        """


@runtime_checkable
class FindsChanges(Protocol):
    """A task that can show which examples two models answer differently."""

    def changed_answers(self, data: Any, split: str, first: Path, second: Path, limit: int) -> Sequence[Any]:
        """Return examples that two models answer differently, as JSON objects, the largest differences first.

        Args:
            data: What `Task.load` returned.
            split: One of its splits.
            first: A model's predictions on it.
            second: Another model's.
            limit: How many to return at most.
        """


@runtime_checkable
class CompletesEvaluations(Protocol):
    """A task that adds to an evaluation what the data say about it."""

    def completed(self, evaluation: Evaluation, data: Mapping[str, Any]) -> Evaluation:
        """Return an evaluation with the names that the data give to its parts.

        Args:
            evaluation: As a trainer, or `Rescales.rescaled`, returned it.
            data: `catalog.contract.DataSummary` as JSON.

        Raises:
            PluginError: It was measured by other means than the data ask for.
        """


@runtime_checkable
class Rescales(Protocol):
    """A task whose stored predictions can be evaluated at another temperature."""

    @property
    def rescaled_metrics(self) -> Sequence[str]:
        """Names of the metrics that a temperature changes."""

    def rescaled(self, predictions: Path, split: str, temperature: float) -> Evaluation:
        """Evaluate stored predictions as if the model's scores had been divided by `temperature`.

        Its speed and size are left out; `predictions` is the given file, which stays unchanged.
        """


@runtime_checkable
class Interprets(Protocol):
    """A task that can find out what a model relies on, from a predictor of the model."""

    def interpret(self, predictor: Predictor, data: Any, *, seconds: float) -> Mapping[str, Any] | None:
        """Examine how a model answers examples of the validation split, within about `seconds`.

        Args:
            predictor: Of the model.
            data: What `Task.load` returned.
            seconds: Time to spend.

        Returns:
            The findings, as JSON for `BuildsFigures.figures`; None if this model cannot be interpreted.

        Raises:
            WorkError: A required library is not installed; the message says how to get it.
        """


@runtime_checkable
class ResolvesConfigs(Protocol):
    """A model for which configurations that are written differently can be the same training."""

    def resolved(self, config: Any, data: DataSummary) -> Mapping[str, Any]:
        """Return what a training of `config`, an instance of `Model.Config`, depends on, as JSON.

        Configurations with equal results train the same model if their seeds are equal; a field whose value stands for
        another one on `data` has that other value here. A `seed` in it is ignored.
        """


@runtime_checkable
class DescribesUse(Protocol):
    """A model that can be used without modelcat: the text about that in its model card."""

    def usage(self, config: Mapping[str, Any]) -> str:
        """Return Python that loads the kept model from its folder and predicts.

        Args:
            config: The `model_config` with which it was trained, as JSON; fields that are left out have their defaults.
        """

    def limits(self, config: Mapping[str, Any]) -> Sequence[Statement]:
        """Return what a user must know about a model that was trained with `config`."""


@runtime_checkable
class Explains(Protocol):
    """A predictor that can explain its answers."""

    def explain(self, inputs: Sequence[Any]) -> Iterator[Prediction]:
        """Yield one prediction for each input, in order, with additional names that say why.

        Raises:
            WorkError: A required library is not installed; the message says how to get it.
        """


@runtime_checkable
class Calibrates(Protocol):
    """A trainer that can make a model's confidence honest (temperature scaling)."""

    def calibrate(self, model_dir: Path, predictions: Path) -> float:
        """Fit a temperature to predictions on validation and apply it to the model, once.

        A folder that has been calibrated before is not changed.

        Args:
            model_dir: A model as `Trainer.train` left it.
            predictions: The predictions of this model on validation, from before it was calibrated.

        Returns:
            The temperature that the folder's model holds; 1.0 changes nothing.

        Raises:
            ModelSourceError: The folder does not hold such a model.
            DataError: The file holds no predictions.
        """


@runtime_checkable
class EvaluatesFiles(Protocol):
    """A trainer that can evaluate a model on a file that belongs to no study."""

    def evaluate_file(
        self, model_dir: Path, file: EvaluationFile, *, folder: Path, device: str, threads: int
    ) -> Evaluation:
        """Evaluate on every row of a file that can be predicted and has a true value; predictions go into `folder`.

        Args:
            model_dir: A model as `Trainer.train` left it.
            file: The file and how it is read.
            folder: An existing folder.
            device: As in `TrialContext`.
            threads: CPU threads.

        Raises:
            DataError: The file cannot be used, has no true values, or some that the model does not know: the message
                lists them.
            ModelSourceError: The folder does not hold such a model.
        """


@runtime_checkable
class ChoosesPrecision(Protocol):
    """A trainer whose models can answer faster if a small loss of precision does not matter."""

    @property
    def precisions(self) -> Sequence[str]:
        """The possible values: ``"auto"``, and names such as ``"fp32"``, ``"bf16"`` and ``"int8"``."""

    def open(self, model_dir: Path, device: str, threads: int, precision: str = ...) -> Predictor:
        """Open a model as `Trainer.open` does; if left out, `precision` is the most exact one.

        Raises:
            InputError: The device does not support that precision; the message names those that it supports.
        """

    def evaluate_file(
        self,
        model_dir: Path,
        file: EvaluationFile,
        *,
        folder: Path,
        device: str,
        threads: int,
        precision: str = ...,
    ) -> Evaluation:
        """Evaluate as `EvaluatesFiles.evaluate_file` does; if left out, `precision` is ``"auto"``.

        Raises:
            InputError: As in `open`.
        """


@runtime_checkable
class Exports(Protocol):
    """A trainer that can write a model for use elsewhere."""

    @property
    def export_formats(self) -> Sequence[str]:
        """The formats of `export`, the default first; ``"hf"`` and ``"onnx"`` are known names."""

    def export(self, model_dir: Path, folder: Path, *, format: str, quantize: bool, inputs: Sequence[Any]) -> Exported:  # noqa: A002 -- it is called so
        """Write the model into `folder`, which must not exist, completely or not at all, and check it on `inputs`.

        Raises:
            InputError: The format is unknown, or cannot be quantised.
            WorkError: A required library is not installed, or the written model gives other answers.
        """


@runtime_checkable
class Plans(Protocol):
    """A trainer that can estimate beforehand what a training will cost."""

    def forecast(self, config: Any, prepared: Any, *, device: str, threads: int, seconds: float) -> Forecast:
        """Read the data and train for about `seconds` to find out.

        Raises:
            OutOfMemoryError: Not even the probe fits.
        """
