"""The place of one trial: how it learned, what it gets wrong, what it goes by, and what it was made with."""

from runner.tui.screens.trial.screen import TrialScreen

__all__ = ["TrialScreen"]
