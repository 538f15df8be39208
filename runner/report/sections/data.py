"""The data set's card."""

from collections.abc import Mapping
from typing import Any

from runner.presentation.labels import NOTHING
from runner.presentation.text import safe
from runner.report.blocks import Block, Cell, Facts, Missing, Prose, Row, Section, Table
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["data"]

_MOST_CLASSES = 50


def data(results: Results, teller: Teller) -> Section:
    """Tell size, splits, classes, length, language, and what preparation noted."""
    t, found = teller.t, results.study.data
    rows = {str(name): int(count) for name, count in (found.get("rows") or {}).items()}
    items: list[tuple[str, Cell]] = [
        (t("Name"), safe(found.get("name") or NOTHING, 200)),
        (t("Source"), _source(results, teller)),
    ]
    items.append((t("Rows in all"), teller.told("data.rows", sum(rows.values()), "count")))
    items += [(teller.split(name), teller.told(f"data.rows.{name}", count, "count")) for name, count in rows.items()]
    items.append((t("Classes"), teller.told("data.classes", len(results.labels), "count")))
    if (positive := teller.scope.positive) is not None:
        items.append((t("Positive class"), safe(positive, 80)))
    items += _reading(found, teller)
    words = found.get("mean_words")
    items.append(
        (t("Average length"), t("not counted") if words is None else teller.told("data.mean_words", words, "number"))
    )
    if words is not None:
        items[-1] = (t("Words of a text on average"), items[-1][1])
    language = found.get("language")
    items.append((t("Language"), teller.language.language_name(safe(language, 20)) if language else t("not clear")))
    for split, count in (found.get("duplicates") or {}).items():
        name = t("Rows of {split} that also stand in Train", split=teller.split(str(split)))
        items.append((name, teller.told(f"data.duplicates.{split}", count, "count")))
    blocks: list[Block] = [Facts(tuple(items)), _classes(results, teller)]
    notes = [safe(note, 1000) for note in found.get("notes") or ()]
    blocks += [Prose(note, "note", "en") for note in notes]
    return Section("data", t("Data set"), tuple(blocks))


def _reading(found: Mapping[str, Any], teller: Teller) -> list[tuple[str, Cell]]:
    """Return which columns were taken, and what became of the rows that were read."""
    t, items = teller.t, list[tuple[str, Cell]]()
    columns = found.get("columns")
    if isinstance(columns, Mapping):
        roles = ((t("Text columns"), "text"), (t("Label column"), "label"), (t("Group column"), "group"))
        for name, role in (*roles, (t("Time column"), "time"), (t("Columns of text that are not used"), "ignored")):
            value = columns.get(role)
            named = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            if named:
                items.append((name, safe(named, 300)))
    counts = found.get("counts")
    for split, of in counts.items() if isinstance(counts, Mapping) else ():
        if not isinstance(of, Mapping):
            continue
        name, records = teller.split(str(split)), of.get("records")
        if isinstance(records, int):
            items.append((t("Rows read ({split})", split=name), teller.told(f"data.counts.{split}", records, "count")))
        for reason, count in (of.get("dropped") or {}).items():
            what = t("Rows dropped ({split}): {reason}", split=name, reason=safe(reason, 60))
            items.append((what, teller.told(f"data.counts.{split}.{reason}", count, "count")))
    return items


def _source(results: Results, teller: Teller) -> str:
    dataset = results.study.spec.get("dataset") or {}
    match dataset.get("source"):
        case "hub":
            return teller.t("Hugging Face hub: {name}", name=safe(dataset.get("name"), 200))
        case "files":
            return teller.t("files")
        case "demo":
            return teller.t("generated reviews")
        case other:
            return safe(other, 200) if other else NOTHING


def _classes(results: Results, teller: Teller) -> Table | Missing:
    """Return rows and share of each class in each split."""
    t, counts = teller.t, results.study.data.get("label_rows") or {}
    if not counts or not results.labels:
        return Missing(t("The rows of each class were not counted."))
    rows = []
    for index, name in enumerate(results.labels[:_MOST_CLASSES]):
        cells: list[Cell] = [safe(name, 80)]
        for split, by_class in counts.items():
            rows_of = int(by_class[index]) if index < len(by_class) else 0
            place = f"data.label_rows.{split}.{index}"
            cells += [
                teller.told(place, rows_of, "count"),
                teller.share(f"{place}.share", rows_of / (sum(by_class) or 1)),
            ]
        rows.append(Row(tuple(cells)))
    columns = [t("Class")]
    for split in counts:
        columns += [teller.split(str(split)), t("Share")]
    caption = t("Classes in each split")
    if len(results.labels) > _MOST_CLASSES:
        caption += " – " + t("the first {shown:count} of {all:count}", shown=_MOST_CLASSES, all=len(results.labels))
    return Table(caption, tuple(columns), tuple(rows), frozenset(range(1, len(columns))))
