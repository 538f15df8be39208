"""The columns of the list of studies, and their cells."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from textual.content import Content

from catalog.metric import Metric
from runner.presentation.text import safe
from runner.store.records import StudyRecord
from runner.tui.context import AppContext
from runner.tui.figures.fitting import width_of
from runner.tui.figures.sparkline import sparkline
from runner.tui.rows.study_row import StudyRow
from runner.tui.rows.study_state import state_word
from runner.tui.widgets.virtual_table import Cell, TableColumn

__all__ = [
    "PROGRESS",
    "ago",
    "best_cell",
    "class_labels",
    "lead_cell",
    "list_label",
    "short_time",
    "study_cells",
    "study_columns",
]

PROGRESS = 8
"""Cells of a sparkline."""
_CLASS = 10
"""Characters of a class name in the list."""
_MINUTE, _HOUR = 60, 3600


def study_columns(context: AppContext, *, wide: bool = False, labels: Sequence[str] = ()) -> list[TableColumn]:
    """Return the columns in the current language; the keys of sortable columns are those of `ORDERS`.

    Args:
        context: The context of the app.
        wide: Whether names get more room than columns that are also shown next to the list.
        labels: Labels of metrics that name a class: their column then stays, as a score without its class is useless.
    """
    t = context.t
    widest = max(map(width_of, labels), default=0)
    metric = TableColumn("metric", t("Metric"), max(8, widest), drop=0 if labels else 8, sortable=False)
    return [
        TableColumn("glyph", "", 1, sortable=False),
        TableColumn("study", t("Study"), 20 if wide else 14, share=3),
        TableColumn("state", t("State"), 13, drop=6),
        TableColumn("model", t("Model"), 7, drop=3),
        TableColumn("best", t("Best"), 13),
        metric,
        TableColumn("trials", t("Trials"), 11),
        TableColumn("time", t("Time"), 7, right=True, drop=2),
        TableColumn("progress", t("Progress"), PROGRESS, drop=1, sortable=False),
        TableColumn("updated", t("Updated"), 11, drop=7),
        TableColumn("name", t("Name"), 16, drop=9, sortable=False),
    ]


def study_cells(row: StudyRow, context: AppContext, now: datetime) -> tuple[Cell, ...]:
    """Return the cells of one study, one for each column; all of them safe to show."""
    palette, glyphs, record = context.palette, context.glyphs, row.record
    color = palette.state(row.state)
    return (
        Content.styled(glyphs.states[row.state], color),
        Content.styled(safe(row.name, 200), f"bold {palette.text}" if row.state == "running" else palette.text),
        Content.styled(state_word(row.state, context), color),
        safe(row.model, 60),
        best_cell(row, context),
        Content.styled(list_label(record, context), palette.muted),
        _trials(row, context),
        short_time(record.seconds, context) if record.seconds > 0 else Content.styled(glyphs.dash, palette.muted),
        _progress(row, context),
        Content.styled(ago(record.updated, now, context), palette.muted),
        Content.styled(safe(record.study, 200), palette.muted),
    )


def list_label(record: StudyRecord, context: AppContext) -> str:
    """Return the short label of a study's metric in the list."""
    return context.metric_label(record.tuned, _CLASS)


def class_labels(records: Iterable[StudyRecord], context: AppContext) -> tuple[str, ...]:
    """Return the labels of those studies whose metric is of one class."""
    return tuple(dict.fromkeys(list_label(one, context) for one in records if one.tuned.of is not None))


def best_cell(row: StudyRow, context: AppContext) -> Content:
    """Return the best value with its unit, and its difference from the baseline's."""
    record = row.record
    if record.best is None:
        return Content.styled(context.glyphs.dash, context.palette.muted)
    value = Content(context.metric(record.tuned, record.best.value))
    return value if row.lead is None else Content.assemble(value, " ", lead_cell(row.lead, record.tuned, context))


def lead_cell(lead: float, metric: Metric, context: AppContext) -> Content:
    """Return a difference: a glyph that points up for an improvement, and the amount, in points for shares of one."""
    palette, language = context.palette, context.language
    amount = language.points(abs(lead)) if metric.format == "percent" else language.decimal(abs(lead), 3)
    if not lead:
        return Content.styled(f"={amount}", palette.muted)
    sign, color = (context.glyphs.up, palette.good) if lead > 0 else (context.glyphs.down, palette.bad)
    return Content.styled(f"{sign}{amount}", color)


def ago(moment: datetime, now: datetime, context: AppContext) -> str:
    """Return in one coarse unit how long ago a moment was."""
    t, passed = context.t, now - moment
    if passed < timedelta(minutes=1):
        return t("just now")
    if passed < timedelta(hours=1):
        return t("{minutes:count} min ago", minutes=passed // timedelta(minutes=1))
    if passed < timedelta(days=1):
        return t("{hours:count} h ago", hours=passed // timedelta(hours=1))
    return t("{days:count} d ago", days=passed.days)


def short_time(seconds: float, context: AppContext) -> str:
    """Return a duration in one unit, in seven cells or fewer: ``42 s``, ``24 min``, ``1.2 h``, ``124 h``."""
    language = context.language
    if seconds < _MINUTE:
        return language.seconds(seconds)
    if seconds < _HOUR:
        return f"{language.count(seconds / _MINUTE)} min"
    hours = seconds / _HOUR
    return f"{language.decimal(hours, 1) if hours < 100 else language.count(hours)} h"


def _progress(row: StudyRow, context: AppContext) -> Content:
    """Return the best value so far as a sparkline; of a queued study its position in the queue."""
    palette = context.palette
    if row.place is not None and not row.course:
        return Content.styled(f"#{row.place}", palette.muted)
    color = palette.running if row.state == "running" else palette.muted
    return Content.styled(sparkline(row.best_so_far, PROGRESS, context.glyphs), color)


def _trials(row: StudyRow, context: AppContext) -> Content:
    """Return done of planned; also the pruned and failed trials if there are any."""
    language, palette, states = context.language, context.palette, context.glyphs.states
    parts = [Content(f"{language.count(row.done)}/{language.count(row.record.planned)}")]
    for state, count in (("pruned", row.record.trials.pruned), ("failed", row.record.trials.failed)):
        if count:
            parts.append(Content.styled(f" {states[state]}{language.count(count)}", palette.state(state)))
    return Content("").join(parts)
