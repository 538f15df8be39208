"""The messages between a coordinator and a worker: tasks, answers and events. All of them can be pickled."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.contract import CHECKPOINT_SECONDS, Decision, Direction, EpochMetrics
from catalog.contract.capabilities import EvaluationFile
from catalog.dataset import Dataset
from catalog.errors import ModelcatError

__all__ = [
    "Calibrate",
    "Checkpointed",
    "Compare",
    "Done",
    "Evaluate",
    "EvaluateFile",
    "Event",
    "ExportModel",
    "Failed",
    "FindChanges",
    "Interpret",
    "Job",
    "MakeForecast",
    "Pause",
    "Predict",
    "Prepare",
    "Report",
    "ReportReply",
    "Rescale",
    "Task",
    "Tick",
    "Train",
    "TrainingSetup",
    "WriteExamples",
]


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """A model and its data: `config` is `model_config` as JSON, paths in `dataset` are absolute."""

    key: str
    config: Mapping[str, Any]
    dataset: Dataset
    cache: Path


@dataclass(frozen=True, slots=True)
class Prepare:
    """Read data and model; answered with a `catalog.contract.DataSummary`."""

    setup: TrainingSetup


@dataclass(frozen=True, slots=True)
class Train:
    """Train once in `folder`; answered with reports, ticks, and a `catalog.contract.TrialResult`.

    The trainer receives `earlier` and `checkpoint_seconds`; see `catalog.contract.TrialContext`.
    """

    setup: TrainingSetup
    folder: Path
    seed: int
    metric: str
    direction: Direction
    quarters: bool
    earlier: tuple[Path, ...] = ()
    checkpoint_seconds: float = CHECKPOINT_SECONDS


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Evaluate a trained model on a split; answered with a `catalog.contract.Evaluation`."""

    setup: TrainingSetup
    model_dir: Path
    split: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Compare:
    """Compare predictions of two configurations; answered with a `catalog.contract.Comparison`."""

    key: str
    first: tuple[Path, ...]
    second: tuple[Path, ...]
    metric: str
    seed: int


@dataclass(frozen=True, slots=True)
class Predict:
    """Predict inputs with a trained model, which the worker keeps open for the next such task.

    Answered with a list of `catalog.contract.Prediction`, with explanations if `explain` is set.
    `precision` is one of `catalog.contract.capabilities.ChoosesPrecision`; None is the model's most exact.
    """

    key: str
    model_dir: Path
    inputs: tuple[Any, ...]
    explain: bool = False
    precision: str | None = None


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Fit a temperature on predictions and apply it to the model; answered with the temperature, or None.

    None: the model does not calibrate.
    """

    key: str
    model_dir: Path
    predictions: Path


@dataclass(frozen=True, slots=True)
class Rescale:
    """Evaluate stored predictions at another temperature; answered with a `catalog.contract.Evaluation`."""

    key: str
    predictions: Path
    split: str
    temperature: float


@dataclass(frozen=True, slots=True)
class WriteExamples:
    """Write a split's examples into a file; answered with True, or False if the task shows none."""

    setup: TrainingSetup
    split: str
    path: Path


@dataclass(frozen=True, slots=True)
class FindChanges:
    """Find examples that two models answer differently; answered with a sequence of JSON objects."""

    setup: TrainingSetup
    split: str
    first: Path
    second: Path
    limit: int


@dataclass(frozen=True, slots=True)
class Interpret:
    """Find out what a model relies on; answered with JSON of the task, or None.

    None: the task or the model cannot do that.
    """

    setup: TrainingSetup
    model_dir: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class EvaluateFile:
    """Evaluate a model on a file with true values; answered with a `catalog.contract.Evaluation`."""

    key: str
    model_dir: Path
    file: EvaluationFile
    folder: Path
    precision: str = "auto"


@dataclass(frozen=True, slots=True)
class ExportModel:
    """Write a model for use elsewhere and check it on `inputs`; answered with a `catalog.contract.Exported`."""

    key: str
    model_dir: Path
    folder: Path
    format: str
    quantize: bool
    inputs: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class MakeForecast:
    """Estimate what a training will cost; answered with a `Tick` before the measurement, and a `Forecast`, or None.

    None: the model does not forecast, and nothing is measured.
    """

    setup: TrainingSetup
    seconds: float


Task = (
    Prepare
    | Train
    | Evaluate
    | Compare
    | Predict
    | Calibrate
    | Rescale
    | WriteExamples
    | FindChanges
    | Interpret
    | EvaluateFile
    | ExportModel
    | MakeForecast
)


@dataclass(frozen=True, slots=True)
class Job:
    """A task with a number that its events carry."""

    id: int
    task: Task


@dataclass(frozen=True, slots=True)
class ReportReply:
    """The coordinator's answer to a report."""

    job: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Pause:
    """Asks a training to write a checkpoint and end; it then ends with a `StoppedError`."""

    job: int


@dataclass(frozen=True, slots=True)
class Report:
    """A measurement; the worker waits for a `ReportReply`."""

    job: int
    metrics: EpochMetrics


@dataclass(frozen=True, slots=True)
class Tick:
    """A sign of life with the share of the job that is done, 0 to 1; it is not answered."""

    job: int
    progress: float


@dataclass(frozen=True, slots=True)
class Checkpointed:
    """The training is safe on disk up to this share of its schedule, 0 to 1; it is not answered.

    Also sent when a training resumes from an earlier try's checkpoint.
    """

    job: int
    progress: float


@dataclass(frozen=True, slots=True)
class Done:
    """The job's result."""

    job: int
    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The job failed; `details` is a traceback for a log, empty for expected errors."""

    job: int
    error: ModelcatError
    details: str = ""


Event = Report | Tick | Checkpointed | Done | Failed
