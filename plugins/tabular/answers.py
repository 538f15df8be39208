"""How explained predictions of rows are shown to people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.contract import Prediction
from catalog.contract.capabilities import InputField
from catalog.figures import Axis, Bar, Bars, Figure
from catalog.statement import Statement
from plugins.data.numbers import NumberFormat
from plugins.tabular.records import feature_table

__all__ = ["contributions", "input_fields", "reasons"]

_SHOWN = 15
_STRONGEST = 5


def input_fields(data: Mapping[str, Any]) -> tuple[InputField, ...]:
    """Return one field for each feature.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    kinds = {"number": "number", "flag": "choice"}
    return tuple(
        InputField(
            one.name,
            "choice" if one.choices else kinds.get(one.kind, "line"),
            tuple(one.choices),
            example=one.middle,
            read=(one.written or NumberFormat()).read_cell if one.kind == "number" else None,
        )
        for one in feature_table(data).feature_facts
    )


def reasons(explanation: Prediction) -> Iterator[Statement]:
    """Yield the features that speak most for and against an answer, and the cells that could not be used."""
    found: Sequence[Mapping[str, Any]] = explanation.get("features", ())
    for sign in (1, -1):
        strongest = [one for one in found if sign * one["weight"] > 0][:_STRONGEST]
        if strongest:
            shown = ", ".join(f"{_named(one)} {one['weight']:+.3g}" for one in strongest)
            yield Statement(
                "for it: {features}  ({method})" if sign > 0 else "against it: {features}  ({method})",
                {"features": shown, "method": explanation["method"]},
            )
    for note in explanation.get("notes", ()):
        yield Statement("{note}", {"note": note})


def contributions(prediction: Prediction, towards: Statement) -> Iterator[Figure]:
    """Yield what each feature adds to an answer, if it is explained.

    Args:
        prediction: Of a row.
        towards: What the right side stands for.
    """
    found: Sequence[Mapping[str, Any]] = prediction.get("features", ())
    if not found:
        return
    bars = tuple(
        Bar(_named(one), one["weight"], "positive" if one["weight"] >= 0 else "negative") for one in found[:_SHOWN]
    )
    caption = [towards, Statement("By {method}.", {"method": prediction["method"]})]
    if len(found) > _SHOWN:
        counts = {"features": len(found), "shown": _SHOWN}
        caption.append(Statement("Of {features:count} features the {shown:count} strongest.", counts))
    yield Bars(
        "contributions",
        Statement("What each feature adds"),
        Axis(Statement("Contribution")),
        bars,
        caption=tuple(caption),
    )


def _named(one: Mapping[str, Any]) -> str:
    value = one["value"]
    flags = {True: "yes", False: "no", None: "nothing"}
    shown = (
        flags[value]
        if value is None or isinstance(value, bool)
        else f"{value:.6g}"
        if isinstance(value, float)
        else value
    )
    return f"{one['feature']} = {shown}"
