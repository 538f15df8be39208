"""The line below the list of studies: the meaning of the glyphs, and the order."""

from textual.content import Content

from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.rows.study_row import StudyRow

__all__ = ["legend"]

_ORDERS = {
    "created": (msgid("newest first"), msgid("oldest first")),
    "state": (msgid("by state"), msgid("by state, turned")),
    "study": (msgid("by name"), msgid("by name, turned")),
    "model": (msgid("by model"), msgid("by model, turned")),
    "best": (msgid("best first"), msgid("worst first")),
    "trials": (msgid("most trials first"), msgid("fewest trials first")),
    "time": (msgid("longest first"), msgid("shortest first")),
    "updated": (msgid("last changed first"), msgid("last changed last")),
}


def legend(row: StudyRow | None, order: tuple[str, bool], context: AppContext) -> Content:
    """Return the line for the study under the cursor.

    Args:
        row: The study; None if there is none.
        order: The order of the list, and whether it is reversed.
        context: The context of the app.
    """
    if row is None:
        return Content("")
    t, glyphs = context.t, context.glyphs
    by, turned = order
    parts = [t(_ORDERS[by][turned])]
    if row.baseline is not None:
        value = context.metric(row.record.tuned, row.baseline)
        model = safe(str((row.record.baseline or {}).get("key", "")).rpartition("/")[2], 30)
        parts.append(
            t(
                "{up}{down} against the {model} baseline ({value})",
                up=glyphs.up,
                down=glyphs.down,
                model=model,
                value=value,
            )
        )
    if row.place is not None:
        parts.append(t("# place in the queue"))
    if row.record.trials.pruned or row.record.trials.failed:
        parts.append(t("{sign} pruned", sign=glyphs.states["pruned"]))
        parts.append(t("{sign} failed", sign=glyphs.states["failed"]))
    return Content.styled("   ".join(parts), context.palette.muted)
