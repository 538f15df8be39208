"""Labels of states, origins, trials and differences of metrics on the screens."""

from catalog.metric import Metric
from catalog.statement import Statement
from runner.presentation.labels import ORIGINS, STATES
from runner.presentation.text import safe
from runner.store.records import TrialRecord
from runner.tui.context import AppContext

__all__ = ["difference", "origin", "shown_state", "state", "trial_name"]


def state(context: AppContext, name: str) -> str:
    """Return a state of a trial or a study in the user's language."""
    return context.t(STATES[name]) if name in STATES else safe(name, 20)


def shown_state(trial: TrialRecord, *, working: bool) -> str:
    """Return the state of a trial to show: ``"stopped"`` if its study has no worker any more."""
    return "stopped" if trial.state == "running" and not working else trial.state


def origin(context: AppContext, name: str) -> str:
    """Return the label of the origin of a trial's configuration."""
    return context.t(ORIGINS[name]) if name in ORIGINS else safe(name, 20)


def trial_name(context: AppContext, number: int) -> str:
    """Return the label of a trial within a sentence."""
    return context.t("trial {number:count}", number=number)


def difference(context: AppContext, metric: Metric, value: float) -> str:
    """Return by how much one value of a metric is better than another, with sign (positive is better) and unit."""
    share = metric.format == "percent"
    sign = "+" if round(value, 3 if share else 4) > 0 else ""
    if share:
        return sign + context.say(Statement("{difference:points} points", {"difference": value}))
    return sign + context.metric(metric, value)
