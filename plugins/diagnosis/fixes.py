"""Fixes as fields of the spec: only fields that the plugin has, only values that it accepts."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError

from catalog.contract.diagnosis import Fix
from catalog.statement import Statement, Value
from plugins.diagnosis.case import DiagnosisCase, number

__all__ = ["advise", "change", "give", "keep", "metric"]

End = Literal["low", "high"]


def advise(template: str, **values: Value) -> Fix:
    """Return advice that is no field of the spec."""
    return Fix(Statement(template, values))


def keep(*remedies: Fix | None) -> tuple[Fix, ...]:
    """Return the fixes that are not None, in their order."""
    return tuple(remedy for remedy in remedies if remedy is not None)


def change(
    case: DiagnosisCase, name: str, value: Any, template: str, *, end: End | None = None, **values: str | float
) -> Fix | None:
    """Return the fix that gives a field of `model_config` another value; None if that is impossible.

    If the field is tuned, its search space changes: the given configuration is only the first trial.

    Args:
        case: The study.
        name: A field.
        value: Its new value.
        template: The advice.
        end: Which end of a range becomes `value` if that lies inside; if None, the end far from the trial's value.
        values: Of the template's placeholders.
    """
    entry = case.evidence.space.get(name)
    if entry is None:
        return give(case, name, value, template, **values)
    field, bound = _bound(entry, value, end or _far_end(value, case.settings.get(name)))
    if not _is_valid(case, name, value) or entry.get(field) == bound:
        return None
    return Fix(Statement(template, values), f"study.search_space.{name}.{field}", bound)


def give(case: DiagnosisCase, name: str, value: Any, template: str, **values: str | float) -> Fix | None:
    """Return the fix that gives a field of the given configuration another value, tuned or not; see `change`."""
    if value == case.settings.get(name) or not _is_valid(case, name, value):
        return None
    return Fix(Statement(template, values), f"model_config.{name}", value)


def metric(case: DiagnosisCase, name: str, template: str) -> Fix | None:
    """Return the fix that tunes for another metric; None if the study already tunes for it."""
    return None if case.evidence.metric == name else Fix(Statement(template), "study.metric", name)


def _far_end(value: Any, current: Any) -> End:
    """Return the end of a range that excludes the present value."""
    return "high" if number(current) is None or value < current else "low"


def _bound(entry: Mapping[str, Any], value: Any, end: End) -> tuple[str, Any]:
    """Return which part of a tuned field's entry to change, and to what."""
    if "choices" in entry:
        choices = list(entry["choices"])
        return "choices", [value] if value in choices else [*choices, value]
    if value < entry["low"]:
        return "low", value
    if value > entry["high"]:
        return "high", value
    return end, value


def _is_valid(case: DiagnosisCase, name: str, value: Any) -> bool:
    """Return whether the plugin has the field, and accepts the value together with the other values of the trial."""
    if name not in case.evidence.Config.model_fields:
        return False
    try:
        case.evidence.Config.model_validate({**case.settings, name: value})
    except ValidationError:
        return False
    return True
