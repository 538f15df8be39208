"""Labels of a trial: its state, its origin, how it ended, its metrics."""

from collections.abc import Mapping

from catalog.errors import clause
from catalog.metric import Metric
from runner.presentation.labels import SPLITS, STATES, msgid
from runner.presentation.text import safe
from runner.study.early_end import CUT_NOTE
from runner.tui.context import AppContext
from runner.tui.labels import shown_state
from runner.tui.screens.trial.trial_facts import SplitEvaluation, TrialFacts

__all__ = [
    "advice",
    "interval",
    "judged",
    "metric_name",
    "outcome",
    "progress",
    "short_name",
    "split",
    "state",
    "state_word",
]

_CLASS = 12
"""Most characters of a class name in the name of a metric."""
_STATES = {**STATES, "stopped": STATES["interrupted"]}
_FAILURES = {
    "out_of_memory": msgid("Out of memory"),
    "diverged": msgid("Diverged: the loss was not finite"),
    "bad_data": msgid("The data cannot be used"),
    "bad_model": msgid("The model cannot be used"),
    "lost_worker": msgid("The process that trained it ended"),
    "hung": msgid("The process that trained it made no progress any more"),
    "unreachable": msgid("A server did not answer"),
    "plugin": msgid("The plugin broke its contract"),
}
_ADVICE = {
    "out_of_memory": msgid(
        "Lower what makes a batch or an input large, take a smaller model, or a device with more memory."
    ),
    "diverged": msgid("Lower the learning rate, or narrow its range in the search space."),
    "bad_data": msgid("Mend the data set that the spec names."),
    "bad_model": msgid("Check model_name in the spec."),
    "lost_worker": msgid("The machine may have run out of memory: run fewer workers at once."),
    "hung": msgid("Look at the machine, its disks and its devices."),
    "unreachable": msgid("Check the network."),
    "plugin": msgid("Update the plugin, or ask those who made it."),
}
_THEN_RESUMED = frozenset({"bad_data", "lost_worker", "hung", "unreachable"})
"""Failures after which a study can continue unchanged."""
_ANY_ADVICE = msgid("The study's log tells more; MODELCAT_DEBUG=1 shows what the workers print.")


def state(facts: TrialFacts, context: AppContext) -> str:
    """Return the state of a trial to show: ``"stopped"`` if no process trains it any more."""
    return shown_state(facts.trial, working=facts.study.effective_state(context.clock()) == "running")


def state_word(name: str, context: AppContext) -> str:
    """Return the label of a state."""
    return context.t(_STATES.get(name, name))


def split(name: str, context: AppContext) -> str:
    """Return the label of a split."""
    return context.t(SPLITS.get(name, safe(name, 40)))


def judged(judgement: SplitEvaluation, context: AppContext) -> str:
    """Return which model answers, on which split, and how many examples."""
    kept = judgement.subject == "winner"
    subject = (
        context.t("Kept model") if kept else context.t("Trial {number}", number=judgement.subject.partition("/")[2])
    )
    rows = judgement.evaluation.rows if judgement.evaluation else 0
    if not rows:
        return context.t("{subject} · {split}", subject=subject, split=split(judgement.split, context))
    return context.t(
        "{subject} · {split} · {rows:count} examples", subject=subject, split=split(judgement.split, context), rows=rows
    )


def metric_name(metric: Metric, context: AppContext) -> str:
    """Return the label of a metric as it stands alone."""
    return context.metric_label(metric, _CLASS, within=False)


def short_name(metric: Metric, context: AppContext) -> str:
    """Return the short label of a metric: ``Macro F1``, ``F1 of fraud``."""
    name = context.metric_label(metric, _CLASS)
    return name[:1].upper() + name[1:]


def interval(metric: Metric, ends: tuple[float, float] | None, context: AppContext) -> str:
    """Return the 95 % interval of a metric in brackets, empty if it has none."""
    if ends is None:
        return ""
    low, high = ends
    if metric.format == "percent":
        first, last = context.language.decimal(low * 100, 1), context.language.percent(high)
    elif metric.format == "number":
        first, last = context.language.decimal(low, 3), context.language.decimal(high, 3)
    else:
        first, last = context.metric(metric, low), context.metric(metric, high)
    gap = " " if low < 0 or context.glyphs.ascii else ""  # a dash next to a minus cannot be read
    return f"[{first}{gap}{context.glyphs.dash}{gap}{last}]"


def outcome(facts: TrialFacts, context: AppContext) -> str:
    """Return a sentence about how an incomplete trial ended; empty for a complete one."""
    trial, t = facts.trial, context.t
    match state(facts, context):
        case "failed":
            failure = trial.failure or {}
            kind = _FAILURES.get(str(failure.get("kind")), msgid("The training failed"))
            return t(
                "{kind}: {reason}.",
                kind=t(kind),
                reason=clause(safe(failure.get("reason") or t("no reason was recorded"), 2000)),
            )
        case "pruned":
            return _pruned(facts, context)
        case "stopped" if facts.study.state == "queued":
            return t(
                "Interrupted at {progress:percent} of its schedule; the study waits in the queue to go on with it.",
                progress=progress(facts),
            )
        case "stopped":
            return t("Interrupted at {progress:percent} of its schedule; resume the study to go on with it.",
                     progress=progress(facts))  # fmt: skip
        case _:
            return ""


def advice(facts: TrialFacts, context: AppContext) -> str:
    """Return what to do about a failure; empty if there is nothing."""
    if facts.trial.state != "failed":
        return ""
    kind, t = str((facts.trial.failure or {}).get("kind")), context.t
    text = t(_ADVICE.get(kind, _ANY_ADVICE))
    if facts.study.is_fruitless:
        return f"{text} {t('Then delete the study and run it again: all its trials failed, and none is left.')}"
    going_on = kind in _THEN_RESUMED and facts.study.effective_state(context.clock()) in {"stopped", "failed"}
    return f"{text} {t('Then resume the study.')}" if going_on else text


def progress(facts: TrialFacts) -> float:
    """Return the share of its schedule at a trial's last measurement, 0 to 1."""
    return facts.epochs[-1].progress if facts.epochs else 0.0


def _pruned(facts: TrialFacts, context: AppContext) -> str:
    """Only searched trials are pruned by comparison; any other was stopped by the study's time limit."""
    settings = facts.study.spec.get("study")
    pruner = str((settings or {}).get("pruner") or "median") if isinstance(settings, Mapping) else "median"
    values = [epoch.metrics.get(facts.study.metric) for epoch in facts.epochs]
    value = next((value for value in reversed(values) if value is not None), None)
    if facts.trial.origin != "search" or pruner == "none" or value is None or CUT_NOTE in facts.trial.notes:
        return context.t(
            "Pruned at {progress:percent} of its schedule, when the study's time was up.", progress=progress(facts)
        )
    return context.t(
        "Pruned at {progress:percent} of its schedule: with {metric} {value} it fell behind earlier trials "
        "(pruner {pruner}).",
        progress=progress(facts),
        metric=metric_name(facts.study.tuned, context),
        value=context.metric(facts.study.tuned, value),
        pruner=safe(pruner, 20),
    )
