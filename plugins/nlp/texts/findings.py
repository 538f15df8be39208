"""What the training texts show before a study, as the details and lines of a forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalog.contract import DataSummary, Fact
from catalog.figures import Column, Figure, Table
from catalog.statement import Statement
from plugins.details import details_json
from plugins.nlp.texts.lengths import UNITS, count_repeated, length_quantiles
from plugins.nlp.texts.records import LengthForecast, text_facts

__all__ = ["DataFindings", "find_in_texts"]

_QUANTILES = ("5", "25", "50", "75", "95", "100")


@dataclass(frozen=True, slots=True, eq=False)
class DataFindings:
    """What was found in the training texts.

    Attributes:
        uncut: How long each text is before it is cut, int, shape (rows,).
        unit: What lengths count: ``"tokens"``, ``"words"`` or ``"characters"``.
        repeated: Texts that occur more than once.
        lengths: At several maximum lengths; empty if the model has none.
        max_length: The one that is configured; None if the model has none.
    """

    uncut: np.ndarray
    unit: str
    repeated: int
    lengths: Sequence[LengthForecast] = ()
    max_length: int | None = None

    def details(self, data: DataSummary) -> Mapping[str, Any]:
        """Return them as JSON details of a forecast."""
        return {
            "length_unit": self.unit,
            "length_quantiles": dict(zip(_QUANTILES, length_quantiles(self.uncut), strict=True)),
            "lengths": [details_json(one) for one in self.lengths],
            "duplicates": {"train": self.repeated, **text_facts(data).duplicates},
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
        cut = next((one for one in self.lengths if one.max_length == self.max_length), None)
        shortened = () if cut is None else (Fact(Statement("cut"), _cut(cut)),)
        return (Fact(UNITS[self.unit], lengths), *shortened, Fact(Statement("repeated"), repeated))

    def figures(self) -> tuple[Figure, ...]:
        """Return what each maximum length cuts and costs."""
        if not self.lengths:
            return ()
        costs = (
            Column("max_seq_length", "count"),
            Column(Statement("Texts cut"), "percent"),
            Column(Statement("Time per epoch (estimate)"), "seconds"),
        )
        cut = tuple((one.max_length, one.truncated, one.seconds_per_epoch) for one in self.lengths)
        return (Table("lengths", Statement("What a maximum length cuts and costs"), costs, cut),)


def find_in_texts(
    texts: Sequence[str],
    uncut: np.ndarray,
    unit: str,
    lengths: Sequence[LengthForecast] = (),
    max_length: int | None = None,
) -> DataFindings:
    """Examine training texts; arguments as in `DataFindings`."""
    return DataFindings(uncut, unit, count_repeated(texts), lengths, max_length)


def _cut(length: LengthForecast) -> Statement:
    values = {"share": length.truncated, "tokens": length.max_length}
    return Statement("{share:percent} of texts are cut at {tokens:count}", values)
