"""The columns of a data set that a model sees, as a table; and lines about them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.contract import Fact
from catalog.figures import Column, Empty, Figure, Table
from catalog.statement import Statement
from plugins.tabular.records import FeatureFacts, feature_table

__all__ = ["feature_facts_line", "features_figure"]

_TITLE = Statement("Features")
_KINDS = {
    "number": Statement("number"),
    "category": Statement("category"),
    "date": Statement("date"),
    "flag": Statement("yes or no"),
}
_SHOWN = 200
_LISTED = 12
"""Columns whose kind a line names."""


def features_figure(data: Mapping[str, Any]) -> Figure:
    """List each feature with its kind, the share of missing cells, its range and some values; then what is left out.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    table = feature_table(data)
    if not table.feature_facts:
        return Empty("features", _TITLE, Statement("The columns are known once the data are read."))
    columns = (
        Column(Statement("Column")),
        Column(Statement("Kind")),
        Column(Statement("Missing"), "percent"),
        Column(Statement("From")),
        Column(Statement("To")),
        Column(Statement("Values"), "count"),
        Column(Statement("Such as")),
    )
    shown = [_row(one) for one in table.feature_facts]
    left_out = table.left_out or {}
    shown += [
        (name, Statement("left out"), None, None, None, None, why or "by the spec") for name, why in left_out.items()
    ]
    caption: tuple[Statement, ...] = (Statement("Of the training rows."),)
    if len(shown) > _SHOWN:
        counts = {"columns": len(shown), "shown": _SHOWN}
        caption = (*caption, Statement("Of {columns:count} columns the first {shown:count}.", counts))
    return Table("features", _TITLE, columns, tuple(shown[:_SHOWN]), caption=caption)


def feature_facts_line(data: Mapping[str, Any]) -> Iterator[Fact]:
    """Yield how many features there are of each kind, the kind of each, and in how many columns cells are missing."""
    table = feature_table(data)
    if not table.feature_facts:
        return
    counts = Counter(one.kind for one in table.feature_facts)
    values = {"all": len(table.feature_facts), **{kind: counts[kind] for kind in _KINDS}}
    yield Fact(
        Statement("features"),
        Statement(
            "{all:count}: {number:count} of numbers, {category:count} of categories, {date:count} of dates, "
            "{flag:count} of yes and no",
            values,
        ),
    )
    yield Fact(Statement("kinds"), _kinds(table.feature_facts))
    if missing := [one for one in table.feature_facts if one.missing]:
        most = max(missing, key=lambda one: one.missing)
        yield Fact(
            Statement("missing cells"),
            Statement(
                "in {columns:count} columns, most in {name} ({share:percent})",
                {"columns": len(missing), "name": most.name, "share": most.missing},
            ),
        )


def _kinds(facts: Sequence[FeatureFacts]) -> Statement:
    """Return the kind of each feature; of many, of the first ones, with how many there are more."""
    shown = facts[:_LISTED]
    listed = Statement("{name} ({kind})", {"name": shown[-1].name, "kind": _kind(shown[-1])})
    for one in reversed(shown[:-1]):
        listed = Statement("{name} ({kind}), {others}", {"name": one.name, "kind": _kind(one), "others": listed})
    if len(facts) <= _LISTED:
        return listed
    return Statement("{listed} and {more:count} more", {"listed": listed, "more": len(facts) - _LISTED})


def _kind(one: FeatureFacts) -> Statement | str:
    return _KINDS.get(one.kind, one.kind)


def _row(one: FeatureFacts) -> tuple[Any, ...]:
    return one.name, _kind(one), one.missing, one.low, one.high, one.categories, ", ".join(one.examples)
