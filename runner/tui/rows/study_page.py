"""A study at a glance: the page next to the list, for the study under the cursor."""

from collections.abc import Iterator

from textual.content import Content

from catalog.statement import from_json
from runner.presentation.metrics import with_metrics
from runner.presentation.text import safe
from runner.store.records import StudyRecord
from runner.tui.context import AppContext
from runner.tui.figures.fitting import fit, width_of
from runner.tui.rows.plain import drawable
from runner.tui.rows.study_cells import ago, best_cell, lead_cell
from runner.tui.rows.study_row import StudyRow
from runner.tui.rows.study_state import state_sentence

__all__ = ["study_page", "verdict_of"]

_NOTES = 20
"""Most lines of the notes next to the list."""


def study_page(row: StudyRow, context: AppContext) -> Content:
    """Return the page: title, name, state, notes, model, best, verdict and test result; all of it safe to show."""
    palette, glyphs, record, t = context.palette, context.glyphs, row.record, context.t
    color = palette.state(row.state)
    lines = [Content.styled(safe(row.name, 200), f"bold {palette.text}")]
    if record.title:
        lines.append(Content.styled(safe(record.study, 200), palette.muted))
    lines.append(Content.assemble((f"{glyphs.states[row.state]} ", color), safe(state_sentence(row, context), 400)))
    if record.notes:
        lines += [
            Content(""),
            *(Content.styled(safe(line, 2000), palette.muted) for line in record.notes.splitlines()[:_NOTES]),
        ]
    lines.append(Content(""))
    facts = list(_facts(row, context))
    width = max(width_of(label) for label, _ in facts) + 2
    lines += [fit(Content.styled(label, palette.muted), width, glyphs) + value for label, value in facts]
    if verdict := verdict_of(record, context):
        lines += [Content(""), Content.styled(t("Verdict"), f"bold {palette.text}"), Content(verdict)]
    return drawable(Content("\n").join(lines), glyphs)


def verdict_of(record: StudyRecord, context: AppContext) -> str:
    """Return the verdict in the user's language, safe to show; in English if only that was stored."""
    verdict = record.verdict
    if not verdict:
        return ""
    stored = verdict.get("statements")
    try:
        text = (
            " ".join(context.say(with_metrics(from_json(one), record.metric_of)) for one in stored)
            if isinstance(stored, list)
            else ""
        )
    except (ValueError, AttributeError, TypeError):  # written by another version: the stored sentence remains
        text = ""
    return safe(text or verdict.get("sentence", ""), 1200)


def _facts(row: StudyRow, context: AppContext) -> Iterator[tuple[str, Content]]:
    t, record = context.t, row.record
    yield t("Model"), Content(safe(record.key, 120))
    yield t("Metric"), Content(context.metric_label(record.tuned))
    if isinstance(name := record.data.get("name"), str):
        yield t("Data"), Content(safe(name, 80))
    yield t("Best"), best_cell(row, context)
    tested, baseline = row.tested
    if tested is not None and baseline is None:
        yield t("Test"), Content(context.metric(record.tuned, tested))
    elif tested is not None and baseline is not None:
        both = {"value": context.metric(record.tuned, tested), "baseline": context.metric(record.tuned, baseline)}
        lead = lead_cell(row.ahead(tested, baseline), record.tuned, context)
        yield t("Test"), Content.assemble(t("{value}, baseline {baseline}", **both), " ", lead)
    yield t("Updated"), Content(ago(record.updated, context.clock(), context))
