"""Lines about the classes of a data set."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract import Fact
from catalog.statement import Statement
from plugins.classification.records import class_data

__all__ = ["class_facts"]

_SHOWN = 20


def class_facts(data: Mapping[str, Any]) -> Iterator[Fact]:
    """Yield the classes with their training rows, and the positive class.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    known = class_data(data)
    if not known.labels:
        return
    rows = known.label_rows.get("train", ())
    shown = [
        f"{label} {count:,}" for label, count in zip(known.labels[:_SHOWN], rows[:_SHOWN], strict=False)
    ] or known.labels[:_SHOWN]
    more = f" and {len(known.labels) - _SHOWN:,} more" if len(known.labels) > _SHOWN else ""
    yield Fact(Statement("classes"), Statement("{classes}", {"classes": ", ".join(shown) + more}))
    if len(known.labels) == 2:
        positive = known.labels[known.positive_id]
        yield Fact(
            Statement("positive class"),
            Statement("{label}: precision, recall, F1 and ROC AUC are of it", {"label": positive}),
        )
