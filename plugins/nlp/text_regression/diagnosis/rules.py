"""The table of rules, and those of numbers alone."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from catalog.contract.diagnosis import Diagnosis, DiagnosisInput
from catalog.statement import Statement
from plugins.diagnosis import cost_benefit, rows, space
from plugins.diagnosis.case import DiagnosisCase
from plugins.diagnosis.fixes import advise
from plugins.nlp.text_regression.records import length_details
from plugins.nlp.texts.diagnosis import failures, fitting, lengths, tuning
from plugins.nlp.texts.diagnosis.duplicates import duplicates
from plugins.regression.diagnosis import (
    biased_predictions,
    drawn_to_the_middle,
    error_gap,
    far_errors,
    narrow_intervals,
)
from plugins.regression.evaluation import METRICS

__all__ = ["RULES", "diagnose"]

Rule = Callable[[DiagnosisCase], Iterator[Diagnosis]]

_GUESSING = 0.9
"""Loss on standardised targets above which almost nothing was learned; always answering the mean has 1."""
_GRAVITY = MappingProxyType({"problem": 0, "warning": 1, "note": 2})


def over_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """The training loss fell while the validation loss rose, or ended far below it."""
    ends = fitting.epoch_ends(case.best.history if case.best is not None else ())
    found = list(fitting.diverging_losses(case, ends))
    yield from found or error_gap(case, fitting.calming(case, ends)[:-1])


def under_fitting(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """A loss near that of always answering the mean, or one that was still falling when training ended."""
    ends = fitting.epoch_ends(case.best.history) if case.best is not None else []
    if not ends:
        return
    loss = ends[-1].train_loss
    if loss < _GUESSING:
        yield from fitting.still_falling(case, ends, loss)
        return
    yield Diagnosis(
        rule="under_fitting",
        severity="problem",
        title=Statement("The model has hardly learned anything (under-fitting)"),
        evidence=Statement(
            "The training loss of trial {trial:count} ends at {loss:number}; always answering the mean has 1.",
            {"trial": case.evidence.best or 0, "loss": loss},
        ),
        remedies=fitting.spurring(case),
    )


def truncated(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """A considerable share of the texts is longer than the part that the model sees."""
    judged = case.judged
    yield from lengths.truncated(case, length_details(judged).lengths if judged is not None else ())


RULES: tuple[Rule, ...] = (
    failures.diverged,
    failures.out_of_memory,
    failures.failed_trials,
    cost_benefit.not_better_than_baseline,
    over_fitting,
    under_fitting,
    narrow_intervals,
    truncated,
    space.edge_of_space,
    tuning.long_warmup,
    cost_benefit.too_few_rows,
    biased_predictions,
    rows.few_rows,
    duplicates,
    far_errors,
    drawn_to_the_middle,
)
"""Of equally severe findings the one listed first here comes first."""


def diagnose(evidence: DiagnosisInput) -> tuple[Diagnosis, ...]:
    """Apply every rule; the most severe finding first.

    Args:
        evidence: The records of one study.
    """
    stronger = advise("Take a larger model, or one that was pretrained on texts like these.")
    case = DiagnosisCase(evidence, METRICS, stronger)
    found = [diagnosis for rule in RULES for diagnosis in rule(case)]
    return tuple(sorted(found, key=lambda diagnosis: _GRAVITY[diagnosis.severity]))
