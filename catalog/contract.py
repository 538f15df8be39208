"""What a plugin must offer, and the frozen records that pass between a plugin and whoever runs it.

What it may offer besides is in `catalog.capabilities`; what is found by judging a model in `catalog.results`.

A plugin is a descriptor (`Plugin`, light to import) that leads to a `Trainer` (heavy libraries) and a `Predictor`.
Nothing here is a base class: whatever has these attributes and methods is a plugin. `catalog.testing.PluginConformance`
checks that it keeps its word.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from catalog.columns import ColumnRoles, RowCounts
from catalog.dataset import Dataset
from catalog.metric import Direction
from catalog.results import Comparison, Evaluation, Prediction
from catalog.space import Scalar, SearchSpace

__all__ = [
    "CHECKPOINTS",
    "CHECKPOINT_SECONDS",
    "Card",
    "DataSummary",
    "Decision",
    "Direction",
    "EpochMetrics",
    "Outcome",
    "Plugin",
    "Predictor",
    "Prepared",
    "Trainer",
    "TrialContext",
    "TrialResult",
    "Variant",
]

CHECKPOINTS = "checkpoints"
"""Folder within a try's own that holds its checkpoints, where the next try finds them."""
CHECKPOINT_SECONDS = 300.0
"""Between two checkpoints within an epoch, at least, where nobody says otherwise."""


def _never_mind(_: float) -> None:
    """Take what nobody wants to hear."""


def _never() -> bool:
    """Tell that nobody asks a training to pause."""
    return False


class Decision(StrEnum):
    """The coordinator's answer to a report."""

    GO_ON = "go_on"
    PRUNE = "prune"
    """End now; the trial is not worth its time. The result's outcome is PRUNED."""
    STOP = "stop"
    """End now and keep what there is; the result's outcome is STOPPED."""


class Outcome(StrEnum):
    """How a training that did not fail ended."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class DataSummary:
    """What preparation found in a data set.

    Attributes:
        name: Short name, fit for a study's name and a sentence ("demo", "imdb", "feedback").
        fingerprint: SHA-256 (hex) over the content of all splits: texts, labels and their order.
        rows: Rows of each split: ``{"train": 2880, "validation": 320, "test": 800}``.
        labels: Class names in the order of their ids.
        label_rows: Rows of each class in each split: ``{"train": [1440, 1440], ...}``.
        notes: What a careful reader should know: rows dropped, duplicates between splits, stated label noise.
        mean_words: Words of a text on average, over all splits; None where nobody counted.
        language: Code (ISO 639-1) of the language that most texts seem to be in; None where that is not clear.
        duplicates: Rows of ``validation`` and of ``test`` whose text also stands in ``train``.
        columns: Which column is what; None if the source has no columns.
        positive: Of two classes the one whose precision, recall, F1 and ROC AUC are reported; None for more classes,
            whose scores are averages.
        counts: Rows of each split that its source gave, before splits are carved off and limits are applied.
        label_names: Names of classes by how the source stores them, where a spec gives names to stored values.
    """

    name: str
    fingerprint: str
    rows: Mapping[str, int]
    labels: tuple[str, ...]
    label_rows: Mapping[str, tuple[int, ...]]
    notes: tuple[str, ...] = ()
    mean_words: float | None = None
    language: str | None = None
    duplicates: Mapping[str, int] = field(default_factory=dict)
    columns: ColumnRoles | None = None
    positive: str | None = None
    counts: Mapping[str, RowCounts] = field(default_factory=dict)
    label_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """One measurement during a training.

    Attributes:
        epoch: Passes over the training split so far; 1.0 is one whole pass.
        progress: Share of the trial's own schedule that is done, above 0 and up to 1.
        train_loss: Mean training loss per example since the last measurement.
        metrics: On validation: ``loss`` and every name of `Plugin.metrics` that is defined on the data.
        learning_rate: At this moment; None where the model has none.
        seconds: Spent in the training loop so far, evaluation left out.
        train_metrics: On the training examples as they were trained on since the last measurement (with dropout, by
            weights that changed meanwhile), of the names in `metrics`: what is free to know, such as ``accuracy``.
    """

    epoch: float
    progress: float
    train_loss: float
    metrics: Mapping[str, float]
    learning_rate: float | None
    seconds: float
    train_metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrialContext:
    """All that a training is told besides its configuration and data.

    Attributes:
        folder: Exists, is empty, and is this try's alone; checkpoints go into its folder `CHECKPOINTS`.
        device: ``"cpu"``, ``"cuda:0"``, or ``"auto:N"``: the N-th accelerator if there is one, else the CPU.
        threads: CPU threads that this training may use.
        seed: Decides initial weights of new layers, dropout and the order of examples.
        metric: The metric by which the best epoch is chosen.
        direction: Which way `metric` improves.
        quarters: Whether to measure at each quarter of the schedule too (progress 0.25, 0.5, 0.75, 1), so that a
            pruner can judge trials of different length alike. Epoch ends are always measured.
        report: Hands a measurement over and returns what to do next. Call it at every measurement.
        tick: Tells the share of the schedule that is done, between 0 and 1. Cheap: call it after every step. A training
            that neither ticks nor reports for far longer than it ever did before (an hour, until it has reported once)
            is taken for hung, and one that ticks on though it is to pause is ended.
        time_limit: Seconds after which to end by itself as if told STOP; None for no limit.
        earlier: Folders of earlier tries of this very training, the newest first: a checkpoint of theirs will do to go
            on from. A worker that does not know yet that its try is over may still write there: whoever reads must be
            ready to find less than there was a moment ago.
        checkpoint_seconds: Between two checkpoints within an epoch, more where they would cost more than a fiftieth of
            the time; 0 for one after every step, whatever it costs.
        checkpointed: Tells the share of the schedule, 0 to 1, that is safe in a checkpoint. Call it on the thread that
            trains, once the checkpoint would survive a power cut.
        paused: Whether to write a checkpoint now and end by raising `catalog.errors.StoppedError`; cheap.

    A trainer without checkpoints trains again what was interrupted, and leaves the last four alone.
    """

    folder: Path
    device: str
    threads: int
    seed: int
    metric: str
    direction: Direction
    quarters: bool
    report: Callable[[EpochMetrics], Decision]
    tick: Callable[[float], None]
    time_limit: float | None = None
    earlier: tuple[Path, ...] = ()
    checkpoint_seconds: float = CHECKPOINT_SECONDS
    checkpointed: Callable[[float], None] = _never_mind
    paused: Callable[[], bool] = _never


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a training leaves behind.

    Attributes:
        outcome: Complete, pruned or stopped.
        metrics: On validation, of the kept epoch: ``loss`` and every name of `Plugin.metrics` that is defined there.
        history: The measurements at epoch ends, in order.
        best_epoch: The epoch that was kept.
        model_dir: Folder of the trained model; None when pruned.
        predictions: File with the kept epoch's predictions on validation; None when pruned.
        seconds: Spent in the training loop (compilation in, evaluation out).
        examples_per_second: Examples x epochs over `seconds`.
        tokens_per_second: Real tokens x epochs over `seconds`; None where the model has no tokens.
        notes: What happened on the way that a reader should know.
        evaluation: The kept epoch judged on validation in full; None when pruned, or where the plugin judges no further
            than `metrics`. Its metrics agree with `metrics`, its predictions are `predictions`.
    """

    outcome: Outcome
    metrics: Mapping[str, float]
    history: tuple[EpochMetrics, ...]
    best_epoch: float
    model_dir: Path | None
    predictions: Path | None
    seconds: float
    examples_per_second: float
    tokens_per_second: float | None = None
    notes: tuple[str, ...] = ()
    evaluation: Evaluation | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A published size of a model: parameters as a count, size in megabytes (10^6 bytes) of fp32 weights."""

    name: str
    parameters: int
    megabytes: int
    speed: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a person wants to know before choosing a model.

    Attributes:
        summary: One sentence.
        description: A paragraph: how it works, when it fits and when it does not.
        variants: Sizes to choose from.
        examples: Whole specs that run, by a short name.
    """

    summary: str
    description: str
    variants: tuple[Variant, ...] = ()
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Prepared(Protocol):
    """Data and model, ready to train on. What else it holds is between a trainer and itself."""

    @property
    def summary(self) -> DataSummary:
        """What was found in the data."""


class Predictor(Protocol):
    """A trained model that answers."""

    def predict(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield one prediction per text, in order. Any string has a defined answer, the empty one too."""


class Trainer(Protocol):
    """What turns a configuration and data into a model. Reaching it imports the heavy libraries."""

    def prepare(self, dataset: Dataset, config: Any, cache: Path) -> Prepared:
        """Read data and model source, so that training cannot fail for their lack.

        Depends on `dataset` and on the fields of `config` that `Plugin.preparation_fields` names, on nothing else.

        Args:
            dataset: Where the examples come from; paths in it are absolute.
            config: An instance of the plugin's `Config`.
            cache: A folder for what may be kept between runs; losing it costs only time.

        Raises:
            DataError: The data cannot be used.
            ModelSourceError: The model cannot be used.
            UnreachableError: A hub does not answer.
        """

    def train(self, config: Any, prepared: Any, context: TrialContext) -> TrialResult:
        """Train once, or go on where a checkpoint of an earlier try ends; see `TrialContext`.

        Raises:
            OutOfMemoryError: It does not fit, whatever is tried.
            DivergedError: The loss is not finite.
            DataError: The configuration does not fit the data (a batch larger than the training split).
        """

    def evaluate(
        self, model_dir: Path, prepared: Any, split: str, *, folder: Path, device: str, threads: int
    ) -> Evaluation:
        """Judge the model of `model_dir` on `split`; the file of per-example predictions goes into `folder`."""

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by the predictions of their trainings (one file a seed) on the same examples."""

    def open(self, model_dir: Path, device: str, threads: int) -> Predictor:
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """


@runtime_checkable
class Plugin(Protocol):
    """A trainable model, as the catalog shows it. Importing the module that holds it must stay light: no torch."""

    @property
    def key(self) -> str:
        """``category/subcategory/model``, the name of its entry point."""

    @property
    def summary(self) -> str:
        """One sentence."""

    @property
    def Config(self) -> type[BaseModel]:  # noqa: N802 -- it is a class
        """The Pydantic class of `model_config`: every field with description, and bounds where it has any."""

    @property
    def metrics(self) -> Mapping[str, Direction]:
        """What may be tuned for, the default first."""

    @property
    def preparation_fields(self) -> frozenset[str]:
        """The fields of `Config` that `Trainer.prepare` depends on."""

    @property
    def fixed_fields(self) -> frozenset[str]:
        """The fields of `Config` that no study may tune (the seed is always one)."""

    @property
    def baseline(self) -> str | None:
        """Key of the plugin to beat, trained once in every study with its default configuration."""

    def default_dataset(self) -> Dataset:
        """What a spec without a dataset trains on."""

    def search_space(self, config: Any) -> SearchSpace:
        """What to tune for this configuration, where the spec does not say."""

    def recipes(self, config: Any) -> Sequence[Mapping[str, Scalar]]:
        """Published settings worth trying before searching, best first."""

    def tunable(self, config: Any, data: DataSummary) -> Mapping[str, Scalar]:
        """Tell the values of `config` in the units of the search space (a warm-up count becomes a share)."""

    def inspect(self, dataset: Dataset, config: Any, cache: Path) -> DataSummary:
        """Read and check the data alone, without the heavy libraries.

        Raises:
            DataError: The data cannot be used, or `config` contradicts it.
            UnreachableError: A hub does not answer.
        """

    def card(self) -> Card:
        """Tell what the model is and which variants it has."""

    def trainer(self) -> Trainer:
        """Import the heavy libraries and return the trainer."""
