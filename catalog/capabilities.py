"""What a plugin may offer beyond the contract. Whoever runs it asks with `isinstance`, and does without where it must.

`Diagnoses`, `CountsRules`, `KnowsChance` and `ResolvesConfigs` are for the descriptor, and stay light; `Explains` is
for a predictor; the others are for a trainer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from catalog.contract import DataSummary, Predictor
from catalog.diagnosis import Diagnosis, Evidence
from catalog.results import Evaluation, Explanation, Exported, Flip, Forecast, Interpretation

__all__ = [
    "Calibrates",
    "ChanceLevel",
    "ChoosesPrecision",
    "CountsRules",
    "Diagnoses",
    "Examines",
    "Explains",
    "Exports",
    "Interprets",
    "JudgesFiles",
    "KnowsChance",
    "Plans",
    "ResolvesConfigs",
]


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
        self,
        model_dir: Path,
        file: Path,
        *,
        text: str | None,
        label: str | None,
        folder: Path,
        device: str,
        threads: int,
    ) -> Evaluation:
        """Judge on every row with a text of a labelled CSV, TSV, JSONL or Parquet file; predictions go into `folder`.

        Args:
            model_dir: A model as `Trainer.train` left it.
            file: Its rows; labels are names of the model's classes, or their ids. Not all classes need occur.
            text: Column of texts; found where None.
            label: Column of labels; found where None.
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

    def evaluate_file(  # noqa: PLR0913 -- JudgesFiles', and one more
        self,
        model_dir: Path,
        file: Path,
        *,
        text: str | None,
        label: str | None,
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
