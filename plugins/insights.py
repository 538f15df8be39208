"""Why a figure is missing."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from catalog.statement import Statement

__all__ = ["NOT_RECORDED", "insight_of"]

NOT_RECORDED = Statement("Not recorded: the model was judged by an older modelcat, or its plugin does not tell.")
_UNREADABLE = Statement("What the store holds of it was written by another version, and cannot be read here.")
Kind = TypeVar("Kind")


def insight_of(insights: Mapping[str, Any], name: str, kind: type[Kind], missing: Statement) -> Kind | Statement:
    """Return what a study found, else why it is not known: `missing` if nothing is stored."""
    stored = insights.get(name)
    if stored is None:
        return missing
    if isinstance(stored, Mapping) and isinstance(stored.get("failure"), Mapping):
        reason = str(stored["failure"].get("reason", ""))
        return Statement("This could not be found out: {reason}", {"reason": reason})
    try:
        return TypeAdapter(kind).validate_python(stored)
    except ValidationError:
        return _UNREADABLE
