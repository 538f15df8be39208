"""Converts the findings of a task, frozen records, to and from JSON details."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

__all__ = ["details_json", "read_details"]

Kind = TypeVar("Kind")


def details_json(details: Any) -> dict[str, Any]:
    """Return a frozen record as JSON details: lists in place of tuples."""
    kind: Any = type(details)
    found: dict[str, Any] = _adapter(kind).dump_python(details, mode="json")
    return found


def read_details(kind: type[Kind], details: Mapping[str, Any]) -> Kind:
    """Return the typed form of JSON details; fields of other tasks and releases are left out.

    Raises:
        ValidationError: A field holds something else.
    """
    names = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # a dataclass, which typing cannot express
    wanted: Any = kind
    found: Kind = _adapter(wanted).validate_python({name: value for name, value in details.items() if name in names})
    return found


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
