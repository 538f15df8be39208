"""The tabs of a trial, and the making of what each shows, when it is first wanted."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

from runner.presentation.labels import msgid
from runner.tui.desk import Desk

if TYPE_CHECKING:
    from runner.tui.screens.trial.panes.page import Pane

__all__ = ["TABS", "make"]

TABS: Mapping[str, str] = {
    "curves": msgid("Curves"),
    "confusion": msgid("Confusion"),
    "confidence": msgid("Confidence"),
    "length": msgid("Length"),
    "words": msgid("Words"),
    "examples": msgid("Examples"),
    "parameters": msgid("Parameters"),
}
_PANES = {
    "curves": ("curves", "CurvesPane", False),
    "confusion": ("confusion", "ConfusionPane", True),
    "confidence": ("confidence", "ConfidencePane", True),
    "length": ("length", "LengthPane", True),
    "words": ("words", "WordsPane", True),
    "examples": ("examples", "ExamplesPane", True),
    "parameters": ("parameters", "ParametersPane", False),
}
"""Module and class of each pane, and whether its lines name keys."""


def make(tab: str, desk: Desk, key: Callable[[str], str]) -> "Pane":
    """Make the pane of a tab; what draws it is loaded here."""
    module, name, wants = _PANES[tab]
    kind = getattr(import_module(f"runner.tui.screens.trial.panes.{module}"), name)
    return cast("Pane", kind(desk, key) if wants else kind(desk))
