"""The fields of the model's configuration: their meaning and their values in this study."""

import json
from typing import Any

from catalog.schema import Parameter
from runner.presentation.text import safe
from runner.report.blocks import Missing, Paragraph, Section, SettingRow, SettingsTable
from runner.report.formatting import ReportFormatter
from runner.report.results import Results

__all__ = ["settings"]

_OF_PLUGIN = "en"
"""The language in which models describe themselves."""


def settings(results: Results, formatter: ReportFormatter) -> Section:
    """List the fields of the model's configuration, those that were set or tuned first."""
    t = formatter.t
    title = t("Key settings")
    if not results.parameters:
        text = t("The plugin {key} is not installed here: its settings are unknown.", key=safe(results.study.key, 200))
        return Section("settings", title, (Missing(text),))
    used = results.chosen
    ranked = sorted(results.parameters, key=lambda parameter: parameter.name not in used)
    rows = tuple(
        SettingRow(
            name=safe(parameter.name, 60),
            used=formatter.parameter(used[parameter.name]) if parameter.name in used else "",
            default=_default(parameter, formatter),
            allowed=safe(parameter.allowed, 300),
            meaning=safe(parameter.description, 600),
            lang=_OF_PLUGIN,
        )
        for parameter in ranked
    )
    intro = t("What was set or tuned comes first and is marked; the rest had its default.")
    return Section("settings", title, (Paragraph(intro, "muted"), SettingsTable(rows)))


def _default(parameter: Parameter, formatter: ReportFormatter) -> str:
    """Return a default in the format of values; a catalog gives it as JSON, which may be cut."""
    if parameter.default == "required":
        return formatter.t("required")
    try:
        value: Any = json.loads(parameter.default)
    except ValueError:
        return safe(parameter.default, 200)
    return formatter.parameter(value)
