"""The table of rules, and the way through it."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from catalog.contract.diagnosis import Diagnosis, Evidence
from plugins.nlp.text_classification.diagnosis import (
    classes,
    confidence,
    data,
    failures,
    fitting,
    lengths,
    merit,
    tuning,
)
from plugins.nlp.text_classification.diagnosis.case import Case

__all__ = ["RULES", "diagnose"]

Rule = Callable[[Case], Iterator[Diagnosis]]

RULES: tuple[Rule, ...] = (
    failures.diverged,
    failures.out_of_memory,
    failures.failed_trials,
    merit.not_better_than_baseline,
    fitting.over_fitting,
    fitting.under_fitting,
    classes.biased,
    lengths.weak_on_short_texts,
    lengths.truncated,
    confidence.badly_calibrated,
    tuning.edge_of_space,
    tuning.long_warmup,
    merit.too_few_rows,
    data.unjudged,
    data.duplicates,
    classes.unbalanced,
)
"""Of equally grave findings the one named first here comes first."""

_GRAVITY = MappingProxyType({"problem": 0, "warning": 1, "note": 2})


def diagnose(evidence: Evidence) -> tuple[Diagnosis, ...]:
    """Apply every rule; the gravest finding first.

    Args:
        evidence: The records of one study.
    """
    case = Case(evidence)
    found = [diagnosis for rule in RULES for diagnosis in rule(case)]
    return tuple(sorted(found, key=lambda diagnosis: _GRAVITY[diagnosis.severity]))
