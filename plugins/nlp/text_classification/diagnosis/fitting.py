"""Overfitting and underfitting of the training texts."""

import math
from collections.abc import Iterator

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.classification.diagnosis.fitting import accuracy_gap, accuracy_of
from plugins.classification.records import class_data
from plugins.diagnosis.case import DiagnosisCase
from plugins.nlp.texts.diagnosis.fitting import calming, diverging_losses, epoch_ends, spurring, still_falling

__all__ = ["over_fitting", "under_fitting"]

_GAP = 0.08
"""Train accuracy above validation accuracy: an encoder of 94 % that has memorised nearly all of its training texts
ends some 5 points apart, without harm."""
_GRAVE_GAP = 0.15
"""Above this the score on new texts says little about what was learned."""
_BARELY = 0.90
"""Share of the loss of guessing by class shares above which a model has hardly learned anything."""


def over_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Train accuracy far above validation accuracy; if it is unknown, one loss falls while the other rises."""
    history = case.best.history if case.best is not None else ()
    if not history:
        return
    if None in accuracy_of(history[-1]):
        yield from diverging_losses(case, epoch_ends(history))
        return
    gap = accuracy_gap(case, history[-1], _GAP)
    if gap is None:
        return
    yield Diagnosis(
        rule="over_fitting",
        severity="problem" if gap.size >= _GRAVE_GAP else "warning",
        title=Statement("The model has learned its training texts by heart in part (over-fitting)"),
        evidence=Statement(
            "Accuracy at the end of trial {trial:count} is {trained:percent} on the texts it was trained on and "
            "{validated:percent} on the {rows:count} validation texts: {gap:points} points apart.",
            {
                "trial": case.evidence.best or 0,
                "trained": gap.trained,
                "validated": gap.validated,
                "rows": case.validation_rows,
                "gap": gap.size,
            },
        ),
        remedies=calming(case, epoch_ends(history)),
    )


def under_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """A loss near that of guessing, or one that was still falling steeply when training ended."""
    ends = epoch_ends(case.best.history) if case.best is not None else []
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
            remedies=spurring(case),
        )
        return
    yield from still_falling(case, ends, loss)


def _loss_of_guessing(case: DiagnosisCase) -> float | None:
    """Return the cross-entropy (nats) of always answering the classes' shares of the training split."""
    counts = class_data(case.evidence.data).label_rows.get("train", ())
    if not counts or sum(counts) == 0:
        return None
    if case.settings.get("class_weights") is not None:  # then classes count the same, or nearly so
        return math.log(len(counts)) if len(counts) > 1 else None
    shares = [count / sum(counts) for count in counts if count]
    return -sum(share * math.log(share) for share in shares) or None
