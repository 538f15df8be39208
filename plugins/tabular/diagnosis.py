"""What the records of a study of tables show to be wrong, and what to change."""

import math
from collections.abc import Callable, Iterator, Mapping

from catalog.contract.diagnosis import Diagnosis, DiagnosisInput, Fix
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.classification.diagnosis import classes
from plugins.classification.diagnosis.fitting import accuracy_gap
from plugins.classification.records import class_data
from plugins.diagnosis import cost_benefit, failures, rows, space
from plugins.diagnosis.case import DiagnosisCase, number
from plugins.diagnosis.fixes import advise, change, keep
from plugins.regression.diagnosis import (
    biased_predictions,
    drawn_to_the_middle,
    error_gap,
    explains_little,
    far_errors,
    narrow_intervals,
)

__all__ = ["CLASS_RULES", "NUMBER_RULES", "diagnose"]

Rule = Callable[[DiagnosisCase], Iterator[Diagnosis]]

_LOSS_RISE = 0.10
"""Share by which the validation loss must end above its lowest; smaller rises come and go."""
_PATIENCE = 50
_GAP = 0.10
"""Training accuracy above validation accuracy: boosted trees that memorise most rows may do well on new ones."""
_GRAVE_GAP = 0.20
_BARELY = 0.95
"""Share of the loss of guessing by class shares above which a model has hardly learned anything."""


def over_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The validation loss of the trial to examine rose while its training loss fell, and all rounds were kept."""
    history = case.best.history if case.best is not None else ()
    if len(history) < 2 or case.settings.get("early_stopping"):
        return
    lowest, last = min(history, key=lambda one: one.metrics.get("loss", math.inf)), history[-1]
    before, after = lowest.metrics.get("loss", 0.0), last.metrics.get("loss", 0.0)
    if before <= 0 or after < (1 + _LOSS_RISE) * before or last.train_loss >= lowest.train_loss:
        return
    rate = number(case.settings.get("learning_rate"))
    yield Diagnosis(
        rule="over_fitting",
        severity="warning",
        title=Statement("The model has learned its training rows by heart in part (over-fitting)"),
        evidence=Statement(
            "From round {lowest:count} to {last:count} of trial {trial:count} the validation loss rose from "
            "{before:number} to {after:number}, while the training loss fell.",
            {
                "lowest": round(lowest.epoch),
                "last": round(last.epoch),
                "trial": case.evidence.best or 0,
                "before": before,
                "after": after,
            },
        ),
        remedies=keep(
            change(
                case, "early_stopping", _PATIENCE, "End when validation no longer improves, and keep the best round."
            ),
            change(case, "learning_rate", rate / 2, "Learn in smaller steps.") if rate is not None else None,
            advise("Add training rows: nothing else narrows the gap as surely."),
        ),
    )


def class_over_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The validation loss rose, or the accuracy on the training rows is far above that on validation rows."""
    found = list(over_fitting(case))
    yield from found
    kept = case.kept
    gap = None if found or kept is None else accuracy_gap(case, kept, _GAP)
    if gap is None:
        return
    yield Diagnosis(
        rule="over_fitting",
        severity="warning" if gap.size >= _GRAVE_GAP else "note",
        title=Statement("The model has learned its training rows by heart in part (over-fitting)"),
        evidence=Statement(
            "Accuracy of trial {trial:count} is {trained:percent} on the rows it was trained on and "
            "{validated:percent} on the {rows:count} validation rows: {gap:points} points apart.",
            {
                "trial": case.evidence.best or 0,
                "trained": gap.trained,
                "validated": gap.validated,
                "rows": case.validation_rows,
                "gap": gap.size,
            },
        ),
        remedies=(*_calming(case), advise("Add training rows: nothing else narrows the gap as surely.")),
    )


def number_over_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The validation loss rose, or the errors on validation rows are far above those on the training rows."""
    found = list(over_fitting(case))
    yield from found or error_gap(case, _calming(case))


def class_under_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The loss on the training rows is near that of always answering the shares of the classes."""
    kept, counts = case.kept, class_data(case.evidence.data).label_rows.get("train", ())
    if kept is None or sum(counts) == 0 or case.settings.get("class_weights") is not None:
        return
    shares = [count / sum(counts) for count in counts if count]
    guessing = -sum(share * math.log(share) for share in shares)
    if guessing <= 0 or kept.train_loss < _BARELY * guessing:
        return
    yield Diagnosis(
        rule="under_fitting",
        severity="problem",
        title=Statement("The model has hardly learned anything (under-fitting)"),
        evidence=Statement(
            "The training loss of trial {trial:count} ends at {loss:number}; guessing by the classes' shares alone has "
            "{guessing:number}.",
            {"trial": case.evidence.best or 0, "loss": kept.train_loss, "guessing": guessing},
        ),
        remedies=(case.stronger,),
    )


def _calming(case: DiagnosisCase) -> tuple[Fix, ...]:
    """Return fixes that make a model fit its training rows less closely."""
    leaves, rows_of_leaf = number(case.settings.get("num_leaves")), number(case.settings.get("min_child_samples"))
    strength, penalty = number(case.settings.get("C")), number(case.settings.get("alpha"))
    return keep(
        change(case, "num_leaves", max(2, round(leaves / 2)), "Grow smaller trees.") if leaves is not None else None,
        change(case, "min_child_samples", round(2 * rows_of_leaf), "Ask for more training rows in each leaf.")
        if rows_of_leaf is not None
        else None,
        change(case, "C", strength / 10, "Penalise large weights more.") if strength is not None else None,
        change(case, "alpha", penalty * 10, "Penalise large weights more.") if penalty is not None else None,
    )


_SHARED: tuple[Rule, ...] = (
    failures.failed_trials,
    cost_benefit.not_better_than_baseline,
    space.edge_of_space,
    cost_benefit.too_few_rows,
    rows.few_rows,
)
CLASS_RULES: tuple[Rule, ...] = (
    *_SHARED,
    class_under_fitting,
    class_over_fitting,
    classes.biased,
    classes.unjudged,
    classes.unbalanced,
)
NUMBER_RULES: tuple[Rule, ...] = (
    *_SHARED,
    explains_little,
    number_over_fitting,
    biased_predictions,
    narrow_intervals,
    drawn_to_the_middle,
    far_errors,
)
"""Of equally severe findings the one listed first comes first."""
_GRAVITY = {"problem": 0, "warning": 1, "note": 2}


def diagnose(evidence: DiagnosisInput, rules: tuple[Rule, ...], metrics: Mapping[str, Metric]) -> tuple[Diagnosis, ...]:
    """Apply every rule; the most severe finding first.

    Args:
        evidence: The records of one study.
        rules: Of the task.
        metrics: Of the task by name, as named for the data.
    """
    stronger = advise("Add columns that say more of the target, or training rows.")
    case = DiagnosisCase(evidence, metrics, stronger)
    found = [diagnosis for rule in rules for diagnosis in rule(case)]
    return tuple(sorted(found, key=lambda diagnosis: _GRAVITY[diagnosis.severity]))
