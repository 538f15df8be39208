"""Where a spec is written, checked while it is written, measured, and submitted."""

from runner.tui.screens.submit.screen import SubmitScreen

__all__ = ["SubmitScreen"]
