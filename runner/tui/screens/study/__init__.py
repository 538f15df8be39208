"""The screen of one study: its trials, charts, comparison, diagnosis and log."""

from runner.tui.screens.study.screen import StudyScreen

__all__ = ["StudyScreen"]
