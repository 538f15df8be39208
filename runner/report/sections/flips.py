"""The examples that two models answer differently."""

import json
from typing import Any

from runner.presentation.labels import NOTHING, msgid
from runner.presentation.text import safe
from runner.report.blocks import Block, Cell, FactList, Missing, Paragraph, Row, Section, TableBlock
from runner.report.formatting import ReportFormatter
from runner.report.results import Flips, Results
from runner.report.sections.absence import absent

__all__ = ["flips"]

_LONGEST, _MOST_FLIPS = 1200, 12
_HEADINGS = {"row": msgid("Row"), "truth": msgid("Truth")}
"""The labels of the fields that most tasks give of an example; `first` and `second` are the two models."""
_CONFIDENCE = "_confidence"


def flips(results: Results, formatter: ReportFormatter) -> Section:
    """Show the examples whose answer differs between two models."""
    t, title = formatter.t, formatter.t("What changed")
    if not results.compares and not any(found.flips for found in results.flips.values()):
        missing = Missing(t("The task does not compare the answers of two models example by example."))
        return Section("flips", title, (missing,))
    blocks: list[Block] = []
    has_baseline = results.study.baseline is not None
    for second in ("given", "baseline"):
        found, place = results.flips.get(second), f"flips/{second}"
        if found is not None:
            blocks += _flips(second, found, formatter)
        elif second == "given" and not results.tuned:
            alone = msgid("The given configuration won: there is nothing to hold it against.")
            but = msgid("The given configuration won: there is nothing to hold it against but the baseline.")
            blocks.append(Missing(t(but if has_baseline else alone)))
        elif second == "given" or has_baseline or place in {*results.failures, *results.unreadable}:
            why = t("Nobody compared winner and {second} example by example.", second=formatter.subject_within(second))
            blocks.append(absent(place, why, results, formatter))
    return Section("flips", title, tuple(blocks))


def _flips(second: str, found: Flips, formatter: ReportFormatter) -> list[Block]:
    t, place = formatter.t, f"flips.{second}"
    heading = t(
        "{first} against {second}", first=formatter.subject(found.first), second=formatter.subject_within(found.second)
    )
    blocks: list[Block] = [Paragraph(heading, "heading")]
    if versus := found.comparison:
        items: list[tuple[str, Cell]] = []
        if versus.only_first is not None and versus.only_second is not None:
            items += [
                (t("Right by the first alone"), formatter.number(f"{place}.only_first", versus.only_first, "count")),
                (t("Right by the second alone"), formatter.number(f"{place}.only_second", versus.only_second, "count")),
            ]
        if versus.p_value is not None:
            items.append((t("McNemar's exact test, p"), formatter.number(f"{place}.p_value", versus.p_value, "number")))
        items.append((t("Examples"), formatter.number(f"{place}.rows", versus.rows, "count")))
        blocks.append(FactList(tuple(items)))
    if not found.flips:
        same = found.comparison is None or not (found.comparison.only_first or found.comparison.only_second)
        kept = msgid("The examples that the two answer differently were not kept.")
        blocks.append(Missing(t(msgid("The two gave the same answer to every example.") if same else kept)))
        return blocks
    if len(found.flips) > _MOST_FLIPS:
        note = t("The first {shown:count} of {all:count} stored examples.", shown=_MOST_FLIPS, all=len(found.flips))
        blocks.append(Paragraph(note, "muted"))
    blocks.append(_table(found, t("Examples"), place, formatter))
    return blocks


def _table(found: Flips, caption: str, place: str, formatter: ReportFormatter) -> TableBlock:
    """Return the examples, with a column for each field that their task gave them."""
    shown = found.flips[:_MOST_FLIPS]
    names = list(dict.fromkeys(str(name) for flip in shown for name in flip))
    rows = tuple(
        Row(tuple(_cell(flip.get(name), name, f"{place}.{index}.{name}", formatter) for name in names))
        for index, flip in enumerate(shown)
    )
    numeric = frozenset(at for at, name in enumerate(names) if all(_is_number(flip.get(name)) for flip in shown))
    return TableBlock(caption, tuple(_heading(name, found, formatter) for name in names), rows, numeric)


def _heading(name: str, found: Flips, formatter: ReportFormatter) -> str:
    models = {"first": found.first, "second": found.second}
    if name in models:
        return formatter.subject(models[name])
    if (model := models.get(name.removesuffix(_CONFIDENCE))) is not None:
        return formatter.t("{model}: confidence", model=formatter.subject(model))
    return formatter.t(_HEADINGS[name]) if name in _HEADINGS else safe(name.replace("_", " ").capitalize(), 40)


def _cell(value: Any, name: str, place: str, formatter: ReportFormatter) -> Cell:
    if value is None:
        return NOTHING
    if _is_number(value):
        kind = "percent" if name.endswith(_CONFIDENCE) else "count" if isinstance(value, int) else "number"
        return formatter.number(place, value, kind)
    return safe(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _LONGEST)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
