"""What a spec's data and its plan come to, as lines for a person."""

from typing import TYPE_CHECKING

from catalog.contract import DataSummary
from catalog.spec import Request
from plugins.nlp.text_classification.records import LengthForecast
from runner.presentation.data import row_totals
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.desk import Desk

if TYPE_CHECKING:  # it imports what a plan needs, Optuna too
    from runner.study.planning import Plan

__all__ = ["data_lines", "plan_lines", "plan_parts"]

_SPLITS = {"train": msgid("training"), "validation": msgid("validation"), "test": msgid("test")}
_CLASSES = 8
"""Classes that are named; more are counted."""


def data_lines(data: DataSummary, desk: Desk) -> list[str]:
    """Return rows, classes, and what a careful reader should know."""
    t, language = desk.t, desk.language
    rows = ", ".join(f"{language.count(count)} {t(_SPLITS.get(split, split))}" for split, count in data.rows.items())
    lines = [t("Rows: {rows}", rows=safe(rows, 120)), *_reading_lines(data, desk)]
    counted = dict(zip(data.labels, data.label_rows.get("train", ()), strict=False))
    named = [
        safe(label, 30) + (f" {language.count(counted[label])}" if label in counted else "")
        for label in data.labels[:_CLASSES]
    ]
    rest = len(data.labels) - _CLASSES
    more = [t("{count:count} more", count=rest)] if rest > 0 else []
    lines.append(t("Classes: {classes}", classes=", ".join(named + more)))
    return lines + [f"{desk.glyphs.bullet} {safe(note, 300)}" for note in data.notes]


def _reading_lines(data: DataSummary, desk: Desk) -> list[str]:
    """Return which columns were taken, and what became of the rows that were read."""
    t, lines = desk.t, list[str]()
    if (columns := data.columns) is not None:
        text = safe(" + ".join(columns.text), 60)
        lines.append(t("Text: {columns}. Label: {label}", columns=text, label=safe(columns.label, 40)))
        if columns.ignored:
            ignored = safe(", ".join(columns.ignored), 100)
            lines.append(t("Not used, though they hold text: {columns}", columns=ignored))
    if data.counts:
        totals = row_totals(data)
        records, kept = totals["records"], totals["kept"]
        dropped = ", ".join(f"{desk.language.count(count)} {reason}" for reason, count in totals["dropped"].items())
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


def plan_parts(plan: "Plan", desk: Desk) -> list[str]:
    """Return what was measured, as parts of one line: what is cut, time, memory, disk."""
    t, language = desk.t, desk.language
    parts = []
    if (cut := _cut(plan.request, plan)) is not None:
        parts.append(
            t("{share:percent} of texts are cut at {tokens:count}", share=cut.truncated, tokens=cut.max_length)
        )
    if plan.cost is None or plan.forecast is None:
        return [*parts, t("This model makes no forecast")]
    parts.append(t("{time:seconds} on this machine", time=plan.cost.total))
    if plan.forecast.peak_memory_bytes is not None:
        parts.append(t("{size} of memory", size=language.size(plan.forecast.peak_memory_bytes)))
    parts.append(t("{size} of disk", size=language.size(plan.cost.disk_bytes)))
    return parts


def plan_lines(plan: "Plan", desk: Desk) -> list[str]:
    """Return what a study's time is made of, what stands out in the data, and what to change first."""
    t = desk.t
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
        if forecast.suspected:
            lines.append(t("{count:count} labels are probably wrong", count=forecast.suspected))
        if forecast.duplicates:
            lines.append(t("{count:count} training texts occur more than once", count=forecast.duplicates))
    return lines + [f"{desk.glyphs.arrow} {safe(desk.say(advice), 400)}" for advice in plan.advice]


def _cut(request: Request, plan: "Plan") -> LengthForecast | None:
    """Return the forecast for as many tokens as the given configuration lets the model see."""
    seen = getattr(request.config, "max_seq_length", None)
    lengths = plan.forecast.lengths if plan.forecast else ()
    return next((length for length in lengths if length.max_length == seen), None)
