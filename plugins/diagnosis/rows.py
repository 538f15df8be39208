"""Splits that are small."""

from collections.abc import Iterator
from types import MappingProxyType

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.diagnosis.case import DiagnosisCase
from plugins.diagnosis.fixes import advise

__all__ = ["few_rows"]

_FEWEST = MappingProxyType({"train": 200, "validation": 100, "test": 100})
"""Rows of each split below which it is small: the standard error of an accuracy of 90 % on 100 rows is 3 points."""
_TINY = MappingProxyType({"train": 50, "validation": 30, "test": 30})
"""Rows below which a result says little."""


def few_rows(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """A split has so few rows that little is learned from it, or that scores on it have wide intervals."""
    rows = {split: case.evidence.data.rows.get(split, 0) for split in _FEWEST}
    small = [split for split, count in rows.items() if 0 < count < _FEWEST[split]]
    if not small:
        return
    tiny = any(rows[split] < _TINY[split] for split in small)
    yield Diagnosis(
        rule="few_rows",
        severity="warning" if tiny else "note",
        title=Statement("There are few examples"),
        evidence=Statement(
            "There are {train:count} rows to train on, {validation:count} to choose by and {test:count} to test on: "
            "little is learned from few, and scores on few have wide intervals.",
            dict(rows),
        ),
        remedies=(
            advise("Add examples. If there are none, compare models by their intervals, not by single numbers."),
        ),
    )
