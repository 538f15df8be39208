"""The data set's card."""

from collections.abc import Iterator, Mapping
from typing import Any

from runner.presentation.labels import NOTHING
from runner.presentation.text import safe
from runner.report.blocks import Cell, FactList, Paragraph, Section
from runner.report.figures import blocks_of
from runner.report.formatting import ReportFormatter
from runner.report.results import Results

__all__ = ["data"]


def data(results: Results, teller: ReportFormatter) -> Section:
    """Tell size, splits, columns, what the task says and draws of the data, and what preparation noted."""
    t, found = teller.t, results.study.data
    rows = {str(name): int(count) for name, count in (found.get("rows") or {}).items()}
    items: list[tuple[str, Cell]] = [
        (t("Name"), safe(found.get("name") or NOTHING, 200)),
        (t("Source"), _source(results, teller)),
        (t("Rows in all"), teller.told("data.rows", sum(rows.values()), "count")),
        *((teller.split(name), teller.told(f"data.rows.{name}", count, "count")) for name, count in rows.items()),
        *_columns(found.get("columns"), teller),
        *_counts(found.get("counts"), teller),
        *((teller.heading(fact.name), teller.say(fact.text)) for fact in results.facts),
    ]
    notes = (Paragraph(safe(note, 1000), "note", "en") for note in found.get("notes") or ())
    return Section("data", t("Data set"), (FactList(tuple(items)), *blocks_of(results.data_figures, teller), *notes))


def _columns(columns: Any, teller: ReportFormatter) -> Iterator[tuple[str, Cell]]:
    """Yield which columns were taken."""
    for role, value in columns.items() if isinstance(columns, Mapping) else ():
        named = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        if named and role == "ignored":
            yield teller.t("Columns that are not used"), safe(named, 300)
        elif named:
            yield teller.t("Column of {role}", role=safe(role, 60)), safe(named, 300)


def _counts(counts: Any, teller: ReportFormatter) -> Iterator[tuple[str, Cell]]:
    """Yield what became of the rows that were read."""
    for split, of in counts.items() if isinstance(counts, Mapping) else ():
        if not isinstance(of, Mapping):
            continue
        name, records = teller.split(str(split)), of.get("records")
        if isinstance(records, int):
            yield teller.t("Rows read ({split})", split=name), teller.told(f"data.counts.{split}", records, "count")
        for reason, count in (of.get("dropped") or {}).items():
            what = teller.t("Rows dropped ({split}): {reason}", split=name, reason=safe(reason, 60))
            yield what, teller.told(f"data.counts.{split}.{reason}", count, "count")


def _source(results: Results, teller: ReportFormatter) -> str:
    dataset = results.study.spec.get("dataset") or {}
    match dataset.get("source"):
        case "hub":
            return teller.t("Hugging Face hub: {name}", name=safe(dataset.get("name"), 200))
        case "files":
            return teller.t("files")
        case "demo":
            return teller.t("generated")
        case other:
            return safe(other, 200) if other else NOTHING
