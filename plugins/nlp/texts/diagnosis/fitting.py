"""Overfitting and underfitting of the training texts, as the losses show them."""

from collections.abc import Iterator

from catalog.contract import EpochMetrics
from catalog.contract.diagnosis import Diagnosis, Fix
from catalog.statement import Statement
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.fixes import advise, change, keep

__all__ = ["calming", "diverging_losses", "epoch_ends", "loss_of", "spurring", "still_falling"]

_LOSS_RISE = 0.10
"""Share by which the validation loss must end above its lowest; smaller rises come and go between epochs."""
_LOSS_FALL = 0.10
"""Share by which the validation loss fell in the last epoch: a training that has converged falls less."""

_MORE_DATA = "Add training texts: nothing else narrows the gap as surely."
_FEWER_EPOCHS = "End after epoch {epochs:count}, before the validation loss rises."
_STOP_EARLY = "End as soon as the validation loss has stopped falling."
_MORE_DECAY = "Hold the weights smaller."
_DROPOUT = "Drop attention weights in training, as the published models did."
_LOWER_C = "Penalise large weights more."
_MORE_EPOCHS = "Train longer: the loss was still falling."
_HIGHER_RATE = "Learn in larger steps."
_HIGHER_C = "Let the model fit the training texts more closely."


def still_falling(case: DiagnosisCase, ends: list[EpochMetrics], loss: float) -> Iterator[Diagnosis]:
    """The validation loss was falling when the training ended.

    Args:
        case: The study.
        ends: Measurements at whole epochs.
        loss: The last training loss.
    """
    losses = [loss_of(end) for end in ends[-2:]]
    if len(losses) < 2 or losses[0] is None or losses[1] is None or loss < losses[1]:
        return  # a training loss below that on validation: more training no longer helps much
    fell = 1 - losses[1] / losses[0] if losses[0] > 0 else 0.0
    if fell < _LOSS_FALL:
        return
    yield Diagnosis(
        rule="under_fitting",
        severity="warning",
        title=Statement("Training ended while the model was still getting better (under-fitting)"),
        evidence=Statement(
            "In its last epoch the validation loss of trial {trial:count} fell by {fell:percent}, from {before:number} "
            "to {after:number}, and the training loss, {loss:number}, is not below it.",
            {
                "trial": case.evidence.best or 0,
                "fell": fell,
                "before": losses[0],
                "after": losses[1],
                "loss": loss,
            },
        ),
        remedies=spurring(case),
    )


def diverging_losses(case: DiagnosisCase, ends: list[EpochMetrics]) -> Iterator[Diagnosis]:
    """The training loss fell while the validation loss rose.

    Args:
        case: The study.
        ends: Measurements at whole epochs.
    """
    known = [(end, loss) for end in ends if (loss := loss_of(end)) is not None]
    if len(known) < 2:
        return
    lowest, low = min(known, key=lambda pair: pair[1])
    last, high = known[-1]
    if low <= 0 or high < (1 + _LOSS_RISE) * low or last.train_loss >= lowest.train_loss:
        return
    yield Diagnosis(
        rule="over_fitting",
        severity="warning",
        title=Statement("The model has learned its training texts by heart in part (over-fitting)"),
        evidence=Statement(
            "From epoch {lowest:number} to {last:number} of trial {trial:count} the training loss fell from "
            "{train_before:number} to {train_after:number}, while the validation loss rose from {before:number} to "
            "{after:number}.",
            {
                "lowest": lowest.epoch,
                "last": last.epoch,
                "trial": case.evidence.best or 0,
                "train_before": lowest.train_loss,
                "train_after": last.train_loss,
                "before": low,
                "after": high,
            },
        ),
        remedies=calming(case, ends),
    )


def calming(case: DiagnosisCase, ends: list[EpochMetrics]) -> tuple[Fix, ...]:
    """Return fixes against overfitting, the most promising first."""
    known = [(loss, end.epoch) for end in ends if (loss := loss_of(end)) is not None]
    epochs = number(case.settings.get("epochs"))
    lowest = round(min(known)[1]) if known else 0
    fewer = None
    if epochs is not None and 1 <= lowest < epochs:
        fewer = change(case, "epochs", lowest, _FEWER_EPOCHS, epochs=lowest)
    decay, strength = number(case.settings.get("weight_decay")), number(case.settings.get("C"))
    return keep(
        fewer,
        change(case, "early_stopping", True, _STOP_EARLY) if not case.settings.get("early_stopping") else None,
        change(case, "weight_decay", 0.1, _MORE_DECAY) if decay is not None and decay < 0.1 else None,
        change(case, "attention_probs_dropout", 0.1, _DROPOUT)
        if case.settings.get("attention_probs_dropout") == 0
        else None,
        change(case, "C", strength / 10, _LOWER_C) if strength is not None else None,
        advise(_MORE_DATA),
    )


def spurring(case: DiagnosisCase) -> tuple[Fix, ...]:
    """Return fixes against underfitting, the most promising first."""
    epochs, rate = number(case.settings.get("epochs")), number(case.settings.get("learning_rate"))
    strength = number(case.settings.get("C"))
    return keep(
        change(case, "epochs", round(2 * epochs), _MORE_EPOCHS) if epochs is not None else None,
        change(case, "learning_rate", float(f"{2 * rate:.3g}"), _HIGHER_RATE) if rate is not None else None,
        change(case, "C", strength * 10, _HIGHER_C) if strength is not None else None,
        case.stronger,
    )


def loss_of(measured: EpochMetrics) -> float | None:
    """Return the validation loss; None if it was not measured."""
    return number(measured.metrics.get("loss"))


def epoch_ends(history: tuple[EpochMetrics, ...]) -> list[EpochMetrics]:
    """Return what was measured at whole epochs: quarters of the schedule lie between them."""
    return [measured for measured in history if measured.epoch >= 1 and float(measured.epoch).is_integer()]
