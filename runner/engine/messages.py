"""What a coordinator asks of a worker, and what a worker answers. All of it can be pickled."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.contract import Decision, Direction, EpochMetrics
from catalog.dataset import Dataset
from catalog.errors import ModelcatError

__all__ = [
    "Answer",
    "Compare",
    "Done",
    "Evaluate",
    "Event",
    "Failed",
    "Job",
    "Predict",
    "Prepare",
    "Report",
    "Subject",
    "Task",
    "Tick",
    "Train",
]


@dataclass(frozen=True, slots=True)
class Subject:
    """Which model on which data: `config` is `model_config` as JSON, paths in `dataset` are absolute."""

    key: str
    config: Mapping[str, Any]
    dataset: Dataset
    cache: Path


@dataclass(frozen=True, slots=True)
class Prepare:
    """Read data and model; answered with a `catalog.contract.DataSummary`."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Train:
    """Train once in `folder`; answered with reports, ticks, and a `catalog.contract.TrialResult`."""

    subject: Subject
    folder: Path
    seed: int
    metric: str
    direction: Direction
    quarters: bool


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Judge a trained model on a split; answered with a `catalog.contract.Evaluation`."""

    subject: Subject
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
    """Answer texts with a trained model; answered with a list of `catalog.contract.Prediction`."""

    key: str
    model_dir: Path
    texts: tuple[str, ...]


Task = Prepare | Train | Evaluate | Compare | Predict


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
class Report:
    """A measurement; the worker waits for an `Answer`."""

    job: int
    metrics: EpochMetrics


@dataclass(frozen=True, slots=True)
class Tick:
    """A sign of life with the share of the job that is done, 0 to 1; nobody waits for an answer."""

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


Event = Report | Tick | Done | Failed
