"""The parameters of a trial next to the given configuration and the plugin's defaults, differences first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.screens.trial.trial_facts import TrialFacts

__all__ = ["ParameterRow", "settings_of"]

_REQUIRED = "required"
"""A catalog's mark of a field that has no default."""


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One field, formatted and as data.

    Attributes:
        name: Its name, safe to show.
        here: Its value in this trial.
        given: Its value in the given configuration.
        default: The plugin's default; empty if there is none.
        differs: Whether the trial's value differs from the given one.
        tuned: Whether the study tunes it.
        field: Its name, unchanged.
        values: The unformatted values in this trial, in the given configuration and by default; None if a value
            is unknown.
    """

    name: str
    here: str
    given: str
    default: str
    differs: bool
    tuned: bool
    field: str
    values: tuple[Any, Any, Any]


def settings_of(facts: TrialFacts, context: AppContext) -> list[ParameterRow]:
    """Return all fields: those that differ from the given configuration, tuned ones, set ones, then the rest."""
    defaults = {found.name: found.default for found in facts.parameters or ()}
    here, given = facts.config, {**_first(facts), **facts.given}
    names = list(dict.fromkeys((*here, *given, *defaults)))
    found = [_setting(name, here, given, defaults, facts, context) for name in names]
    return sorted(found, key=lambda setting: (not setting.differs, not setting.tuned, setting.name not in here))


def _first(facts: TrialFacts) -> Mapping[str, Any]:
    """Return the given configuration's values of tuned fields that the spec leaves to the defaults."""
    return facts.trial.params if facts.trial.origin == "given" else {}


def _setting(
    name: str,
    here: Mapping[str, Any],
    given: Mapping[str, Any],
    defaults: Mapping[str, str],
    facts: TrialFacts,
    context: AppContext,
) -> ParameterRow:
    default = _default(defaults.get(name, ""), context)
    was = context.value(given[name]) if name in given else default or context.glyphs.dash
    now = context.value(here[name]) if name in here else was
    tuned = name in facts.trial.params
    usual = _default_value(defaults.get(name, ""))
    given_value = given.get(name, usual)
    values = (here.get(name, given_value), given_value, usual)
    return ParameterRow(safe(name, 40), now, was, default or context.glyphs.dash, now != was, tuned, name, values)


def _default(text: str, context: AppContext) -> str:
    """Return a default in the format of values; a catalog has it as JSON."""
    if text == _REQUIRED:
        return context.t("required")
    try:
        return context.value(json.loads(text)) if text else ""
    except ValueError:
        return safe(text, 40)


def _default_value(text: str) -> Any:
    """Return a default, unformatted; None if a field has none."""
    try:
        return None if text in {"", _REQUIRED} else json.loads(text)
    except ValueError:
        return text
