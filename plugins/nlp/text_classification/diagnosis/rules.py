"""The table of rules, and the function that applies them."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from catalog.contract.diagnosis import Diagnosis, DiagnosisInput
from plugins.classification.diagnosis import classes
from plugins.classification.evaluation.metrics import METRICS, metrics_of_data
from plugins.diagnosis import cost_benefit, rows, space
from plugins.diagnosis.case import DiagnosisCase
from plugins.diagnosis.fixes import advise
from plugins.nlp.text_classification.diagnosis import confidence, fitting, lengths
from plugins.nlp.text_classification.records import length_details
from plugins.nlp.texts.diagnosis import failures, tuning
from plugins.nlp.texts.diagnosis.duplicates import duplicates
from plugins.nlp.texts.diagnosis.lengths import truncated

__all__ = ["RULES", "diagnose"]

Rule = Callable[[DiagnosisCase], Iterator[Diagnosis]]


def _truncated(case: DiagnosisCase) -> Iterator[Diagnosis]:
    judged = case.judged
    yield from truncated(case, length_details(judged).lengths if judged is not None else ())


RULES: tuple[Rule, ...] = (
    failures.diverged,
    failures.out_of_memory,
    failures.failed_trials,
    cost_benefit.not_better_than_baseline,
    fitting.over_fitting,
    fitting.under_fitting,
    classes.biased,
    lengths.weak_on_short_texts,
    _truncated,
    confidence.badly_calibrated,
    space.edge_of_space,
    tuning.long_warmup,
    cost_benefit.too_few_rows,
    rows.few_rows,
    classes.unjudged,
    duplicates,
    classes.unbalanced,
)
"""Of equally severe findings the one listed first here comes first."""

_GRAVITY = MappingProxyType({"problem": 0, "warning": 1, "note": 2})


def diagnose(evidence: DiagnosisInput) -> tuple[Diagnosis, ...]:
    """Apply every rule; the most severe finding first.

    Args:
        evidence: The records of one study.
    """
    bound = {one.name: one for one in metrics_of_data(evidence.data)}
    stronger = advise("Take a larger model, or one that was pretrained on texts like these.")
    case = DiagnosisCase(evidence, {**METRICS, **bound}, stronger)
    found = [diagnosis for rule in RULES for diagnosis in rule(case)]
    return tuple(sorted(found, key=lambda diagnosis: _GRAVITY[diagnosis.severity]))
