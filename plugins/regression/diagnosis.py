"""What the records of a study of numbers show to be wrong."""

import math
from collections.abc import Iterator

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.diagnosis.case import Case
from plugins.diagnosis.remedies import advise
from plugins.regression.records import regression_details

__all__ = ["narrow_intervals"]

_STANDARD_ERRORS = 3.0


def narrow_intervals(case: Case) -> Iterator[Diagnosis]:
    """The prediction interval holds fewer truths of test than it promises, beyond chance."""
    found = case.evidence.evaluations.get(("winner", "test"))
    interval = None if found is None else regression_details(found).interval
    if found is None or interval is None or interval.coverage is None:
        return
    rows = 1 / (1 / max(found.rows, 1) + 1 / max(interval.rows, 1))  # chance of test and of validation
    error = math.sqrt(interval.level * (1 - interval.level) / rows)
    if interval.level - interval.coverage < _STANDARD_ERRORS * error:
        return
    yield Diagnosis(
        rule="narrow_intervals",
        severity="warning",
        title=Statement("The prediction intervals are too narrow"),
        evidence=Statement(
            "They are to hold {level:percent} of the truths, and hold {coverage:percent} of the {rows:count} rows of "
            "test.",
            {"level": interval.level, "coverage": interval.coverage, "rows": found.rows},
        ),
        remedies=(
            advise("Make sure that validation rows are like those the model will meet: the interval is fitted there."),
        ),
    )
