"""The screen of one trial: its training, its errors, its explanations, and its parameters."""

from runner.tui.screens.trial.screen import TrialScreen

__all__ = ["TrialScreen"]
