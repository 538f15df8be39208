"""Fine-tuning: from a model source and the objectives of two splits to the best epoch."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from catalog.contract import EpochMetrics, Outcome, TrialContext, TrialResult
from catalog.results import Evaluation
from plugins.nlp.encoders.batches import steps
from plugins.nlp.encoders.checkpoints.checkpointer import Checkpointer
from plugins.nlp.encoders.checkpoints.state import identity_of
from plugins.nlp.encoders.config import EncoderConfig
from plugins.nlp.encoders.device import repeatable, resolve, use_threads
from plugins.nlp.encoders.memory import forget_peak, oom_as_error
from plugins.nlp.encoders.objective import Objective
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.precision import Precision, choose
from plugins.nlp.encoders.progress import Kept, Progress
from plugins.nlp.encoders.schedule import Schedule, schedule_of
from plugins.nlp.encoders.sources.source import ModelSource, build
from plugins.nlp.encoders.stepper import Stepper
from plugins.nlp.encoders.text_encoder import TextEncoder

__all__ = ["FineTuned", "fine_tune", "on_device"]


@dataclass(frozen=True, slots=True, eq=False)
class FineTuned:
    """A training that has ended.

    Attributes:
        model: In the state of the last step; the weights to keep are those of `best`.
        best: The epoch to keep; None if there is nothing to keep.
        outcome: How the training has ended.
        measured: Of the epoch to keep; the newest measurement if there is none.
        history: Measurements at epoch ends.
        seconds: In the training loop, evaluation left out.
        examples: Rows trained on, each epoch counted.
        tokens: Tokens trained on, each epoch counted.
        notes: What a reader should know.
    """

    model: PackedModel
    best: Kept | None
    outcome: Outcome
    measured: EpochMetrics
    history: tuple[EpochMetrics, ...]
    seconds: float
    examples: int
    tokens: int
    notes: tuple[str, ...]

    def result(self, model_dir: Path | None, evaluation: Evaluation | None) -> TrialResult:
        """Return the record of this training, with the folder and the evaluation of what was kept."""
        return TrialResult(
            outcome=self.outcome,
            metrics=self.measured.metrics,
            history=self.history,
            best_epoch=self.measured.epoch,
            model_dir=model_dir,
            predictions=evaluation.predictions if evaluation else None,
            seconds=self.seconds,
            examples_per_second=self.examples / self.seconds,
            tokens_per_second=self.tokens / self.seconds,
            notes=self.notes,
            evaluation=evaluation,
        )


@contextmanager
def on_device(config: EncoderConfig, name: str, threads: int) -> Iterator[torch.device]:
    """Set up a device (a `TrialContext` names it) for the block, deterministic if `config` wants that.

    Raises:
        InputError: There is no such device, or the environment keeps it from repeating itself.
        OutOfMemoryError: Not even one row at a time fits.
    """
    device = resolve(name)
    with repeatable(device, wanted=config.deterministic):
        use_threads(threads)
        forget_peak(device)
        with oom_as_error(device, config.max_seq_length):
            yield device


def fine_tune(  # noqa: PLR0913 -- what is trained, on what, and where
    config: EncoderConfig,
    source: ModelSource,
    training: Objective,
    validation: Objective,
    *,
    context: TrialContext,
    device: torch.device,
    encoder: TextEncoder,
    data: Mapping[str, str],
) -> FineTuned:
    """Train once. If an earlier attempt of this training has left a checkpoint, continue from there.

    Args:
        config: Its `seed` is not used; that of `context` is.
        source: What to start from.
        training: The split to train on.
        validation: The split to choose the best epoch by.
        context: Of the trial.
        device: From `on_device`.
        encoder: What made the tokens; a checkpoint made with another one is not continued.
        data: Hashes or values by name; a checkpoint made with others is not continued.

    Raises:
        DivergedError: The loss is not finite.
        StoppedError: It was asked to pause, and has written a checkpoint.
    """
    schedule = schedule_of(config, len(training.tokens))
    precision = choose(config.precision, config.fp16, device, source.hidden)
    module = build(source, config.attention_probs_dropout, context.seed).to(device)
    model = PackedModel(module, device, precision)
    stepper = Stepper(model, training, config)
    progress = Progress(config, schedule, context, model, stepper, validation)
    identity = identity_of(config, context, model, encoder, data)
    with Checkpointer(config, context, identity, schedule, model, stepper, progress) as checkpoints:
        done = checkpoints.resume()
        for step, rows in steps(training.tokens.lengths, config.step_size, context.seed, config.epochs, done):
            rate = config.resolved_learning_rate * schedule.factor(step)
            stepper.step(rows, rate)
            if not progress.after(step, rate):
                break
            checkpoints.after(step)
    return FineTuned(
        model=model,
        best=None if progress.outcome is Outcome.PRUNED else progress.best,
        outcome=progress.outcome,
        measured=progress.measured,
        history=tuple(progress.history),
        seconds=progress.seconds,
        examples=stepper.examples,
        tokens=stepper.tokens,
        notes=(*source.notes, *notes_on(precision, schedule, stepper), *progress.notes),
    )


def notes_on(precision: Precision, schedule: Schedule, stepper: Stepper) -> Iterator[str]:
    """Yield what a reader should know about number format, warm-up and memory."""
    if precision.note:
        yield precision.note
    if 2 * schedule.warmup >= schedule.total:
        endless = schedule.warmup >= schedule.total
        effect = "never reached its highest value" if endless else "rose for as long as it fell, or longer"
        yield (
            f"The warm-up of {schedule.warmup:,} steps is at least half of the whole training of {schedule.total:,}: "
            f"the learning rate {effect}."
        )
    if (budget := stepper.budget).halvings:
        yield (
            f"Memory ran out {budget.halvings} times: micro-batches were cut to {budget.tokens:,} tokens. The "
            "gradients are the same."
        )
    elif budget.remembered:
        yield (
            f"Memory ran out in an earlier training of this worker: micro-batches had {budget.tokens:,} tokens from "
            "the start. The gradients are the same."
        )
