"""Classes that are favoured, rare, or cannot be evaluated."""

import math
from collections.abc import Iterator, Mapping, Sequence

from catalog.contract.diagnosis import Diagnosis
from catalog.statement import Statement
from plugins.classification.records import class_data, class_details
from plugins.diagnosis.case import DiagnosisCase
from plugins.diagnosis.fixes import advise, change, keep, metric

__all__ = ["biased", "unbalanced", "unjudged"]

_STANDARD_ERRORS = 3.0
"""Beyond chance, also for the worst of some forty classes."""
_BIAS = 0.02
"""Share of all rows by which a class is predicted too often: less is beyond chance on large data, but harmless."""
_GRAVE_BIAS = 0.10
_RATIO = 3.0
"""Rows of the largest class over those of the smallest from which weights begin to matter."""
_GRAVE_RATIO = 10.0
"""Above this, always answering the larger of two classes has an accuracy above 90 %."""
_ALL_CLASSES_ALIKE = frozenset({"macro_f1", "balanced_accuracy", "macro_recall", "macro_precision"})
"""Metrics in which a rare class counts as much as any other."""


def biased(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """One class is predicted more often than it occurs: more rows are wrongly predicted as it than are missed of it."""
    judged = case.judged
    confusion = class_details(judged).confusion if judged is not None else ()
    if judged is None or not confusion or judged.rows <= 0:
        return
    worst = max(range(len(confusion)), key=lambda index: _excess(confusion, index)[0])
    excess, error = _excess(confusion, worst)
    if excess <= _STANDARD_ERRORS * error or excess < _BIAS * judged.rows:
        return
    labels = class_data(case.evidence.data).labels
    predicted = sum(row[worst] for row in confusion)
    actual = sum(confusion[worst])
    yield Diagnosis(
        rule="biased_towards_class",
        severity="problem" if excess >= _GRAVE_BIAS * judged.rows else "warning",
        title=Statement(
            "The model favours the class {label}", {"label": labels[worst] if worst < len(labels) else str(worst)}
        ),
        evidence=Statement(
            "It predicts it for {predicted:percent} of the {rows:count} rows of {split}, where {actual:percent} are of "
            "it; chance would account for {chance:points} points.",
            {
                "predicted": predicted / judged.rows,
                "actual": actual / judged.rows,
                "rows": judged.rows,
                "split": judged.split,
                "chance": _STANDARD_ERRORS * error / judged.rows,
            },
        ),
        remedies=keep(
            change(case, "class_weights", "balanced", "Let all classes count alike in the loss.")
            if _ratio(_counts(case)) > 1.2  # below that the weights would all be nearly 1
            else None,
            change(case, "class_weights", None, "Leave the weights out: they may correct too much.")
            if case.settings.get("class_weights") is not None
            else None,
            metric(case, "macro_f1", "Tune for a metric in which all classes count alike."),
            advise("Add training examples of the classes that are missed, and check how these are labelled."),
        ),
    )


def unbalanced(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """A class that is several times as rare as another in the training split, without a countermeasure."""
    counts = _counts(case)
    ratio = _ratio(counts)
    handled = case.settings.get("class_weights") is not None or case.evidence.metric in _ALL_CLASSES_ALIKE
    if ratio < _RATIO or handled:
        return
    large, small = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    yield Diagnosis(
        rule="unbalanced_classes",
        severity="warning" if ratio >= _GRAVE_RATIO else "note",
        title=Statement("The classes are unbalanced"),
        evidence=Statement(
            "The training split has {most:count} rows of {large} and {fewest:count} of {small}; a model that always "
            "answers {large} is right on {share:percent} of them.",
            {
                "large": large,
                "small": small,
                "most": counts[large],
                "fewest": counts[small],
                "share": counts[large] / sum(counts.values()),
            },
        ),
        remedies=keep(
            change(case, "class_weights", "balanced", "Let all classes count alike in the loss."),
            metric(case, "macro_f1", "Tune for a metric in which all classes count alike."),
            advise("Add training examples of {small}.", small=small),
        ),
    )


def unjudged(case: DiagnosisCase) -> Iterator[Diagnosis]:
    """Classes without a row in validation or in test, whose quality is not known."""
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


def _excess(confusion: Sequence[Sequence[int]], index: int) -> tuple[int, float]:
    """Return how many more rows are wrongly predicted as a class than are missed of it, and the standard error.

    If the errors had no direction, each would fall on one of the two sides with equal chance (McNemar, 1947).
    """
    taken = sum(row[index] for row in confusion) - confusion[index][index]
    missed = sum(confusion[index]) - confusion[index][index]
    return taken - missed, math.sqrt(taken + missed)


def _counts(case: DiagnosisCase) -> Mapping[str, int]:
    known = class_data(case.evidence.data)
    return dict(zip(known.labels, known.label_rows.get("train", ()), strict=False))


def _ratio(counts: Mapping[str, int]) -> float:
    """Return rows of the largest class over those of the smallest, 1 if there is nothing to compare."""
    if len(counts) < 2:
        return 1.0
    return max(counts.values()) / max(min(counts.values()), 1)
