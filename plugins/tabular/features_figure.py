"""The columns of a data set that a model sees, as a table; and lines about them."""

from collections import Counter
from collections.abc import Iterator, Mapping
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
    """Yield how many features there are of each kind, and how many columns are left out."""
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
    if missing := [one for one in table.feature_facts if one.missing]:
        most = max(missing, key=lambda one: one.missing)
        yield Fact(
            Statement("missing cells"),
            Statement(
                "in {columns:count} columns, most in {name} ({share:percent})",
                {"columns": len(missing), "name": most.name, "share": most.missing},
            ),
        )


def _row(one: FeatureFacts) -> tuple[Any, ...]:
    kind = _KINDS.get(one.kind, one.kind)
    return one.name, kind, one.missing, one.low, one.high, one.categories, ", ".join(one.examples)
