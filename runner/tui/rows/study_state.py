"""The state of a study as a sentence, with the key that helps."""

from runner.presentation.labels import STATES, msgid
from runner.presentation.text import safe
from runner.study.early_end import early_end_clause
from runner.tui.context import AppContext
from runner.tui.rows.study_row import ShownState, StudyRow

__all__ = ["gone", "state_sentence", "state_word", "stopped", "waiting"]

_WORDS = {**STATES, "queued": msgid("waiting"), "gone": msgid("worker gone")}


def state_word(state: ShownState, context: AppContext) -> str:
    """Return a state in one or two words."""
    return context.t(_WORDS[state])


def state_sentence(row: StudyRow, context: AppContext) -> str:
    """Return what a study is doing, or why it does nothing, and which key helps; safe to show."""
    t, record = context.t, row.record
    match row.state:
        case "queued":
            text = _queued(row, context)
        case "running":
            text = _running(row, context)
        case "gone":
            text = gone(context)
        case "stopped":
            text = stopped(row.done, record.planned, context)
        case "failed":
            reason = safe((record.failure or {}).get("message") or t("the reason was not recorded"), 300)
            text = t("Failed: {reason}", reason=reason)
        case _:
            early = early_end_clause(record.early_end)
            text = (
                t("Finished with {done:count} trials.", done=row.done)
                if early is None
                else t("Finished: {reason}.", reason=context.say(early))
            )
    return text


def gone(context: AppContext) -> str:
    """Return that no process runs the study any more."""
    return _with_key(context, context.t("Its worker is gone: no one runs it."), msgid("r resumes it where it was."))


def stopped(done: int, planned: int, context: AppContext) -> str:
    """Return how far a stopped study came."""
    text = context.t("Stopped with {done:count} of {planned:count} trials.", done=done, planned=planned)
    return _with_key(context, text, msgid("r resumes it."))


def waiting(in_queue: bool, context: AppContext) -> str:
    """Return what a queued study waits for."""
    if not in_queue:
        text = context.t("Not begun: it is being made, or the process that made it has ended.")
        return _with_key(context, text, msgid("r puts it into the queue."))
    if not context.attended:
        return _with_key(context, context.t("It waits, and no worker runs on this machine."), msgid("r starts one."))
    return context.t("It waits in the queue until a worker takes it.")


def _with_key(context: AppContext, text: str, key: str) -> str:
    """Add the key that helps, if it may be used."""
    return text if context.read_only else f"{text} {context.t(key)}"


def _queued(row: StudyRow, context: AppContext) -> str:
    if row.place is None or not context.attended:
        return waiting(row.place is not None, context)
    return context.t("Number {place:count} of {waiting:count} in the queue.", place=row.place, waiting=row.waiting)


def _running(row: StudyRow, context: AppContext) -> str:
    t, planned = context.t, row.record.planned
    left = max(0, planned - row.done)
    if row.record.stop_requested is not None:
        return t("Stopping: it was asked to, and ends within seconds.")
    if (early := early_end_clause(row.record.early_end)) is not None:
        return t("Running: {reason}; the best are being confirmed.", reason=context.say(early))
    if left:
        return t("Running: {left:count} of {planned:count} trials are left.", left=left, planned=planned)
    return t("Running: all trials are done, the best are being confirmed.")
