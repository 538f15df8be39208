"""The line below the breadcrumb: state, metric with its interval, whether the trial is the best, and its origin."""

from textual.content import Content

from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import flat
from runner.tui.labels import origin
from runner.tui.screens.trial.labels import interval, metric_name, progress, state, state_word
from runner.tui.screens.trial.trial_facts import TrialFacts

__all__ = ["title"]


def title(facts: TrialFacts, canvas: Canvas, context: AppContext) -> Content:
    """Return the line; its last part is left out if there is no room."""
    palette, glyphs = context.palette, context.glyphs
    shown = state(facts, context)
    parts = [Content.styled(f"{glyphs.states[shown]} {state_word(shown, context)}", f"bold {palette.state(shown)}")]
    if shown == "running":
        parts.append(Content(flat(_going(facts, context), glyphs)))
    if (scored := _value(facts, context)) is not None:
        parts.append(scored)
    if facts.is_winner:
        word = context.t("confirmed winner") if facts.is_confirmed else context.t("kept")
        parts.append(Content.styled(f"{glyphs.star} {word}", f"bold {palette.accent}"))
    elif facts.is_best:
        parts.append(Content.styled(context.t("best"), f"bold {palette.accent}"))
    parts.append(Content.styled(origin(context, facts.trial.origin), palette.muted))
    between = Content.styled(" | " if glyphs.ascii else " · ", palette.faint)
    line = between.join(parts)
    if line.cell_length > canvas.width:
        line = between.join(parts[:-1])
    return line.truncate(max(1, canvas.width), ellipsis=True)


def _value(facts: TrialFacts, context: AppContext) -> Content | None:
    """Return the study's metric: the trial's, or that of its last measurement."""
    metric = facts.study.tuned
    value = facts.trial.value
    if value is None:
        value = next((v for epoch in reversed(facts.epochs) if (v := epoch.metrics.get(metric.name)) is not None), None)
    if value is None:
        return None
    own = next((found.evaluation for found in facts.judgements if found.subject != "winner"), None)
    ends = interval(metric, own.intervals.get(metric.name) if own else None, context)
    return Content.assemble(
        f"{flat(metric_name(metric, context), context.glyphs)} ",
        (flat(context.metric(metric, value), context.glyphs), f"bold {context.palette.text}"),
        (flat(f" {ends}", context.glyphs) if ends else "", context.palette.muted),
    )


def _going(facts: TrialFacts, context: AppContext) -> str:
    """Return how far a running trial is, and for how long it has run."""
    trial = facts.trial
    seconds = max(0.0, (context.clock() - trial.started).total_seconds()) if trial.started else 0.0
    return context.t("{progress:percent} after {time:seconds}", progress=progress(facts), time=seconds)
