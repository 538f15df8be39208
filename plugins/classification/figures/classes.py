"""Confusion matrix and scores of each class."""

from collections.abc import Sequence
from typing import Final

from catalog.contract import Evaluation
from catalog.figures import Axis, Column, Empty, Figure, Matrix, Table
from catalog.statement import Statement
from plugins.classification.records import class_details
from plugins.insights import NOT_RECORDED

__all__ = ["MOST", "ScoreRow", "class_scores", "confusion", "score_table", "worst"]

ScoreRow = tuple[str, int, int, float | None, float | None, float | None]
"""Name, how many there are, how many were predicted, precision, recall and F1; None if the divisor is 0."""

_READABLE = 20
"""The most classes for which a matrix is readable."""
MOST: Final = 100
"""The most scores that are listed."""
_GROUP = Statement("Confusion")
_CONFUSION, _SCORES = Statement("Confusion matrix"), Statement("Scores of each class")


def confusion(evaluation: Evaluation, labels: Sequence[str]) -> Figure:
    """Draw which class is predicted for which; of many classes those with the most errors."""
    counts = class_details(evaluation).confusion
    if not counts:
        return Empty("confusion", _CONFUSION, NOT_RECORDED, group=_GROUP)
    shown = worst(counts, len(counts))
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


def worst(counts: Sequence[Sequence[int]], classes: int) -> list[int]:
    """Return the classes to show, in the order of their ids: of many those with the most errors.

    Args:
        counts: ``counts[i][j]``: how many of class i were predicted as class j.
        classes: How many there are; what follows them in `counts` is not a class.
    """
    if classes <= _READABLE:
        return list(range(classes))
    predicted = [sum(column) for column in zip(*counts, strict=True)]
    errors = [sum(row) + predicted[at] - 2 * row[at] for at, row in enumerate(counts[:classes])]
    return sorted(sorted(range(classes), key=lambda at: -errors[at])[:_READABLE])


def class_scores(evaluation: Evaluation) -> Figure:
    """List precision, recall and F1 of each class; of very many the weakest."""
    rows = [
        (
            one.label,
            one.rows,
            one.predicted,
            one.precision if one.predicted else None,
            one.recall if one.rows else None,
            one.f1 if one.rows else None,
        )
        for one in class_details(evaluation).classes
    ]
    columns = Statement("Class"), Statement("Rows")
    cut = Statement("The {shown:count} weakest of {all:count} classes", {"shown": MOST, "all": len(rows)})
    return score_table("classes", _SCORES, columns, rows, cut, group=_GROUP)


def score_table(
    key: str,
    title: Statement,
    columns: tuple[Statement, Statement],
    rows: Sequence[ScoreRow],
    cut: Statement,
    *,
    group: Statement,
) -> Figure:
    """List scores; of very many the weakest.

    Args:
        key: Of the figure.
        title: Of the figure.
        columns: Headings of the names, and of how many there are.
        rows: To be listed.
        cut: The message if there are more than `MOST`.
        group: Of the figure.
    """
    if not rows:
        return Empty(key, title, NOT_RECORDED, group=group)
    shown = rows if len(rows) <= MOST else sorted(rows, key=lambda row: row[-1] or 0.0)[:MOST]
    headings = (
        Column(columns[0]),
        Column(columns[1], "count"),
        Column(Statement("Predicted"), "count"),
        Column(Statement("Precision"), "percent"),
        Column(Statement("Recall"), "percent"),
        Column(Statement("F1"), "percent"),
    )
    return Table(key, title, headings, tuple(shown), caption=(cut,) if len(shown) < len(rows) else (), group=group)
