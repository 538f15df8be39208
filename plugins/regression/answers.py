"""How predictions of numbers are shown to people, whatever they are numbers of: ``value``, ``low`` and ``high``."""

from collections.abc import Mapping
from typing import Any, Final

from catalog.contract import Prediction
from catalog.figures import Axis, Figure, Interval, Intervals
from catalog.statement import Statement
from plugins.regression.conformal import LEVEL

__all__ = ["cells", "columns_of_predictions", "headline", "value_figure"]

_COLUMNS: Final = ("value", "low", "high")


def headline(prediction: Prediction) -> Statement:
    """Return the number, with its interval if it has one."""
    values = {"value": prediction["value"]}
    if prediction["low"] is None:
        return Statement("{value:number}", values)
    ends = {"low": prediction["low"], "high": prediction["high"]}
    return Statement("{value:number} ({low:number} to {high:number})", {**values, **ends})


def columns_of_predictions(data: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ARG001 -- the same for all data
    """Return the number and the ends of its interval."""
    return _COLUMNS


def cells(prediction: Prediction) -> dict[str, str | float | None]:
    """Return the number and the ends of its interval."""
    return {name: prediction[name] for name in _COLUMNS}


def value_figure(prediction: Prediction) -> Figure:
    """Draw the number with its interval."""
    item = Interval(Statement("Prediction"), prediction["value"], prediction["low"], prediction["high"])
    caption = () if prediction["low"] is None else (Statement("With its {level:percent} interval.", {"level": LEVEL}),)
    return Intervals("value", Statement("Prediction"), Axis(Statement("Value")), (item,), caption=caption)
