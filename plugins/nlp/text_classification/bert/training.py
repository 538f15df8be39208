"""One training, from a configuration to a model folder."""

from collections.abc import Iterator

import torch

from catalog.contract import Outcome, TrialContext, TrialResult
from plugins.nlp.text_classification.bert import device as devices
from plugins.nlp.text_classification.bert.batches import steps
from plugins.nlp.text_classification.bert.checkpointing import Checkpointer
from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.determinism import repeatable
from plugins.nlp.text_classification.bert.evaluation import about
from plugins.nlp.text_classification.bert.memory import forget_peak, reported
from plugins.nlp.text_classification.bert.model import build
from plugins.nlp.text_classification.bert.precision import Precision, choose
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.progress import Progress
from plugins.nlp.text_classification.bert.saving import Reading, save
from plugins.nlp.text_classification.bert.schedule import Schedule, schedule_of
from plugins.nlp.text_classification.bert.scoring import Judged
from plugins.nlp.text_classification.bert.stepping import Stepper
from plugins.nlp.text_classification.bert.weighting import class_weights
from plugins.nlp.text_classification.data import check_config, positive_id
from plugins.nlp.text_classification.evaluation import check_metric, save_and_evaluate

__all__ = ["train"]


def train(config: BertConfig, prepared: PreparedBert, context: TrialContext) -> TrialResult:
    """Fine-tune once; the best epoch's model and predictions end in ``model`` and ``validation.parquet``.

    Where an earlier try of this training has left a checkpoint, it is gone on from there.

    Raises:
        DataError: Batch size, class weights or metric do not fit the data.
        DivergedError: The loss is not finite.
        InputError: The device or the metric is unknown.
        OutOfMemoryError: Not even one text at a time fits.
        StoppedError: It was asked to pause, and has written a checkpoint.
    """
    check_config(prepared.summary, num_labels=config.num_labels, batch_size=config.batch_size)
    check_metric(context.metric, prepared.summary)
    device = devices.resolve(context.device)
    with repeatable(device, wanted=config.deterministic):
        devices.use_threads(context.threads)
        forget_peak(device)
        precision = choose(config.precision, config.fp16, device, prepared.source.hidden)
        with reported(device, config.max_seq_length):
            return _train(config, prepared, context, device, precision)


def _train(
    config: BertConfig, prepared: PreparedBert, context: TrialContext, device: torch.device, precision: Precision
) -> TrialResult:
    training, validation = (_judged(config, prepared, name) for name in ("train", "validation"))
    schedule = schedule_of(config, len(training.tokens))
    model = build(prepared.source, config.attention_probs_dropout, context.seed).to(device)
    classifier = Classifier(model, device, precision)
    stepper = Stepper(classifier, training, config)
    progress = Progress(config, schedule, context, classifier, stepper, validation)
    with Checkpointer(config, prepared, context, schedule, classifier, stepper, progress) as checkpoints:
        done = checkpoints.go_on()
        for step, rows in steps(training.tokens.lengths, config.step_size, context.seed, config.epochs, done):
            rate = config.resolved_learning_rate * schedule.factor(step)
            stepper.step(rows, rate)
            if not progress.after(step, rate):
                break
            checkpoints.after(step)
    kept = progress.best
    model_dir = evaluation = None
    if kept is not None and progress.outcome is not Outcome.PRUNED:
        model_dir = context.folder / "model"
        reading = Reading(prepared.encoder.max_length, prepared.encoder.truncation, precision.name)
        save(model_dir, model, kept.weights, prepared.source.tokenizer, reading, prepared.summary.positive)
        evaluation = save_and_evaluate(
            "validation",
            validation.labels,
            kept.probabilities,
            context.folder,
            kept.seconds,
            names=prepared.summary.labels,
            positive=validation.positive,
            **about(validation.tokens, prepared.encoder.max_length, model_dir, device),
        )
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
        notes=(*prepared.source.notes, *_notes(precision, schedule, stepper), *progress.notes),
        evaluation=evaluation,
    )


def _judged(config: BertConfig, prepared: PreparedBert, split: str) -> Judged:
    labels = prepared.data.splits[split].labels
    return Judged(
        prepared.tokens[split], labels, class_weights(config, prepared.summary), positive_id(prepared.summary)
    )


def _notes(precision: Precision, schedule: Schedule, stepper: Stepper) -> Iterator[str]:
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
