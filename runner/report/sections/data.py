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


def data(results: Results, formatter: ReportFormatter) -> Section:
    """Show size, splits, columns, the task's facts and figures of the data, and the notes of the preparation."""
    t, found = formatter.t, results.study.data
    rows = {str(name): int(count) for name, count in (found.get("rows") or {}).items()}
    items: list[tuple[str, Cell]] = [
        (t("Name"), safe(found.get("name") or NOTHING, 200)),
        (t("Source"), _source(results, formatter)),
        (t("Rows in all"), formatter.number("data.rows", sum(rows.values()), "count")),
        *(
            (formatter.split(name), formatter.number(f"data.rows.{name}", count, "count"))
            for name, count in rows.items()
        ),
        *_columns(found.get("columns"), formatter),
        *_counts(found.get("counts"), formatter),
        *((formatter.heading(fact.name), formatter.sentence(fact.text)) for fact in results.facts),
    ]
    notes = (Paragraph(safe(note, 1000), "note", "en") for note in found.get("notes") or ())
    return Section("data", t("Data set"), (FactList(tuple(items)), *blocks_of(results.data_figures, formatter), *notes))


def _columns(columns: Any, formatter: ReportFormatter) -> Iterator[tuple[str, Cell]]:
    """Yield the columns that were used."""
    for role, value in columns.items() if isinstance(columns, Mapping) else ():
        named = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        if named and role == "ignored":
            yield formatter.t("Columns that are not used"), safe(named, 300)
        elif named:
            yield formatter.t("Column of {role}", role=safe(role, 60)), safe(named, 300)


def _counts(counts: Any, formatter: ReportFormatter) -> Iterator[tuple[str, Cell]]:
    """Yield what happened to the rows that were read."""
    for split, of in counts.items() if isinstance(counts, Mapping) else ():
        if not isinstance(of, Mapping):
            continue
        name, records = formatter.split(str(split)), of.get("records")
        if isinstance(records, int):
            yield (
                formatter.t("Rows read ({split})", split=name),
                formatter.number(f"data.counts.{split}", records, "count"),
            )
        for reason, count in (of.get("dropped") or {}).items():
            what = formatter.t("Rows dropped ({split}): {reason}", split=name, reason=safe(reason, 60))
            yield what, formatter.number(f"data.counts.{split}.{reason}", count, "count")


def _source(results: Results, formatter: ReportFormatter) -> str:
    dataset = results.study.spec.get("dataset") or {}
    match dataset.get("source"):
        case "hub":
            return formatter.t("Hugging Face hub: {name}", name=safe(dataset.get("name"), 200))
        case "files":
            return formatter.t("files")
        case "demo":
            return formatter.t("generated")
        case other:
            return safe(other, 200) if other else NOTHING
