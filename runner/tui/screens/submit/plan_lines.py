"""A spec's data and its plan as lines of text."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from catalog.contract import DataSummary, Fact, Task
from catalog.contract.data import data_to_json
from runner.presentation.data import columns_line, facts_about, row_totals
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext

if TYPE_CHECKING:  # it imports what a plan needs, Optuna too
    from runner.study.planning import Plan

__all__ = ["data_lines", "plan_lines", "plan_parts"]

_SPLITS = {"train": msgid("training"), "validation": msgid("validation"), "test": msgid("test")}


def data_lines(data: DataSummary, task: Task, context: AppContext) -> list[str]:
    """Return rows, columns, the task's facts about the data, and warnings."""
    t, language = context.t, context.language
    rows = ", ".join(f"{language.count(count)} {t(_SPLITS.get(split, split))}" for split, count in data.rows.items())
    lines = [t("Rows: {rows}", rows=safe(rows, 120)), *_reading_lines(data, context)]
    lines += _facts(facts_about(task, data_to_json(data)), context)
    return lines + [f"{context.glyphs.bullet} {safe(note, 300)}" for note in data.notes]


def _facts(facts: Iterable[Fact], context: AppContext) -> list[str]:
    lines = (f"{context.say(fact.name)}: {context.say(fact.text)}" for fact in facts)
    return [safe(line[:1].upper() + line[1:], 400) for line in lines]


def _reading_lines(data: DataSummary, context: AppContext) -> list[str]:
    """Return the columns that were used, and what happened to the rows that were read."""
    t, lines = context.t, list[str]()
    if (columns := columns_line(data.columns)) is not None:
        lines.append(t("Columns: {columns}", columns=safe(columns, 200)))
    if data.counts:
        totals = row_totals(data)
        records, kept = totals["records"], totals["kept"]
        dropped = ", ".join(f"{context.language.count(count)} {reason}" for reason, count in totals["dropped"].items())
        if dropped:
            lines.append(
                t(
                    "{records:count} rows read, {kept:count} kept, dropped: {dropped}",
                    records=records,
                    kept=kept,
                    dropped=dropped,
                )
            )
        else:
            lines.append(t("{records:count} rows read, {kept:count} kept", records=records, kept=kept))
    return lines


def plan_parts(plan: "Plan", context: AppContext) -> list[str]:
    """Return the measurements as parts of one line: time, memory, disk."""
    t, language = context.t, context.language
    if plan.cost is None or plan.forecast is None:
        return [t("This model makes no forecast")]
    parts = [t("{time:seconds} on this machine", time=plan.cost.total)]
    if plan.forecast.peak_memory_bytes is not None:
        parts.append(t("{size} of memory", size=language.size(plan.forecast.peak_memory_bytes)))
    parts.append(t("{size} of disk", size=language.size(plan.cost.disk_bytes)))
    return parts


def plan_lines(plan: "Plan", context: AppContext) -> list[str]:
    """Return the parts of a study's time, remarkable facts of the data, and the change to make first."""
    t = context.t
    lines = []
    if plan.cost is not None and plan.forecast is not None:
        cost, forecast = plan.cost, plan.forecast
        lines += [
            t(
                "One training {time:seconds}, an epoch {epoch:seconds}",
                time=cost.training,
                epoch=forecast.seconds_per_epoch,
            ),
            t(
                "Search {search:seconds}, confirmation {confirmation:seconds}, baseline {baseline:seconds}",
                search=cost.search,
                confirmation=cost.confirmation,
                baseline=cost.baseline,
            ),
        ]
        lines += _facts(forecast.facts, context)
    return lines + [f"{context.glyphs.arrow} {safe(context.say(advice), 400)}" for advice in plan.advice]
