"""Fine-tuning: from a model source and the objectives of two splits to the best epoch."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch

from catalog.contract import Evaluation, Outcome, TrialContext, TrialResult
from plugins.nlp.encoders.batches import steps
from plugins.nlp.encoders.checkpoints.checkpointer import Checkpointer
from plugins.nlp.encoders.checkpoints.state import identity_of
from plugins.nlp.encoders.config import FineTuningConfig
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

__all__ = ["Keep", "fine_tune", "notes_on", "on_device"]


Keep = Callable[[PackedModel, Kept], tuple[Path, Evaluation]]
"""Saves and evaluates the best epoch; the model itself has the weights of the last step."""


@contextmanager
def on_device(config: FineTuningConfig, name: str, threads: int) -> Iterator[torch.device]:
    """Set up a device (a `TrialContext` names it) for the block, deterministic if `config` wants that.

    Raises:
        InputError: There is no such device, or the environment keeps it from repeating itself.
        OutOfMemoryError: Not even a single row fits into memory.
    """
    device = resolve(name)
    with repeatable(device, wanted=config.deterministic):
        use_threads(threads)
        forget_peak(device)
        with oom_as_error(device, config.max_seq_length):
            yield device


def fine_tune(  # noqa: PLR0913 -- what is trained, on what, and where
    config: FineTuningConfig,
    source: ModelSource,
    training: Objective,
    validation: Objective,
    *,
    context: TrialContext,
    device: torch.device,
    encoder: TextEncoder,
    data: Mapping[str, str],
    keep: Keep,
) -> TrialResult:
    """Train once. If an earlier attempt of this training left a checkpoint, continue from it.

    Args:
        config: Its `seed` is not used; that of `context` is.
        source: What to start from.
        training: The split to train on.
        validation: The split to choose the best epoch by.
        context: Of the trial.
        device: From `on_device`.
        encoder: The one that made the tokens; a checkpoint made with another one is not used.
        data: Hashes or values by name; a checkpoint made with others is not used.
        keep: Called at the end, unless the training is pruned.

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
    model_dir = evaluation = None
    if progress.best is not None and progress.outcome is not Outcome.PRUNED:
        model_dir, evaluation = keep(model, progress.best)
    return TrialResult(
        outcome=progress.outcome,
        metrics=progress.measured.metrics,
        history=tuple(progress.history),
        best_epoch=progress.measured.epoch,
        model_dir=model_dir,
        predictions=evaluation.predictions if evaluation else None,
        seconds=progress.seconds,
        examples_per_second=stepper.examples / progress.seconds,
        tokens_per_second=stepper.tokens / progress.seconds,
        notes=(*source.notes, *notes_on(precision, schedule, stepper), *progress.notes),
        evaluation=evaluation,
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
