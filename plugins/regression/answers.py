"""How predictions of numbers are shown to people, whatever they are numbers of: ``value``, ``low`` and ``high``."""

from typing import Final

from catalog.contract import Prediction
from catalog.figures import Axis, Figure, Interval, Intervals
from catalog.statement import Statement
from plugins.regression.conformal import LEVEL

__all__ = ["COLUMNS", "cells", "headline", "value_figure"]

COLUMNS: Final = ("value", "low", "high")
"""Names of the cells of every prediction."""


def headline(prediction: Prediction) -> Statement:
    """Return the number, with its interval if it has one."""
    values = {"value": prediction["value"]}
    if prediction["low"] is None:
        return Statement("{value:number}", values)
    ends = {"low": prediction["low"], "high": prediction["high"]}
    return Statement("{value:number} ({low:number} to {high:number})", {**values, **ends})


def cells(prediction: Prediction) -> dict[str, str | float | None]:
    """Return the number and the ends of its interval."""
    return {name: prediction[name] for name in COLUMNS}


def value_figure(prediction: Prediction) -> Figure:
    """Draw the number with its interval."""
    item = Interval(Statement("Prediction"), prediction["value"], prediction["low"], prediction["high"])
    caption = () if prediction["low"] is None else (Statement("With its {level:percent} interval.", {"level": LEVEL}),)
    return Intervals("value", Statement("Prediction"), Axis(Statement("Value")), (item,), caption=caption)
