"""What a training gets, what it reports, and what it leaves; and the protocols of the trainer and the predictor."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from catalog.contract.results import Evaluation, Prediction
from catalog.metric import Direction

__all__ = [
    "CHECKPOINTS",
    "CHECKPOINT_SECONDS",
    "Decision",
    "EpochMetrics",
    "Outcome",
    "Predictor",
    "Trainer",
    "TrialContext",
    "TrialResult",
]

CHECKPOINTS = "checkpoints"
"""Folder within a try's own folder that holds its checkpoints, where the next try finds them."""
CHECKPOINT_SECONDS = 300.0
"""The default for the shortest time between two checkpoints within an epoch."""


def _never_mind(_: float) -> None:
    """Ignore a report: the default of callbacks that are not given."""


def _never() -> bool:
    """Return that no pause is requested: the default if none can be."""
    return False


class Outcome(StrEnum):
    """How a training that did not fail ended."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    STOPPED = "stopped"


class Decision(StrEnum):
    """The coordinator's answer to a report."""

    GO_ON = "go_on"
    PRUNE = "prune"
    """End now; the trial does not deserve more time. The result's outcome is PRUNED."""
    STOP = "stop"
    """End now and keep the result so far; the result's outcome is STOPPED."""

    @property
    def outcome(self) -> Outcome:
        """The outcome of a training whose last measurement got this answer."""
        return {Decision.PRUNE: Outcome.PRUNED, Decision.STOP: Outcome.STOPPED}.get(self, Outcome.COMPLETE)


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """One measurement during a training.

    Attributes:
        epoch: Passes over the training split so far; 1.0 is one whole pass.
        progress: Share of the trial's own schedule that is done, above 0 and up to 1.
        train_loss: Mean training loss per example since the last measurement.
        metrics: On validation: ``loss`` and every metric of the task that is defined on the data.
        learning_rate: At this moment; None if the model has none.
        seconds: Spent in the training loop so far, without evaluation.
        train_metrics: On the training examples as they were trained on since the last measurement (with dropout, by
            weights that changed meanwhile), with names from `metrics`: those that cost nothing, such as ``accuracy``.
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
    """What a training gets in addition to its configuration and data.

    Attributes:
        folder: An existing, empty folder for this try alone; checkpoints go into its folder `CHECKPOINTS`.
        device: ``"cpu"``, ``"cuda:0"``, or ``"auto:N"``: the N-th accelerator if there is one, else the CPU.
        threads: CPU threads that this training may use.
        seed: Decides initial weights of new layers, dropout and the order of examples.
        metric: The metric by which the best epoch is chosen.
        direction: Which way `metric` improves.
        quarters: Whether to measure at each quarter of the schedule too (progress 0.25, 0.5, 0.75, 1), so that a
            pruner can compare trials of different length. Epoch ends are always measured.
        report: Takes a measurement and returns what to do next. Call it at every measurement.
        tick: Takes the share of the schedule that is done, between 0 and 1. It is cheap: call it after every step. A
            training that neither ticks nor reports for far longer than ever before (an hour, until its first report)
            counts as hung; a training that keeps ticking although it is asked to pause is ended.
        time_limit: Seconds after which to end by itself as if it had received STOP; None for no limit.
        earlier: Folders of earlier tries of this same training, newest first: it may resume from a checkpoint in them.
            A worker that does not know yet that its try is over may still write there: a reader must expect that files
            disappear.
        checkpoint_seconds: Between two checkpoints within an epoch; longer if they would cost more than a fiftieth of
            the time; 0 for one after every step, whatever it costs.
        checkpointed: Takes the share of the schedule, 0 to 1, that a checkpoint holds safely. Call it on the thread
            that trains, once the checkpoint would survive a power failure.
        paused: Returns whether to write a checkpoint now and end by raising `catalog.errors.StoppedError`; it is cheap.

    A trainer without checkpoints starts an interrupted training again, and ignores the last four.
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
    """The result of a training.

    Attributes:
        outcome: Complete, pruned or stopped.
        metrics: On validation, of the kept epoch: ``loss`` and every metric of the task that is defined.
        history: The measurements at epoch ends, in order.
        best_epoch: The epoch that was kept.
        model_dir: Folder of the trained model; None if pruned.
        predictions: File with the kept epoch's predictions on validation; None if pruned.
        seconds: Spent in the training loop (with compilation, without evaluation).
        examples_per_second: Examples x epochs over `seconds`.
        tokens_per_second: Real tokens x epochs over `seconds`; None if the model has no tokens.
        notes: What happened during the training that a reader should know.
        evaluation: The full evaluation of the kept epoch on validation; None if pruned, or if the trainer measures
            nothing but `metrics`. Its metrics agree with `metrics`, its predictions are `predictions`.
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


class Predictor(Protocol):
    """A trained model that predicts."""

    def predict(self, inputs: Iterable[Any]) -> Iterator[Prediction]:
        """Yield one prediction for each input, in order.

        An input is what the task takes: a text, or a row as a mapping from column to value. Any input of that kind has
        a defined answer.
        """


class Trainer(Protocol):
    """Turns a configuration and data into a model. Access to it imports the heavy libraries."""

    def prepare(self, data: Any, config: Any, cache: Path) -> Any:
        """Prepare data, and load what the training needs, so that training cannot fail because it is missing.

        The result depends only on `data` and on the fields of `config` that `Model.preparation_fields` names. A trainer
        that has nothing to prepare returns `data`.

        Args:
            data: What `Task.load` returned; `Model.check` has accepted it.
            config: An instance of the model's `Config`.
            cache: A folder for files that may be kept between runs; their loss costs only time.

        Raises:
            DataError: The data cannot be used.
            ModelSourceError: The pretrained model cannot be used.
            UnreachableError: A hub does not answer.
        """

    def train(self, config: Any, prepared: Any, context: TrialContext) -> TrialResult:
        """Train once, or continue from a checkpoint of an earlier attempt; see `TrialContext`.

        Raises:
            OutOfMemoryError: It does not fit into memory in any way.
            DivergedError: The loss is not finite.
            DataError: The configuration does not fit the data (a batch larger than the training split).
        """

    def evaluate(
        self, model_dir: Path, prepared: Any, split: str, *, folder: Path, device: str, threads: int
    ) -> Evaluation:
        """Evaluate the model of `model_dir` on `split`; the file of per-example predictions goes into `folder`."""

    def open(self, model_dir: Path, device: str, threads: int) -> Predictor:
        """Open a model folder that `train` made.

        Raises:
            ModelSourceError: The folder does not hold such a model.
        """
