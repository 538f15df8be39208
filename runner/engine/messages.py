"""What a coordinator asks of a worker, and what a worker answers. All of it can be pickled."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.capabilities import LabelledFile
from catalog.contract import CHECKPOINT_SECONDS, Decision, Direction, EpochMetrics
from catalog.dataset import Dataset
from catalog.errors import ModelcatError

__all__ = [
    "Answer",
    "Calibrate",
    "Checkpointed",
    "Compare",
    "Done",
    "Evaluate",
    "Event",
    "ExportModel",
    "Failed",
    "FindFlips",
    "Interpret",
    "Job",
    "JudgeFile",
    "MakeForecast",
    "Pause",
    "Predict",
    "Prepare",
    "Report",
    "Rescale",
    "Task",
    "Tick",
    "Train",
    "TrainingSetup",
    "WriteExamples",
]


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """Which model on which data: `config` is `model_config` as JSON, paths in `dataset` are absolute."""

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

    `earlier` and `checkpoint_seconds` are told to the trainer; see `catalog.contract.TrialContext`.
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
    """Judge a trained model on a split; answered with a `catalog.contract.Evaluation`."""

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
    """Answer texts with a trained model, which the worker keeps open for the next such task.

    Answered with a list of `catalog.results.Prediction`, or of `catalog.results.Explanation` where `explain` is set.
    `precision` is one of `catalog.capabilities.ChoosesPrecision`; None is the plugin's most exact.
    """

    key: str
    model_dir: Path
    texts: tuple[str, ...]
    explain: bool = False
    precision: str | None = None


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Fit a temperature on predictions and fold it into the model; answered with the temperature, or None.

    None: the plugin does not calibrate.
    """

    key: str
    model_dir: Path
    predictions: Path


@dataclass(frozen=True, slots=True)
class Rescale:
    """Judge stored predictions at another temperature; answered with a `catalog.results.Evaluation`."""

    key: str
    predictions: Path
    split: str
    temperature: float


@dataclass(frozen=True, slots=True)
class WriteExamples:
    """Write a split's texts and labels into a file; answered with True, or False where the plugin has none to show."""

    setup: TrainingSetup
    split: str
    path: Path


@dataclass(frozen=True, slots=True)
class FindFlips:
    """Find examples that two models label differently; answered with a tuple of `catalog.results.Flip`."""

    setup: TrainingSetup
    split: str
    first: Path
    second: Path
    limit: int


@dataclass(frozen=True, slots=True)
class Interpret:
    """Find out what a model goes by; answered with a `catalog.results.Interpretation`, or None.

    None: the plugin does not say.
    """

    setup: TrainingSetup
    model_dir: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class JudgeFile:
    """Judge a model on a labelled file; answered with a `catalog.results.Evaluation`."""

    key: str
    model_dir: Path
    file: LabelledFile
    folder: Path
    precision: str = "auto"


@dataclass(frozen=True, slots=True)
class ExportModel:
    """Write a model for use elsewhere and check it on `texts`; answered with a `catalog.results.Exported`."""

    key: str
    model_dir: Path
    folder: Path
    format: str
    quantize: bool
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MakeForecast:
    """Find out what a training will cost; answered with a `catalog.results.Forecast`, or None.

    None: the plugin does not forecast.
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
    | FindFlips
    | Interpret
    | JudgeFile
    | ExportModel
    | MakeForecast
)


@dataclass(frozen=True, slots=True)
class Job:
    """A task with a number that its events carry."""

    id: int
    task: Task


@dataclass(frozen=True, slots=True)
class Answer:
    """The coordinator's answer to a report."""

    job: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Pause:
    """Asks a training to write a checkpoint and end, which it then does with a `StoppedError`."""

    job: int


@dataclass(frozen=True, slots=True)
class Report:
    """A measurement; the worker waits for an `Answer`."""

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

    Also told where a training goes on from an earlier try's checkpoint.
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
