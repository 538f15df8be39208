"""The line under the breadcrumb: state, metric with its interval, whether it is the best, and where it came from."""

from textual.content import Content

from runner.tui.desk import Desk
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import flat
from runner.tui.naming import origin
from runner.tui.screens.trial.facts import Facts
from runner.tui.screens.trial.telling import interval, metric_name, progress, state, state_word

__all__ = ["title"]


def title(facts: Facts, canvas: Canvas, desk: Desk) -> Content:
    """Return the line; its last part is left out where it has no room."""
    palette, glyphs = desk.palette, desk.glyphs
    shown = state(facts, desk)
    parts = [Content.styled(f"{glyphs.states[shown]} {state_word(shown, desk)}", f"bold {palette.state(shown)}")]
    if shown == "running":
        parts.append(Content(flat(_going(facts, desk), glyphs)))
    if (scored := _value(facts, desk)) is not None:
        parts.append(scored)
    if facts.is_winner:
        word = desk.t("confirmed winner") if facts.is_confirmed else desk.t("kept")
        parts.append(Content.styled(f"{glyphs.star} {word}", f"bold {palette.accent}"))
    elif facts.is_best:
        parts.append(Content.styled(desk.t("best"), f"bold {palette.accent}"))
    parts.append(Content.styled(origin(desk, facts.trial.origin), palette.muted))
    between = Content.styled(" | " if glyphs.ascii else " · ", palette.faint)
    line = between.join(parts)
    if line.cell_length > canvas.width:
        line = between.join(parts[:-1])
    return line.truncate(max(1, canvas.width), ellipsis=True)


def _value(facts: Facts, desk: Desk) -> Content | None:
    """Return the study's metric: the trial's, or that of its last measurement."""
    metric = facts.study.tuned
    value = facts.trial.value
    if value is None:
        value = next((v for epoch in reversed(facts.epochs) if (v := epoch.metrics.get(metric.name)) is not None), None)
    if value is None:
        return None
    own = next((found.evaluation for found in facts.judgements if found.subject != "winner"), None)
    ends = interval(metric, own.intervals.get(metric.name) if own else None, desk)
    return Content.assemble(
        f"{flat(metric_name(metric, desk), desk.glyphs)} ",
        (flat(desk.metric(metric, value), desk.glyphs), f"bold {desk.palette.text}"),
        (flat(f" {ends}", desk.glyphs) if ends else "", desk.palette.muted),
    )


def _going(facts: Facts, desk: Desk) -> str:
    """Say how far a trial is that is being trained, and for how long."""
    trial = facts.trial
    seconds = max(0.0, (desk.clock() - trial.started).total_seconds()) if trial.started else 0.0
    return desk.t("{progress:percent} after {time:seconds}", progress=progress(facts), time=seconds)
