"""Confusion matrix and scores of each class."""

from collections.abc import Sequence

from catalog.contract import Evaluation
from catalog.figures import Axis, Column, Empty, Figure, Matrix, Table
from catalog.statement import Statement
from plugins.classification.records import class_details
from plugins.insights import NOT_RECORDED

__all__ = ["class_scores", "confusion"]

_READABLE = 20
"""Classes that fit a matrix which can still be read."""
_MOST_CLASSES = 100
_GROUP = Statement("Confusion")
_CONFUSION, _SCORES = Statement("Confusion matrix"), Statement("Scores of each class")


def confusion(evaluation: Evaluation, labels: Sequence[str]) -> Figure:
    """Draw which class is taken for which; of many classes those with the most errors."""
    counts = class_details(evaluation).confusion
    if not counts:
        return Empty("confusion", _CONFUSION, NOT_RECORDED, group=_GROUP)
    shown = _worst(counts)
    names = tuple(labels[index] if index < len(labels) else str(index) for index in shown)
    caption = [Statement("Rows are true classes: count, and share of the row. The diagonal is right.")]
    if len(shown) < len(counts):
        caption.append(Statement("Of {classes:count} classes those with the most errors.", {"classes": len(counts)}))
    return Matrix(
        "confusion",
        _CONFUSION,
        Axis(Statement("True"), "text", categories=names),
        Axis(Statement("Predicted"), "text", categories=names),
        tuple(tuple(counts[i][j] for j in shown) for i in shown),
        diagonal=True,
        caption=tuple(caption),
        group=_GROUP,
    )


def _worst(counts: Sequence[Sequence[int]]) -> list[int]:
    """Return the classes to show, in the order of their ids."""
    if len(counts) <= _READABLE:
        return list(range(len(counts)))
    predicted = [sum(column) for column in zip(*counts, strict=True)]
    errors = [sum(row) + predicted[i] - 2 * row[i] for i, row in enumerate(counts)]
    return sorted(sorted(range(len(counts)), key=lambda i: -errors[i])[:_READABLE])


def class_scores(evaluation: Evaluation) -> Figure:
    """List precision, recall and F1 of each class; of very many the weakest."""
    found, caption = class_details(evaluation).classes, tuple[Statement, ...]()
    if not found:
        return Empty("classes", _SCORES, NOT_RECORDED, group=_GROUP)
    if len(found) > _MOST_CLASSES:
        counts = {"shown": _MOST_CLASSES, "all": len(found)}
        caption = (Statement("The {shown:count} weakest of {all:count} classes", counts),)
        found = tuple(sorted(found, key=lambda one: one.f1)[:_MOST_CLASSES])
    columns = (
        Column(Statement("Class")),
        Column(Statement("Rows"), "count"),
        Column(Statement("Predicted"), "count"),
        Column(Statement("Precision"), "percent"),
        Column(Statement("Recall"), "percent"),
        Column(Statement("F1"), "percent"),
    )
    rows = tuple(
        (
            one.label,
            one.rows,
            one.predicted,
            one.precision if one.predicted else None,
            one.recall if one.rows else None,
            one.f1 if one.rows else None,
        )
        for one in found
    )
    return Table("classes", _SCORES, columns, rows, caption=caption, group=_GROUP)
