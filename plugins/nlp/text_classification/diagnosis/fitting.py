"""Learning too much of the training texts, or too little."""

import math
from collections.abc import Iterator

from catalog.contract import EpochMetrics
from catalog.contract.diagnosis import Diagnosis, Remedy
from catalog.statement import Statement
from plugins.classification.records import class_data
from plugins.diagnosis.case import Case, number
from plugins.diagnosis.remedies import advise, change, keep

__all__ = ["over_fitting", "under_fitting"]

_GAP = 0.08
"""Train accuracy above validation accuracy: an encoder of 94 % that knows nearly all of its training texts by heart
ends some 5 points apart and is none the worse for it."""
_GRAVE_GAP = 0.15
"""From here on the score on new texts says little about what was learned."""
_STANDARD_ERRORS = 2.0
"""The gap must also exceed what so few validation rows show by chance, once in twenty studies."""
_LOSS_RISE = 0.10
"""Share by which the validation loss must end above its lowest; smaller rises come and go between epochs."""
_LOSS_FALL = 0.10
"""Share by which the validation loss fell in the last epoch: a training that has converged falls less."""
_BARELY = 0.90
"""Share of the loss of guessing by class shares alone that is still left when a model has hardly learned a thing."""

_MORE_DATA = "Add training texts: nothing else narrows the gap as surely."
_FEWER_EPOCHS = "End after epoch {epochs:count}, before the validation loss rises."
_STOP_EARLY = "End as soon as the validation loss has stopped falling."
_MORE_DECAY = "Hold the weights smaller."
_DROPOUT = "Drop attention weights in training, as the published models did."
_LOWER_C = "Penalise large weights more."
_MORE_EPOCHS = "Train longer: the loss was still falling."
_HIGHER_RATE = "Learn in larger steps."
_HIGHER_C = "Let the model fit the training texts more closely."


def over_fitting(case: Case) -> Iterator[Diagnosis]:
    """Train accuracy far above validation accuracy; where it is unknown, one loss falls while the other rises."""
    history = case.best.history if case.best is not None else ()
    if not history:
        return
    last = history[-1]
    trained, validated = _accuracy(last)
    if trained is None or validated is None:
        yield from _diverging_losses(case, _epoch_ends(history))
        return
    gap = trained - validated
    error = math.sqrt(max(validated * (1 - validated), 0.0) / max(case.validation_rows, 1))
    if gap < _GAP or gap <= _STANDARD_ERRORS * error:
        return
    yield Diagnosis(
        rule="over_fitting",
        severity="problem" if gap >= _GRAVE_GAP else "warning",
        title=Statement("The model has learned its training texts by heart in part (over-fitting)"),
        evidence=Statement(
            "Accuracy at the end of trial {trial:count} is {trained:percent} on the texts it was trained on and "
            "{validated:percent} on the {rows:count} validation texts: {gap:points} points apart.",
            {
                "trial": case.evidence.best or 0,
                "trained": trained,
                "validated": validated,
                "rows": case.validation_rows,
                "gap": gap,
            },
        ),
        remedies=_calming(case, _epoch_ends(history)),
    )


def under_fitting(case: Case) -> Iterator[Diagnosis]:
    """A loss near that of guessing, or one that was still falling steeply when training ended."""
    ends = _epoch_ends(case.best.history) if case.best is not None else []
    if not ends:
        return
    guessing, loss = _loss_of_guessing(case), ends[-1].train_loss
    if guessing is not None and loss >= _BARELY * guessing:
        yield Diagnosis(
            rule="under_fitting",
            severity="problem",
            title=Statement("The model has hardly learned anything (under-fitting)"),
            evidence=Statement(
                "The training loss of trial {trial:count} ends at {loss:number}; guessing by the classes' shares alone "
                "has {guessing:number}.",
                {"trial": case.evidence.best or 0, "loss": loss, "guessing": guessing},
            ),
            remedies=_spurring(case),
        )
        return
    losses = [_loss(end) for end in ends[-2:]]
    if len(losses) < 2 or losses[0] is None or losses[1] is None or loss < losses[1]:
        return  # a training loss below that on validation: it is past the point where more of it helps much
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
        remedies=_spurring(case),
    )


def _diverging_losses(case: Case, ends: list[EpochMetrics]) -> Iterator[Diagnosis]:
    known = [(end, loss) for end in ends if (loss := _loss(end)) is not None]
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
        remedies=_calming(case, ends),
    )


def _calming(case: Case, ends: list[EpochMetrics]) -> tuple[Remedy, ...]:
    """Return what makes a model learn less by heart, the most promising first."""
    known = [(loss, end.epoch) for end in ends if (loss := _loss(end)) is not None]
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


def _spurring(case: Case) -> tuple[Remedy, ...]:
    """Return what makes a model learn more, the most promising first."""
    epochs, rate = number(case.settings.get("epochs")), number(case.settings.get("learning_rate"))
    strength = number(case.settings.get("C"))
    return keep(
        change(case, "epochs", round(2 * epochs), _MORE_EPOCHS) if epochs is not None else None,
        change(case, "learning_rate", float(f"{2 * rate:.3g}"), _HIGHER_RATE) if rate is not None else None,
        change(case, "C", strength * 10, _HIGHER_C) if strength is not None else None,
        case.stronger,
    )


def _accuracy(measured: EpochMetrics) -> tuple[float | None, float | None]:
    return number(measured.train_metrics.get("accuracy")), number(measured.metrics.get("accuracy"))


def _loss(measured: EpochMetrics) -> float | None:
    return number(measured.metrics.get("loss"))


def _epoch_ends(history: tuple[EpochMetrics, ...]) -> list[EpochMetrics]:
    """Return what was measured at whole epochs: quarters of the schedule lie between them."""
    return [measured for measured in history if measured.epoch >= 1 and float(measured.epoch).is_integer()]


def _loss_of_guessing(case: Case) -> float | None:
    """Return the cross-entropy (nats) of always answering the classes' shares of the training split."""
    counts = class_data(case.evidence.data).label_rows.get("train", ())
    if not counts or sum(counts) == 0:
        return None
    if case.settings.get("class_weights") is not None:  # then classes count alike, or nearly so
        return math.log(len(counts)) if len(counts) > 1 else None
    shares = [count / sum(counts) for count in counts if count]
    return -sum(share * math.log(share) for share in shares) or None
