"""What a plugin may offer beyond the contract. The caller asks with `isinstance`, and works without it if it must.

`BuildsFigures`, `ChecksMetrics`, `Diagnoses`, `CountsRules`, `KnowsChance`, `ReadsFiles` and `ResolvesConfigs` are for
the descriptor, and stay light; `Explains` is for a predictor; the others are for a trainer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from catalog.contract import DataSummary, Predictor
from catalog.dataset import Format
from catalog.diagnosis import Diagnosis, Evidence
from catalog.figures import Figure
from catalog.results import Evaluation, Explanation, Exported, Flip, Forecast, Interpretation

__all__ = [
    "BuildsFigures",
    "Calibrates",
    "ChanceLevel",
    "ChecksMetrics",
    "ChoosesPrecision",
    "CountsRules",
    "Diagnoses",
    "Examines",
    "Explains",
    "Exports",
    "InputBatch",
    "InputFile",
    "InputTable",
    "Interprets",
    "JudgesFiles",
    "KnowsChance",
    "LabelledFile",
    "Plans",
    "ReadsFiles",
    "ResolvesConfigs",
]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of examples to predict.

    Attributes:
        path: The file or folder.
        text: Columns of the text; None if they are to be found.
        format: How delimited text is written, as far as that is said.
    """

    path: Path
    text: tuple[str, ...] | None = None
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A labelled file that belongs to no study.

    Attributes:
        path: The file or folder.
        text: Columns of the text; None if they are to be found.
        label: Column of the labels; found if None.
        format: How delimited text is written, as far as that is said.
        labels_as: Whether labels are names of the model's classes, or their ids, 0, 1, ...
        normalize_labels: Whether labels that differ only in letter case, spaces and the like are the same.
        stored: Names of classes by how the study's own data store them, where that differs.
    """

    path: Path
    text: tuple[str, ...] | None = None
    label: str | None = None
    format: Format | None = None
    labels_as: Literal["names", "ids"] = "names"
    normalize_labels: bool = False
    stored: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InputBatch:
    """Some rows of a file, in order.

    Attributes:
        texts: One a row; empty where the row has none.
        rows: A ``pyarrow.RecordBatch`` of the same rows with all columns of the file.
    """

    texts: tuple[str, ...]
    rows: Any


@dataclass(frozen=True, slots=True)
class InputTable:
    """A file that was looked through once and is ready for prediction.

    Attributes:
        columns: All columns, in order.
        text: Those whose texts are predicted, joined in this order.
        ignored: Columns that hold text too and are not used.
        nested: Columns whose cells are JSON: lists and objects.
        notes: What a careful reader should know: encoding, dialect, rows that seem lost.
        batches: Returns the rows, at most the given number at a time, in constant memory where the format allows.
    """

    columns: tuple[str, ...]
    text: tuple[str, ...]
    ignored: tuple[str, ...]
    nested: tuple[str, ...]
    notes: tuple[str, ...]
    batches: Callable[[int], Iterator[InputBatch]]


@runtime_checkable
class ReadsFiles(Protocol):
    """A plugin that reads files of examples as it reads those of a data set."""

    def open_file(self, file: InputFile) -> InputTable:
        """Look through a file without the heavy libraries.

        Raises:
            DataError: It cannot be read, or lacks a column: all are listed.
        """


@runtime_checkable
class BuildsFigures(Protocol):
    """A plugin that draws what an evaluation found."""

    def figures(self, evaluation: Evaluation, data: Mapping[str, Any], insights: Mapping[str, Any]) -> Iterable[Figure]:
        """Return figures of one model on one split, in the order in which they are read, without the heavy libraries.

        Where something is missing, an `catalog.figures.Empty` says why. Each figure is checked by
        `catalog.figures.check`; a front end shows one that fails as an error, and all others.

        Args:
            evaluation: Of the model on the split.
            data: What preparation found in the data set: `catalog.contract.DataSummary` as JSON, empty if unknown.
            insights: What the study found out about this very model, by name, as JSON; empty of any but the winner. An
                insight that could not be found out is ``{"failure": {"kind", "reason"}}``.
        """


@runtime_checkable
class Diagnoses(Protocol):
    """A plugin that can tell what is wrong with a study."""

    def diagnose(self, evidence: Evidence) -> Sequence[Diagnosis]:
        """Apply its rules, without the heavy libraries; the gravest finding first."""


@runtime_checkable
class CountsRules(Protocol):
    """A plugin that can tell how much its silence means."""

    @property
    def rule_count(self) -> int:
        """How many rules `Diagnoses.diagnose` applies."""


@dataclass(frozen=True, slots=True)
class ChanceLevel:
    """What the best constant answer reaches in a metric, which a model that has learned nothing does not exceed.

    Attributes:
        value: Of the metric.
        margin: How much better than `value` a model must be before its lead is no luck of so few examples; 0 or more.
    """

    value: float
    margin: float


@runtime_checkable
class KnowsChance(Protocol):
    """A plugin that knows what guessing reaches."""

    def chance_level(self, metric: str, data: DataSummary, split: str) -> ChanceLevel | None:
        """Return the level of `metric`, one of `Plugin.metrics`, on a split; None if `data` do not say enough."""


@runtime_checkable
class ChecksMetrics(Protocol):
    """A plugin with metrics that are undefined on some data."""

    def check_metric(self, metric: str, data: DataSummary) -> None:
        """Check that `metric`, one of `Plugin.metrics`, can be tuned for on these data.

        Raises:
            DataError: It is undefined on the validation split; the message says why.
        """


@runtime_checkable
class ResolvesConfigs(Protocol):
    """A plugin for which configurations that are written differently can be the same training."""

    def resolved(self, config: Any, data: DataSummary) -> Mapping[str, Any]:
        """Return what a training of `config`, an instance of `Plugin.Config`, depends on, as JSON.

        Configurations with equal results train the same model where their seeds are equal; fields that stand for
        another value on `data` have that value. A `seed` in it is left aside.
        """


@runtime_checkable
class Explains(Protocol):
    """A predictor that can say why."""

    def explain(self, texts: Sequence[str]) -> Iterator[Explanation]:
        """Yield one explanation a text, in order. Any string has one, the empty one too.

        Raises:
            WorkError: A library that it takes is not installed; the message says how to get it.
        """


@runtime_checkable
class Calibrates(Protocol):
    """A trainer that can make a model's confidence honest (temperature scaling)."""

    def calibrate(self, model_dir: Path, predictions: Path) -> float:
        """Fit a temperature to predictions on validation and fold it into the model, once.

        A folder that has been calibrated before is left as it is.

        Args:
            model_dir: A model as `Trainer.train` left it.
            predictions: What this very model said on validation before it was calibrated.

        Returns:
            The temperature that the folder's model holds; 1.0 changes nothing.

        Raises:
            ModelSourceError: The folder does not hold such a model.
            DataError: The file holds no predictions.
        """

    def rescaled(self, predictions: Path, split: str, temperature: float) -> Evaluation:
        """Judge stored predictions as if the model's scores had been divided by `temperature`.

        Its speed, size and lengths are left out; `predictions` is the file given, which stays as it is.
        """


@runtime_checkable
class Examines(Protocol):
    """A trainer that can show the examples behind predictions."""

    def write_examples(self, prepared: Any, split: str, path: Path) -> None:
        """Write the texts and labels of a split into a Parquet file, whole or not at all."""

    def flips(self, prepared: Any, split: str, first: Path, second: Path, limit: int) -> tuple[Flip, ...]:
        """Return examples that two models label differently, those first where they are surest of it."""


@runtime_checkable
class Interprets(Protocol):
    """A trainer that can tell what a model goes by."""

    def interpret(self, model_dir: Path, prepared: Any, *, device: str, threads: int, seconds: float) -> Interpretation:
        """Explain a sample of the validation split, and examples worth looking at, within about `seconds`.

        Raises:
            WorkError: A library that it takes is not installed; the message says how to get it.
        """


@runtime_checkable
class JudgesFiles(Protocol):
    """A trainer that can judge a model on a file that belongs to no study."""

    def evaluate_file(
        self, model_dir: Path, file: LabelledFile, *, folder: Path, device: str, threads: int
    ) -> Evaluation:
        """Judge on every row with a text of a labelled file; predictions go into `folder`.

        Args:
            model_dir: A model as `Trainer.train` left it.
            file: The file and how it is read. Not all classes need occur.
            folder: Exists.
            device: As in `TrialContext`.
            threads: CPU threads.

        Raises:
            DataError: The file cannot be used, has no labels, or labels that the model does not know: they are listed.
            ModelSourceError: The folder does not hold such a model.
        """


@runtime_checkable
class ChoosesPrecision(Protocol):
    """A trainer whose models can answer faster where the last digit does not matter."""

    @property
    def precisions(self) -> Sequence[str]:
        """What may be asked for: ``"auto"``, and names such as ``"fp32"``, ``"bf16"`` and ``"int8"``."""

    def open(self, model_dir: Path, device: str, threads: int, precision: str = ...) -> Predictor:
        """Open a model as `Trainer.open` does; left out, `precision` is the most exact one.

        Raises:
            InputError: The device has no such arithmetic; the message names what it has.
        """

    def evaluate_file(
        self,
        model_dir: Path,
        file: LabelledFile,
        *,
        folder: Path,
        device: str,
        threads: int,
        precision: str = ...,
    ) -> Evaluation:
        """Judge as `JudgesFiles.evaluate_file` does; left out, `precision` is ``"auto"``.

        Raises:
            InputError: As in `open`.
        """


@runtime_checkable
class Exports(Protocol):
    """A trainer that can write a model for use elsewhere."""

    @property
    def export_formats(self) -> Sequence[str]:
        """What `export` takes, the default first; ``"hf"`` and ``"onnx"`` are known names."""

    def export(self, model_dir: Path, folder: Path, *, format: str, quantize: bool, texts: Sequence[str]) -> Exported:  # noqa: A002 -- it is called so
        """Write the model into `folder`, which must not exist, whole or not at all, and check it on `texts`.

        Raises:
            InputError: The format is unknown, or cannot be quantised.
            WorkError: A library that it takes is not installed, or the written model answers differently.
        """


@runtime_checkable
class Plans(Protocol):
    """A trainer that can tell beforehand what a training will cost."""

    def forecast(self, config: Any, prepared: Any, *, device: str, threads: int, seconds: float) -> Forecast:
        """Look at the data and train for about `seconds` to find out.

        Raises:
            OutOfMemoryError: Not even the probe fits.
        """
