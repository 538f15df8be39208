"""The definition of a metric: its record, how it is computed, and its name for given data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from catalog.contract import DataSummary
from catalog.metric import Direction, Metric, MetricFormat
from catalog.statement import Statement
from plugins.classification.evaluation.measures import ByRanking, Measure
from plugins.classification.records import class_data

__all__ = ["Definition", "define"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric and how it is computed.

    Attributes:
        metric: Its record before the data are known.
        measure: How it is computed.
        of_class: Label and phrase if it is of the positive class of two, with the placeholder ``label``; None if it is
            of no single class.
        of_classes: Label and phrase if it is a mean over more classes, which may have the placeholder ``classes``.
        more_than: It is only meaningful for more classes than these.
    """

    metric: Metric
    measure: Measure
    of_class: tuple[Statement, Statement] | None = None
    of_classes: tuple[Statement, Statement] | None = None
    more_than: int = 1

    def bound(self, labels: Sequence[str], positive: str | None) -> Metric:
        """Return the record for data with these classes; of two the second is positive if none of them is named."""
        if len(labels) == 2 and self.of_class is not None:
            of = labels[1] if positive is None or positive not in labels else positive
            label, phrase = (replace(one, values={"label": of}) for one in self.of_class)
            return replace(self.metric, label=label, phrase=phrase, of=of)
        if len(labels) > 2 and self.of_classes is not None:
            label, phrase = (replace(one, values={"classes": len(labels)}) for one in self.of_classes)
            return replace(self.metric, label=label, phrase=phrase)
        return self.metric

    def undefined(self, data: DataSummary) -> Iterator[str]:
        """Yield why the metric is undefined on the validation split, if it is."""
        found = class_data(data)
        classes, rows = len(found.labels), found.label_rows.get("validation", ())
        if classes <= self.more_than:
            yield f"it says something only for more than {self.more_than} classes, and {data.name} has {classes}"
        present = [label for label, count in zip(found.labels, rows, strict=False) if count]
        if isinstance(self.measure, ByRanking) and len(present) == 1:
            yield f"all {sum(rows):,} validation rows are of the class {present[0]}, so that there is nothing to rank"


def define(  # noqa: PLR0913 -- a row of the table of metrics
    name: str,
    format: MetricFormat,  # noqa: A002 -- as the field of the record
    measure: Measure,
    label: Statement,
    phrase: Statement | None = None,
    explanation: Statement | None = None,
    *,
    direction: Direction = Direction.MAXIMIZE,
    low: float = 0.0,
    high: float | None = 1.0,
    of_class: tuple[Statement, Statement] | None = None,
    of_classes: tuple[Statement, Statement] | None = None,
    more_than: int = 1,
) -> Definition:
    """Return a definition; the phrase is the label if None is given, the rest is as `Metric` and `Definition` say."""
    metric = Metric(name, direction, label, phrase or label, format, explanation, low, high)
    return Definition(metric, measure, of_class, of_classes, more_than)
