"""The tabs of a trial, and their panes, each imported when it is first shown."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from catalog.figures import Text
from catalog.statement import Statement
from runner.tui.context import AppContext
from runner.tui.screens.trial.trial_facts import TrialFacts

if TYPE_CHECKING:
    from runner.tui.screens.trial.panes.page import BasePane

__all__ = ["make", "tabs_of"]


def tabs_of(facts: TrialFacts | None) -> Mapping[str, Text]:
    """Return the tabs by their keys: curves, the groups of the task's figures, examples, parameters."""
    groups = {} if facts is None else facts.groups
    last = {"examples": Statement("Examples"), "parameters": Statement("Parameters")}
    return {"curves": Statement("Curves"), **groups, **last}


def make(tab: str, facts: TrialFacts, context: AppContext, key: Callable[[str], str]) -> "BasePane":
    """Make the pane of a tab; its modules are imported here.

    Args:
        tab: One of `tabs_of`.
        facts: The facts of the trial.
        context: The context of the app.
        key: Returns the key of an action, for hints.
    """
    match tab:
        case "curves":
            from runner.tui.screens.trial.panes.curves import CurvesPane

            return CurvesPane(context)
        case "examples":
            from runner.tui.screens.trial.panes.examples import ExamplesPane

            return ExamplesPane(context, key)
        case "parameters":
            from runner.tui.screens.trial.panes.parameters import ParametersPane

            return ParametersPane(context)
    from runner.tui.screens.trial.panes.figures import FiguresPane

    return FiguresPane(context, key, tab, metrics=tab == next(iter(facts.groups), None))
