"""The table of rules, and those of numbers alone."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from catalog.contract.diagnosis import Diagnosis, Evidence
from catalog.statement import Statement
from plugins.diagnosis import merit, space
from plugins.diagnosis.case import Case
from plugins.diagnosis.remedies import advise
from plugins.nlp.text_regression.records import length_details
from plugins.nlp.texts.diagnosis import failures, fitting, lengths, tuning
from plugins.nlp.texts.diagnosis.duplicates import duplicates
from plugins.regression.diagnosis import narrow_intervals
from plugins.regression.evaluation import METRICS
from plugins.regression.records import regression_details

__all__ = ["RULES", "diagnose"]

Rule = Callable[[Case], Iterator[Diagnosis]]

_GUESSING = 0.9
"""Loss on standardised targets above which nearly nothing was learned; always answering the mean has 1."""
_BIAS = 0.5
"""Share of the error of a group of truths that is bias, from which the ends of the scale are drawn to the middle."""
_GRAVITY = MappingProxyType({"problem": 0, "warning": 1, "note": 2})


def over_fitting(case: Case) -> Iterator[Diagnosis]:
    """The training loss fell while the validation loss rose."""
    yield from fitting.diverging_losses(case, fitting.epoch_ends(case.best.history if case.best is not None else ()))


def under_fitting(case: Case) -> Iterator[Diagnosis]:
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


def drawn_to_the_middle(case: Case) -> Iterator[Diagnosis]:
    """The largest truths are predicted too low and the smallest too high, by much of their error."""
    groups = regression_details(case.judged).truth_groups if case.judged is not None else ()
    if len(groups) < 2:
        return
    low, high = groups[0], groups[-1]
    if low.bias < _BIAS * low.error or -high.bias < _BIAS * high.error:
        return
    yield Diagnosis(
        rule="drawn_to_the_middle",
        severity="note",
        title=Statement("Small numbers are predicted too high, and large ones too low"),
        evidence=Statement(
            "Truths up to {low:number} are predicted {over:number} too high on average, those from {high:number} "
            "{under:number} too low.",
            {"low": low.high, "over": low.bias, "high": high.low, "under": -high.bias},
        ),
        remedies=(advise("Add training texts with numbers at both ends."), case.stronger),
    )


def truncated(case: Case) -> Iterator[Diagnosis]:
    """A considerable share of the texts is longer than what the model sees."""
    judged = case.judged
    yield from lengths.truncated(case, length_details(judged).lengths if judged is not None else ())


RULES: tuple[Rule, ...] = (
    failures.diverged,
    failures.out_of_memory,
    failures.failed_trials,
    merit.not_better_than_baseline,
    over_fitting,
    under_fitting,
    narrow_intervals,
    truncated,
    space.edge_of_space,
    tuning.long_warmup,
    merit.too_few_rows,
    duplicates,
    drawn_to_the_middle,
)
"""Of equally grave findings the one named first here comes first."""


def diagnose(evidence: Evidence) -> tuple[Diagnosis, ...]:
    """Apply every rule; the gravest finding first.

    Args:
        evidence: The records of one study.
    """
    stronger = advise("Take a larger model, or one that was pretrained on texts like these.")
    case = Case(evidence, METRICS, stronger)
    found = [diagnosis for rule in RULES for diagnosis in rule(case)]
    return tuple(sorted(found, key=lambda diagnosis: _GRAVITY[diagnosis.severity]))
