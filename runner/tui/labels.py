"""What states, origins, trials and differences of metrics are called on the screens."""

from catalog.metric import Metric
from catalog.statement import Statement
from runner.presentation.labels import ORIGINS, STATES
from runner.presentation.text import safe
from runner.store.records import TrialRecord
from runner.tui.context import AppContext

__all__ = ["difference", "origin", "shown_state", "state", "trial_name"]


def state(context: AppContext, name: str) -> str:
    """Return a state of a trial or a study in the person's language."""
    return context.t(STATES[name]) if name in STATES else safe(name, 20)


def shown_state(trial: TrialRecord, *, working: bool) -> str:
    """Return a trial's state as it is to be shown: one that nobody trains any more is ``"stopped"``."""
    return "stopped" if trial.state == "running" and not working else trial.state


def origin(context: AppContext, name: str) -> str:
    """Return where a trial's configuration came from."""
    return context.t(ORIGINS[name]) if name in ORIGINS else safe(name, 20)


def trial_name(context: AppContext, number: int) -> str:
    """Return what a trial is called within a sentence."""
    return context.t("trial {number:count}", number=number)


def difference(context: AppContext, metric: Metric, value: float) -> str:
    """Return how much better one value of a metric is than another, with its sign (positive is better) and its unit."""
    share = metric.format == "percent"
    sign = "+" if round(value, 3 if share else 4) > 0 else ""
    if share:
        return sign + context.say(Statement("{difference:points} points", {"difference": value}))
    return sign + context.metric(metric, value)
