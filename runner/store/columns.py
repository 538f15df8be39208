"""Column types that mean the same in SQLite and in PostgreSQL."""

import json
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Double, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

__all__ = ["Damaged", "Document", "Measure", "Prose", "Time", "Word", "as_json", "from_json"]


class Time(TypeDecorator[datetime]):
    """A moment: timezone-aware in Python, UTC in the database. SQLite has no time zones and gets none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Give the time zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """A JSON value; None is SQL's NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 -- SQLAlchemy's signature
        """Make it valid JSON."""
        return as_json(value)


class Measure(TypeDecorator[float]):
    """A measured number; one that is not finite becomes NULL."""

    impl = Double()
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Drop what is not finite."""
        return None if value is None or not math.isfinite(value) else float(value)


class Prose(TypeDecorator[str]):
    """Any text. What a database cannot hold (NUL, halves of surrogate pairs) becomes a replacement character."""

    impl = Text()
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Replace what cannot be held."""
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Return text even where somebody has put bytes into SQLite, which are found under no name."""
        return value.decode(errors="replace") if isinstance(value, bytes) else value


class Word(TypeDecorator[str]):
    """One of a few words; another is a mistake in the calling code."""

    impl = Text()
    cache_ok = True

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Refuse other words."""
        if value not in self.allowed:
            raise ValueError(f"{value!r} is none of {', '.join(self.allowed)}")
        return value


@dataclass(frozen=True, slots=True)
class Damaged:
    """What is read in place of a value that somebody else has spoilt; `reason` follows the name of its field."""

    reason: str


def from_json(text: str) -> Any:
    """Return what a column of JSON holds, or `Damaged`: one row must not keep all others from being read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return Damaged(f"is not JSON: {error}")


def as_json(value: Any, path: str = "value") -> Any:
    """Return `value` made of what JSON has: numbers that are not finite become None, NumPy's become Python's.

    Raises:
        TypeError: Something in it has no place in JSON; the message says where.
    """
    match value:
        case None | bool() | str():
            return value
        case numbers.Integral():
            return int(value)
        case numbers.Real():
            return float(value) if math.isfinite(value) else None
        case Mapping():
            if wrong := [key for key in value if not isinstance(key, str)]:
                raise TypeError(f"{path}: a key that is no string: {wrong[0]!r}")
            return {key: as_json(item, f"{path}.{key}") for key, item in value.items()}
        case list() | tuple():
            return [as_json(item, f"{path}[{index}]") for index, item in enumerate(value)]
        case _:
            raise TypeError(f"{path}: {type(value).__name__} has no place in JSON: {value!r}")
