"""The result of a study in words: its verdict as a sentence, its metrics by name and in order, its test as a table."""

from collections.abc import Iterable, Mapping

from catalog.statement import from_json
from runner.presentation.english import english
from runner.presentation.metrics import metric_phrase, metric_value, with_metrics
from runner.store.records import StudyRecord

__all__ = ["metrics_on_test", "named_values", "ordered_metrics", "verdict_sentence"]


def verdict_sentence(record: StudyRecord) -> str | None:
    """Return the verdict's sentence, or None; if modelcat 0.1 stored it, metric names are filled in."""
    if not record.verdict:
        return None
    try:
        statements = [from_json(one) for one in record.verdict.get("statements") or ()]
        sentence = " ".join(english(with_metrics(one, record.metric_of)) for one in statements)
    except (ValueError, AttributeError, TypeError):  # written by another version: the sentence itself is still there
        sentence = ""
    return sentence or str(record.verdict["sentence"])


def ordered_metrics(record: StudyRecord, names: Iterable[str]) -> list[str]:
    """Return the names of metrics in the order of the task; those that the task does not know come last."""
    order = {str(stored.get("name")): place for place, stored in enumerate(record.metrics)}
    return sorted(names, key=lambda name: order.get(name, len(order)))


def named_values(record: StudyRecord, metrics: Mapping[str, float | None]) -> str:
    """Return metrics on one line: ``accuracy 91.0 %, F1 of fraud 87.5 %``."""
    found = ((record.metric_of(name), metrics[name]) for name in ordered_metrics(record, metrics))
    return ", ".join(f"{metric_phrase(metric)} {metric_value(metric, value)}" for metric, value in found)


def metrics_on_test(record: StudyRecord) -> tuple[list[str], list[list[str]]] | None:
    """Return columns and rows of the winner's and the baseline's test metrics; None if they are not known."""
    if not record.test:
        return None
    test, baseline = dict(record.test), dict((record.baseline or {}).get("test") or {})
    columns = ["test", f"{test.pop('n'):,} rows, used once"]
    if baseline:
        columns.append(f"{str((record.baseline or {})['key']).rpartition('/')[2]} baseline")
    rows = []
    for name in ordered_metrics(record, test):
        metric = record.metric_of(name)
        values = [test[name], *([baseline.get(name)] if baseline else [])]
        rows.append([metric_phrase(metric), *(metric_value(metric, value) for value in values)])
    return columns, rows
