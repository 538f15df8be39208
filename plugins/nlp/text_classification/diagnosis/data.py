"""What is wrong with the data before any training."""

from collections.abc import Iterator

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.classification.records import class_data
from plugins.diagnosis.case import Case
from plugins.diagnosis.remedies import advise
from plugins.nlp.texts.records import text_facts

__all__ = ["duplicates", "unjudged"]

_SHARE = 0.001
"""Share of a split's rows: fewer cannot change a score by more than the tenth of a point that is shown of it."""
_GRAVE_SHARE = 0.01


def duplicates(case: Case) -> Iterator[Diagnosis]:
    """Texts of validation or test that also stand in train, and so are no test."""
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


def unjudged(case: Case) -> Iterator[Diagnosis]:
    """Classes that have no row in validation or in test, of which nothing is known."""
    data = class_data(case.evidence.data)
    absent = {
        split: [name for name, rows in zip(data.labels, data.label_rows.get(split, ()), strict=False) if not rows]
        for split in ("validation", "test")
    }
    if not any(absent.values()):
        return
    named = list(dict.fromkeys([*absent["validation"], *absent["test"]]))
    yield Diagnosis(
        rule="unjudged_classes",
        severity="warning",
        title=Statement("Some classes have no rows that the model is judged on"),
        evidence=Statement(
            "{validation:count} of {classes:count} classes have no row in validation and {test:count} have none in "
            "test ({names}): nothing is known of them, and averages leave them out.",
            {
                "validation": len(absent["validation"]),
                "test": len(absent["test"]),
                "classes": len(data.labels),
                "names": ", ".join(named[:5]) + (" …" if len(named) > 5 else ""),
            },
        ),
        remedies=(
            advise(
                "Add rows of these classes, or merge them into others: one row is learned from or judged, not both."
            ),
        ),
    )
