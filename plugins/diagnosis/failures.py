"""Trials that failed."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from catalog.contract.diagnosis import Diagnosis, DiagnosisTrial
from catalog.statement import Statement
from plugins.diagnosis.case import DiagnosisCase
from plugins.diagnosis.fixes import advise

__all__ = ["failed_trials", "severity_of"]


def failed_trials(case: DiagnosisCase, known: Collection[str] = ()) -> Iterator[Diagnosis]:
    """Trials that failed for reasons other than the `known` ones, which have rules of their own."""
    failed = [trial for trial in case.evidence.trials if trial.state == "failed" and trial.failure not in known]
    if not failed:
        return
    kinds = Counter(trial.failure or "error" for trial in failed)
    yield Diagnosis(
        rule="failed_trials",
        severity=severity_of(case, failed),
        title=Statement("Trials failed"),
        evidence=Statement(
            "{failed:count} of {trials:count} trials failed; the most frequent kind is {kind} ({times:count}).",
            {
                "failed": len(failed),
                "trials": len(case.evidence.trials),
                "kind": kinds.most_common(1)[0][0],
                "times": kinds.most_common(1)[0][1],
            },
        ),
        remedies=(advise("See the reasons in the list of trials; values that always fail belong out of the space."),),
    )


def severity_of(case: DiagnosisCase, failed: Sequence[DiagnosisTrial]) -> Literal["problem", "warning"]:
    """Return how grave the failures are: a study that lost half of its trials to them is not usable."""
    return "problem" if 2 * len(failed) >= len(case.evidence.trials) else "warning"
