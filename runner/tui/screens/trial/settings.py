"""The parameters of a trial beside the given configuration and the plugin's defaults, differences first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.console.text import safe
from runner.tui.desk import Desk
from runner.tui.screens.trial.facts import Facts
from runner.tui.screens.trial.telling import parameter

__all__ = ["Setting", "settings_of"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One field.

    Attributes:
        name: Its name.
        here: Its value in this trial.
        given: In the given configuration.
        default: The plugin's; empty where there is none.
        differs: Whether this trial's is another than the given one.
        tuned: Whether the study tunes it.
    """

    name: str
    here: str
    given: str
    default: str
    differs: bool
    tuned: bool


def settings_of(facts: Facts, desk: Desk) -> list[Setting]:
    """Return all fields: those that differ from the given configuration, tuned ones, set ones, then the rest."""
    defaults = {found.name: found.default for found in facts.parameters or ()}
    here, given = facts.config, {**_first(facts), **facts.given}
    names = list(dict.fromkeys((*here, *given, *defaults)))
    found = [_setting(name, here, given, defaults, facts, desk) for name in names]
    return sorted(found, key=lambda setting: (not setting.differs, not setting.tuned, setting.name not in here))


def _first(facts: Facts) -> Mapping[str, Any]:
    """Return what the given configuration has in tuned fields that the spec leaves to the defaults."""
    return facts.trial.params if facts.trial.origin == "given" else {}


def _setting(
    name: str, here: Mapping[str, Any], given: Mapping[str, Any], defaults: Mapping[str, str], facts: Facts, desk: Desk
) -> Setting:
    default = _default(defaults.get(name, ""), desk)
    was = parameter(given[name], desk) if name in given else default or desk.glyphs.dash
    now = parameter(here[name], desk) if name in here else was
    tuned = name in facts.trial.params
    return Setting(safe(name, 40), now, was, default or desk.glyphs.dash, now != was, tuned)


def _default(told: str, desk: Desk) -> str:
    """Return a default as values are written; a catalog tells it as JSON."""
    if told == "required":
        return desk.t("required")
    try:
        return parameter(json.loads(told), desk) if told else ""
    except ValueError:
        return safe(told, 40)
