"""Remedies as fields of the spec: only fields that the plugin has, only values that it takes."""

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
    """Return the remedies that there are, in their order."""
    return tuple(remedy for remedy in remedies if remedy is not None)


def change(
    case: DiagnosisCase, name: str, value: Any, template: str, *, end: End | None = None, **values: str | float
) -> Fix | None:
    """Return the remedy of giving a field of `model_config` another value; None where that cannot be.

    Where the field is tuned, what changes is its search space: the given configuration is only the first trial.

    Args:
        case: The study.
        name: A field.
        value: Its new value.
        template: The advice.
        end: Which end of a range becomes `value` where that lies inside; the far one from the trial's value if None.
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
    """Return the remedy of giving a field of the given configuration another value, tuned or not; see `change`."""
    if value == case.settings.get(name) or not _is_valid(case, name, value):
        return None
    return Fix(Statement(template, values), f"model_config.{name}", value)


def metric(case: DiagnosisCase, name: str, template: str) -> Fix | None:
    """Return the remedy of tuning for another metric; None where it is the one already."""
    return None if case.evidence.metric == name else Fix(Statement(template), "study.metric", name)


def _far_end(value: Any, current: Any) -> End:
    """Return the end of a range that shuts the present value out."""
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
    """Tell whether the plugin has the field, and takes the value beside those of the trial."""
    if name not in case.evidence.Config.model_fields:
        return False
    try:
        case.evidence.Config.model_validate({**case.settings, name: value})
    except ValidationError:
        return False
    return True
