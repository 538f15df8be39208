"""Classes that cannot be judged."""

from collections.abc import Iterator

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.classification.records import class_data
from plugins.diagnosis.case import Case
from plugins.diagnosis.remedies import advise

__all__ = ["unjudged"]


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
