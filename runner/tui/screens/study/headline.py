"""The headline of a study: its progress or its result, and what to do if it does not continue."""

from collections.abc import Mapping

from textual.content import Content

from catalog.statement import from_json
from runner.presentation.metrics import with_metrics
from runner.presentation.text import safe
from runner.store.records import StudyRecord
from runner.study.early_end import early_end_clause
from runner.tui.context import AppContext
from runner.tui.labels import state
from runner.tui.rows import study_state
from runner.tui.screens.study.study_data import StudyData

__all__ = ["headline", "seconds_left", "verdict"]

#: Most lines of a verdict.
_LINES = 3
#: Most characters of a class name.
_CLASS = 12


def verdict(book: StudyData, context: AppContext) -> tuple[str, ...]:
    """Return the sentences of the verdict; none before there is one, the stored English one of an older version."""
    stored = book.record.verdict or {}
    statements = stored.get("statements")
    if isinstance(statements, list) and statements:
        try:
            return tuple(
                safe(context.say(with_metrics(from_json(statement), book.record.metric_of)), 600)
                for statement in statements
            )
        except (ValueError, AttributeError, TypeError):  # written by another version, in an unknown format
            pass
    return (safe(stored["sentence"], 1200),) if stored.get("sentence") else ()


def headline(book: StudyData, context: AppContext, width: int) -> Content:
    """Return the lines above the table: state and progress, then the verdict or the problem.

    Args:
        book: The study.
        context: The context of the app.
        width: Cells of a line; sentences of the verdict that would take more than three lines are left to the tab
            Diagnosis.
    """
    record, palette = book.record, context.palette
    gone = record.worker_gone(context.clock())
    name = "gone" if gone else record.state
    word = context.t("worker gone") if gone else state(context, record.state)
    first = Content.assemble((f"{context.glyphs.states[name]} {word}", f"bold {palette.state(name)}"))
    parts = [first, *(Content(part) for part in _progress(book, context))]
    lines = [Content.styled(" - " if context.glyphs.ascii else " · ", palette.faint).join(parts)]
    if trouble := _trouble(book, context):
        lines.append(Content.styled(trouble, palette.bad if record.state == "failed" or gone else palette.warn))
    elif found := verdict(book, context):
        text = found[0]
        for sentence in found[1:]:
            text = f"{text} {sentence}" if len(text) + len(sentence) < _LINES * width - width // 3 else text
        lines.append(Content.styled(text, palette.text))
    return Content("\n").join(lines)


def _progress(book: StudyData, context: AppContext) -> list[str]:
    """Return the finished trials, the best value, and the time."""
    record, t = book.record, context.t
    counts = record.trials
    ended = counts.complete + counts.pruned + counts.failed
    parts = []
    if record.mode == "train":
        parts.append(t("a single training"))
    elif (early := early_end_clause(record.early_end)) is not None:
        parts.append(context.say(early))
    else:
        parts.append(t("{done:count} of {planned:count} trials", done=ended, planned=record.planned))
    if record.best is not None:
        value, number = context.metric(record.tuned, record.best.value), record.best.number
        if record.tuned.of is not None:
            value = f"{value} {context.metric_label(record.tuned, _CLASS)}"
        if record.winner is None:
            parts.append(t("best {value} by trial {number:count}", value=value, number=number))
        else:
            parts.append(t("kept: trial {number:count}, {value}", value=value, number=number))
    if record.state == "running" and not record.worker_gone(context.clock()):
        parts.append(_rest(book, context, ended))
    elif record.seconds > 0:
        parts.append(context.seconds(record.seconds))
    return parts


def _rest(book: StudyData, context: AppContext, ended: int) -> str:
    record, t = book.record, context.t
    if record.stop_requested is not None:
        return t("stopping")
    if ended >= record.planned or record.early_end is not None:
        return t("confirming the winner")
    if ended == 0 or record.seconds <= 0:
        return t("since {time:seconds}", time=record.seconds) if record.seconds > 0 else t("preparing")
    return t("about {left:seconds} left", left=seconds_left(record, ended))


def seconds_left(record: StudyRecord, ended: int) -> float:
    """Estimate the remaining seconds of a running study: of its search, up to the time limit, and its confirmation.

    A training of the confirmation is assumed to take the average time of a trial.

    Args:
        record: The study.
        ended: Trials that have ended, at least one.
    """
    from catalog.study import Study

    settings = record.spec.get("study")
    given = settings if isinstance(settings, Mapping) else {}
    try:
        study = Study.model_validate({name: given[name] for name in ("timeout", "confirm") if name in given})
    except ValueError:  # written by another version, in an unknown format
        study = Study()
    gc_tuning = record.seconds / ended
    search = gc_tuning * max(0, record.planned - ended)
    if study.timeout_seconds is not None:
        search = min(search, max(0.0, study.timeout_seconds - record.seconds))
    rivals = min(study.confirm.top, record.planned - 1)
    return search + gc_tuning * ((rivals + 1) * study.confirm.seeds if rivals > 0 else 0)


def _trouble(book: StudyData, context: AppContext) -> str:
    """Return why the study does not continue and what to do; empty if all is well."""
    record, t = book.record, context.t
    counts = record.trials
    if record.worker_gone(context.clock()):
        return study_state.gone(context)
    if record.state == "failed":
        failure = record.failure or {}
        return t("Failed: {reason}", reason=safe(failure.get("message") or t("the reason was not recorded"), 300))
    if record.state == "stopped":
        done = counts.complete + counts.pruned + counts.failed
        return study_state.stopped(done, record.planned, context)
    if record.state == "queued":
        return study_state.waiting(record.queued is not None, context)
    return ""
