"""Scores of each entity type, which types are taken for which, and what kinds of errors there are."""

from collections.abc import Mapping
from typing import Any

from catalog.contract import Evaluation
from catalog.figures import Axis, Bar, Bars, Empty, Figure, Matrix
from catalog.statement import Statement
from plugins.classification.figures.classes import MOST, score_table, worst
from plugins.insights import NOT_RECORDED
from plugins.nlp.token_classification.records import tag_data, token_details

__all__ = ["confusion", "errors", "scores"]

_GROUP = Statement("Entities")
_SCORES, _CONFUSION = Statement("Scores of each type"), Statement("Which types are taken for which")
_ERRORS = Statement("What became of the entities")


def scores(evaluation: Evaluation) -> Figure:
    """List precision, recall and F1 of each type; of very many the weakest."""
    rows = [
        (
            one.label,
            one.entities,
            one.predicted,
            one.precision if one.predicted else None,
            one.recall if one.entities else None,
            one.f1 if one.entities or one.predicted else None,
        )
        for one in token_details(evaluation).entity_scores
    ]
    columns = Statement("Type"), Statement("Entities")
    cut = Statement("The {shown:count} weakest of {all:count} types", {"shown": MOST, "all": len(rows)})
    return score_table("entity-scores", _SCORES, columns, rows, cut, group=_GROUP)


def confusion(evaluation: Evaluation, data: Mapping[str, Any]) -> Figure:
    """Draw which type is predicted for which, with missed and spurious entities; of many types the worst."""
    counts = token_details(evaluation).entity_confusion
    if not counts:
        return Empty("entity-confusion", _CONFUSION, NOT_RECORDED, group=_GROUP)
    names, types = tag_data(data).entity_types, len(counts) - 1
    shown = worst(counts, types)
    labels = tuple(names[at] if at < len(names) else str(at) for at in shown)
    caption = [
        Statement("Rows are true types: count, and share of the row. The diagonal is right."),
        Statement("An entity counts as missed if none was predicted with just its boundaries."),
    ]
    if len(shown) < types:
        caption.append(Statement("Of {types:count} types those with the most errors.", {"types": types}))
    places = [*shown, types]
    return Matrix(
        "entity-confusion",
        _CONFUSION,
        Axis(Statement("True"), "text", categories=(*labels, Statement("no entity"))),
        Axis(Statement("Predicted"), "text", categories=(*labels, Statement("missed"))),
        tuple(tuple(counts[i][j] for j in places) for i in places),
        diagonal=True,
        caption=tuple(caption),
        group=_GROUP,
    )


def errors(evaluation: Evaluation) -> Figure:
    """Draw how many entities are right, and how the others are wrong."""
    details = token_details(evaluation)
    if not details.entity_scores:
        return Empty("entity-errors", _ERRORS, NOT_RECORDED, group=_GROUP)
    found = details.entity_errors
    bars = (
        Bar(Statement("right"), found.right, "right"),
        Bar(Statement("wrong type"), found.wrong_type, "wrong"),
        Bar(Statement("wrong boundaries"), found.wrong_boundaries, "wrong"),
        Bar(Statement("missed"), found.missed, "wrong"),
        Bar(Statement("made up"), found.spurious, "wrong"),
    )
    caption = (
        Statement("The first four are all true entities; made up are predictions where there is no entity at all."),
    )
    axis = Axis(Statement("Entities"), "count", low=0.0)
    return Bars("entity-errors", _ERRORS, axis, bars, caption=caption, group=_GROUP)
