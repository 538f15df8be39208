"""What a look at the training texts shows before a study, in the words of a forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalog.contract import DataSummary, Fact
from catalog.figures import Column, Figure, Table
from catalog.statement import Statement
from plugins.details import details_json
from plugins.nlp.text_classification.forecasting.label_noise import Suspicion
from plugins.nlp.texts.lengths import length_quantiles
from plugins.nlp.text_classification.records import LengthForecast, text_facts

__all__ = ["Findings"]

_QUANTILES = ("5", "25", "50", "75", "95", "100")
_SUSPECTS_SHOWN = 5
_UNITS = {"tokens": Statement("tokens"), "words": Statement("words"), "characters": Statement("characters")}


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What was found in the training texts.

    Attributes:
        uncut: How long each text is before it is cut, int, shape (rows,).
        unit: What lengths count: ``"tokens"``, ``"words"`` or ``"characters"``.
        repeated: Texts that occur more than once.
        suspicion: About the labels.
        lengths: At several maximum lengths; empty if the model has none.
        max_length: The one that is configured; None if the model has none.
    """

    uncut: np.ndarray
    unit: str
    repeated: int
    suspicion: Suspicion
    lengths: Sequence[LengthForecast] = ()
    max_length: int | None = None

    def details(self, data: DataSummary) -> Mapping[str, Any]:
        """Return them as JSON details of a forecast."""
        return {
            "length_unit": self.unit,
            "length_quantiles": dict(zip(_QUANTILES, length_quantiles(self.uncut), strict=True)),
            "lengths": [details_json(one) for one in self.lengths],
            "duplicates": {"train": self.repeated, **text_facts(data).duplicates},
            "suspected": self.suspicion.suspected,
            "suspects": [details_json(one) for one in self.suspicion.suspects],
        }

    def facts(self) -> tuple[Fact, ...]:
        """Return them as lines."""
        names = ("low", "quarter", "half", "most", "nearly", "all")
        lengths = Statement(
            "5 % up to {low:count}, 25 % up to {quarter:count}, half up to {half:count}, 75 % up to {most:count}, "
            "95 % up to {nearly:count}, all up to {all:count}",
            dict(zip(names, length_quantiles(self.uncut), strict=True)),
        )
        repeated = Statement("{count:count} texts occur in train more than once", {"count": self.repeated})
        suspects = Statement(
            "{count:count} labels are probably wrong, or their texts unusual", {"count": self.suspicion.suspected}
        )
        cut = next((one for one in self.lengths if one.max_length == self.max_length), None)
        shortened = () if cut is None else (Fact(Statement("cut"), _cut(cut)),)
        return (
            Fact(_UNITS[self.unit], lengths),
            *shortened,
            Fact(Statement("repeated"), repeated),
            Fact(Statement("suspects"), suspects),
        )

    def figures(self) -> tuple[Figure, ...]:
        """Return the suspects, and what each maximum length cuts and costs."""
        found: list[Figure] = []
        if self.suspicion.suspects:
            columns = (
                Column(Statement("Row"), "count"),
                Column(Statement("Label")),
                Column(Statement("Rather")),
                Column(Statement("Text")),
            )
            rows = tuple(
                (one.row, one.label, one.suggested, one.text) for one in self.suspicion.suspects[:_SUSPECTS_SHOWN]
            )
            found.append(Table("suspects", Statement("Labels that are probably wrong"), columns, rows))
        if self.lengths:
            costs = (
                Column("max_seq_length", "count"),
                Column(Statement("Texts cut"), "percent"),
                Column(Statement("Time per epoch (estimate)"), "seconds"),
            )
            cut = tuple((one.max_length, one.truncated, one.seconds_per_epoch) for one in self.lengths)
            found.append(Table("lengths", Statement("What a maximum length cuts and costs"), costs, cut))
        return tuple(found)


def _cut(length: LengthForecast) -> Statement:
    values = {"share": length.truncated, "tokens": length.max_length}
    return Statement("{share:percent} of texts are cut at {tokens:count}", values)
