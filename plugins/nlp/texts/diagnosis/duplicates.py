"""Texts that are in both the evaluation and the training rows."""

from collections.abc import Iterator

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.diagnosis.case import DiagnosisCase
from plugins.diagnosis.fixes import advise
from plugins.nlp.texts.records import text_facts

__all__ = ["duplicates"]

_SHARE = 0.001
"""Share of a split's rows: fewer cannot change a score by more than the tenth of a point to which it is shown."""
_GRAVE_SHARE = 0.01


def duplicates(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Texts of validation or test that also occur in train, so that they test nothing."""
    data, duplicates = case.evidence.data, text_facts(case.evidence.data).duplicates
    shares = {split: count / data.rows[split] for split, count in duplicates.items() if data.rows.get(split)}
    worst = max(shares, key=shares.__getitem__, default=None)
    if worst is None or shares[worst] < _SHARE:
        return
    yield Diagnosis(
        rule="duplicates",
        severity="warning" if shares[worst] >= _GRAVE_SHARE else "note",
        title=Statement("Some texts that the model is judged on were trained on"),
        evidence=Statement(
            "{validation:count} rows of validation and {test:count} of test ({share:percent} of {worst}) have a text "
            "that also stands in train.",
            {
                "validation": duplicates.get("validation", 0),
                "test": duplicates.get("test", 0),
                "share": shares[worst],
                "worst": worst,
            },
        ),
        remedies=(advise("Remove these rows from validation and test: a model that remembers them looks better."),),
    )
