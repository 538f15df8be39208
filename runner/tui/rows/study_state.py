"""The state of a study in words, with what one can do about it."""

from runner.presentation.labels import STATES, msgid
from runner.presentation.text import safe
from runner.study.early_end import early_end_clause
from runner.tui.desk import Desk
from runner.tui.rows.study_row import ShownState, StudyRow

__all__ = ["gone", "state_sentence", "state_word", "stopped", "waiting"]

_WORDS = {**STATES, "queued": msgid("waiting"), "gone": msgid("worker gone")}


def state_word(state: ShownState, desk: Desk) -> str:
    """Return a state in one or two words."""
    return desk.t(_WORDS[state])


def state_sentence(row: StudyRow, desk: Desk) -> str:
    """Return what a study is doing, or why it is not, and which key helps; harmless."""
    t, record = desk.t, row.record
    match row.state:
        case "queued":
            told = _queued(row, desk)
        case "running":
            told = _running(row, desk)
        case "gone":
            told = gone(desk)
        case "stopped":
            told = stopped(row.done, record.planned, desk)
        case "failed":
            reason = safe((record.failure or {}).get("message") or t("the reason was not recorded"), 300)
            told = t("Failed: {reason}", reason=reason)
        case _:
            early = early_end_clause(record.early_end)
            told = (
                t("Finished with {done:count} trials.", done=row.done)
                if early is None
                else t("Finished: {reason}.", reason=desk.say(early))
            )
    return told


def gone(desk: Desk) -> str:
    """Return that nobody runs a study any more."""
    return _with_key(desk, desk.t("Its worker is gone: nobody runs it."), msgid("r resumes it where it was."))


def stopped(done: int, planned: int, desk: Desk) -> str:
    """Return how far a study came that was stopped."""
    told = desk.t("Stopped with {done:count} of {planned:count} trials.", done=done, planned=planned)
    return _with_key(desk, told, msgid("r resumes it."))


def waiting(in_queue: bool, desk: Desk) -> str:
    """Return what a queued study waits for."""
    if not in_queue:
        told = desk.t("Not begun: it is being made, or whoever made it has ended.")
        return _with_key(desk, told, msgid("r puts it into the queue."))
    if not desk.attended:
        return _with_key(desk, desk.t("It waits, and no worker runs on this machine."), msgid("r starts one."))
    return desk.t("It waits in the queue until a worker takes it.")


def _with_key(desk: Desk, told: str, key: str) -> str:
    """Add which key helps, where it may be used."""
    return told if desk.read_only else f"{told} {desk.t(key)}"


def _queued(row: StudyRow, desk: Desk) -> str:
    if row.place is None or not desk.attended:
        return waiting(row.place is not None, desk)
    return desk.t("Number {place:count} of {waiting:count} in the queue.", place=row.place, waiting=row.waiting)


def _running(row: StudyRow, desk: Desk) -> str:
    t, planned = desk.t, row.record.planned
    left = max(0, planned - row.done)
    if row.record.stop_requested is not None:
        return t("Stopping: it was asked to, and ends within seconds.")
    if (early := early_end_clause(row.record.early_end)) is not None:
        return t("Running: {reason}; the best are being confirmed.", reason=desk.say(early))
    if left:
        return t("Running: {left:count} of {planned:count} trials are left.", left=left, planned=planned)
    return t("Running: all trials are done, the best are being confirmed.")
