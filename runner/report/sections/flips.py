"""The examples that two models disagree about."""

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
"""Of what most tasks tell about an example; `first` and `second` are the two models."""
_CONFIDENCE = "_confidence"


def flips(results: Results, teller: ReportFormatter) -> Section:
    """Show the examples that changed between two models."""
    t, title = teller.t, teller.t("What changed")
    if not results.compares and not any(found.flips for found in results.flips.values()):
        missing = Missing(t("The task does not compare the answers of two models example by example."))
        return Section("flips", title, (missing,))
    blocks: list[Block] = []
    has_baseline = results.study.baseline is not None
    for second in ("given", "baseline"):
        found, place = results.flips.get(second), f"flips/{second}"
        if found is not None:
            blocks += _flips(second, found, teller)
        elif second == "given" and not results.tuned:
            alone = msgid("The given configuration won: there is nothing to hold it against.")
            but = msgid("The given configuration won: there is nothing to hold it against but the baseline.")
            blocks.append(Missing(t(but if has_baseline else alone)))
        elif second == "given" or has_baseline or place in {*results.failures, *results.unreadable}:
            why = t("Nobody compared winner and {second} example by example.", second=teller.subject_within(second))
            blocks.append(absent(place, why, results, teller))
    return Section("flips", title, tuple(blocks))


def _flips(second: str, found: Flips, teller: ReportFormatter) -> list[Block]:
    t, place = teller.t, f"flips.{second}"
    heading = t(
        "{first} against {second}", first=teller.subject(found.first), second=teller.subject_within(found.second)
    )
    blocks: list[Block] = [Paragraph(heading, "heading")]
    if versus := found.comparison:
        items: list[tuple[str, Cell]] = []
        if versus.only_first is not None and versus.only_second is not None:
            items += [
                (t("Right by the first alone"), teller.told(f"{place}.only_first", versus.only_first, "count")),
                (t("Right by the second alone"), teller.told(f"{place}.only_second", versus.only_second, "count")),
            ]
        if versus.p_value is not None:
            items.append((t("McNemar's exact test, p"), teller.told(f"{place}.p_value", versus.p_value, "number")))
        items.append((t("Examples"), teller.told(f"{place}.rows", versus.rows, "count")))
        blocks.append(FactList(tuple(items)))
    if not found.flips:
        same = found.comparison is None or not (found.comparison.only_first or found.comparison.only_second)
        kept = msgid("The examples that the two answer differently were not kept.")
        blocks.append(Missing(t(msgid("The two gave the same answer to every example.") if same else kept)))
        return blocks
    if len(found.flips) > _MOST_FLIPS:
        note = t("The first {shown:count} of {all:count} stored examples.", shown=_MOST_FLIPS, all=len(found.flips))
        blocks.append(Paragraph(note, "muted"))
    blocks.append(_table(found, t("Examples"), place, teller))
    return blocks


def _table(found: Flips, caption: str, place: str, teller: ReportFormatter) -> TableBlock:
    """Return the examples, a column for each name that their task gave them."""
    shown = found.flips[:_MOST_FLIPS]
    names = list(dict.fromkeys(str(name) for flip in shown for name in flip))
    rows = tuple(
        Row(tuple(_cell(flip.get(name), name, f"{place}.{index}.{name}", teller) for name in names))
        for index, flip in enumerate(shown)
    )
    numeric = frozenset(at for at, name in enumerate(names) if all(_is_number(flip.get(name)) for flip in shown))
    return TableBlock(caption, tuple(_heading(name, found, teller) for name in names), rows, numeric)


def _heading(name: str, found: Flips, teller: ReportFormatter) -> str:
    models = {"first": found.first, "second": found.second}
    if name in models:
        return teller.subject(models[name])
    if (model := models.get(name.removesuffix(_CONFIDENCE))) is not None:
        return teller.t("{model}: confidence", model=teller.subject(model))
    return teller.t(_HEADINGS[name]) if name in _HEADINGS else safe(name.replace("_", " ").capitalize(), 40)


def _cell(value: Any, name: str, place: str, teller: ReportFormatter) -> Cell:
    if value is None:
        return NOTHING
    if _is_number(value):
        kind = "percent" if name.endswith(_CONFIDENCE) else "count" if isinstance(value, int) else "number"
        return teller.told(place, value, kind)
    return safe(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _LONGEST)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
