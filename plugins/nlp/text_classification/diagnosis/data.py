"""What is wrong with the data before any training."""

from collections.abc import Iterator

from catalog.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.nlp.text_classification.diagnosis.case import Case
from plugins.nlp.text_classification.diagnosis.remedies import advise

__all__ = ["duplicates"]

_SHARE = 0.001
"""Share of a split's rows: fewer cannot change a score by more than the tenth of a point that is shown of it."""
_GRAVE_SHARE = 0.01


def duplicates(case: Case) -> Iterator[Diagnosis]:
    """Texts of validation or test that also stand in train, and so are no test."""
    data = case.evidence.data
    shares = {split: count / data.rows[split] for split, count in data.duplicates.items() if data.rows.get(split)}
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
                "validation": data.duplicates.get("validation", 0),
                "test": data.duplicates.get("test", 0),
                "share": shares[worst],
                "worst": worst,
            },
        ),
        remedies=(advise("Remove these rows from validation and test: a model that remembers them looks better."),),
    )
