"""What the records of a study of tables show to be wrong, and what to change."""

import math
from collections.abc import Callable, Iterator, Mapping

from catalog.contract.diagnosis import Diagnosis, Evidence
from catalog.metric import Metric
from catalog.statement import Statement
from plugins.classification.diagnosis import classes
from plugins.diagnosis import failures, merit, space
from plugins.diagnosis.case import Case, number
from plugins.diagnosis.remedies import advise, change, keep
from plugins.regression.diagnosis import narrow_intervals

__all__ = ["CLASS_RULES", "NUMBER_RULES", "diagnose"]

Rule = Callable[[Case], Iterator[Diagnosis]]

_LOSS_RISE = 0.10
"""Share by which the validation loss must end above its lowest; smaller rises come and go."""
_PATIENCE = 50


def over_fitting(case: Case) -> Iterator[Diagnosis]:
    """The validation loss of the trial to look at rose while its training loss fell, and all rounds were kept."""
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


_SHARED: tuple[Rule, ...] = (
    failures.failed_trials,
    merit.not_better_than_baseline,
    over_fitting,
    space.edge_of_space,
    merit.too_few_rows,
)
CLASS_RULES: tuple[Rule, ...] = (*_SHARED, classes.biased, classes.unbalanced)
NUMBER_RULES: tuple[Rule, ...] = (*_SHARED, narrow_intervals)
"""Of equally grave findings the one named first comes first."""
_GRAVITY = {"problem": 0, "warning": 1, "note": 2}


def diagnose(evidence: Evidence, rules: tuple[Rule, ...], metrics: Mapping[str, Metric]) -> tuple[Diagnosis, ...]:
    """Apply every rule; the gravest finding first.

    Args:
        evidence: The records of one study.
        rules: Of the task.
        metrics: Of the task by name, as named for the data.
    """
    stronger = advise("Add columns that say more of the target, or training rows.")
    case = Case(evidence, metrics, stronger)
    found = [diagnosis for rule in rules for diagnosis in rule(case)]
    return tuple(sorted(found, key=lambda diagnosis: _GRAVITY[diagnosis.severity]))
