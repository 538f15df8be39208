"""Column types that mean the same in SQLite and in PostgreSQL.

SQLite keeps whatever is written into a cell. Each type therefore checks its cells one by one, and returns
`DamagedValue` for a cell that does not hold what the column is for: one bad cell must not stop all other rows from
being read.
"""

import json
import math
import numbers
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Double, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from runner.store.column_shapes import JsonShape, fault
from runner.store.files import can_be_name

__all__ = [
    "LARGEST",
    "CountColumn",
    "DamagedValue",
    "EnumColumn",
    "JsonColumn",
    "MeasureColumn",
    "NameColumn",
    "SecondsColumn",
    "SeedColumn",
    "TextColumn",
    "TimeColumn",
    "as_json",
    "from_json",
]

#: Measured numbers beyond this have no meaning, and computing with them (differences, squares) would overflow.
LARGEST = 1e100
#: Times outside of these years overflow when they are shown in a time zone, or when a lease is added to them.
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
#: Characters of names, paths, titles and notes; the longest text that modelcat writes is a note of 20,000.
_LONGEST = 1 << 15
#: Levels of JSON. With more levels, a walk through the value would reach Python's recursion limit.
_DEEPEST = 100
#: Digits of a whole number in JSON: a longer one is larger than any float.
_DIGITS = 308
#: Seconds, passes and shares; thirty thousand years still have a date.
_LARGEST_SPAN = 1e12
_COUNTS, _BIG_INTEGERS = (0, 2**31 - 1), (-(2**63), 2**63 - 1)


@dataclass(frozen=True, slots=True)
class DamagedValue:
    """Stands in for a value that another program has damaged; `reason` is worded to follow the name of the field."""

    reason: str


class _Checked(TypeDecorator[Any]):
    """Reads each value with `read`, whatever the driver returned; never raises."""

    impl: TypeEngine[Any] = Text()
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any]:  # noqa: ARG002 -- SQLAlchemy's
        """Return the function that reads a value; SQLAlchemy's own would raise an error for the whole query."""
        own = type(self).read_sqlite is not _Checked.read_sqlite
        return self.read_sqlite if own and dialect.name == "sqlite" else self.read

    def read(self, value: Any) -> Any:
        """Return a value of the column's kind, None, or `DamagedValue`."""
        raise NotImplementedError

    def read_sqlite(self, value: Any) -> Any:
        """Return the same for a value from SQLite, if SQLite stores another kind."""
        return self.read(value)


class TimeColumn(_Checked):
    """A moment: timezone-aware in Python, UTC in the database. SQLite has no time zones and gets none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def read(self, value: Any) -> Any:
        """Add the time zone again."""
        if value is None:
            return None
        if not isinstance(value, datetime) or not _FIRST_YEAR <= value.year <= _LAST_YEAR:
            return DamagedValue(f"is {_shown(value)}, not a time")
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def read_sqlite(self, value: Any) -> Any:
        """Read the format in which SQLAlchemy writes a time: ISO 8601 with a space in the middle."""
        if value is None:
            return None
        try:
            return self.read(datetime.fromisoformat(value))
        except (TypeError, ValueError):
            return DamagedValue(f"is {_shown(value)}, not a time")


class JsonColumn(_Checked):
    """A JSON value of a known shape; None is SQL's NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, shape: JsonShape) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 -- SQLAlchemy's signature
        """Make the value valid JSON."""
        return as_json(value)

    def read(self, value: Any) -> Any:
        """Check the shape of the value that the driver has read with `from_json`."""
        if value is None or isinstance(value, DamagedValue):
            return value
        reason = fault(self.shape, value)
        return value if reason is None else DamagedValue(reason)

    def read_sqlite(self, value: Any) -> Any:
        """Read the JSON text."""
        return None if value is None else self.read(from_json(value))


class MeasureColumn(_Checked):
    """A measured number; a number that is not finite, or larger than any measured one, becomes NULL."""

    impl: TypeEngine[Any] = Double()
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Drop a value that carries no information."""
        return None if value is None or not abs(value) <= LARGEST else float(value)

    def read(self, value: Any) -> Any:
        """Return a float."""
        if value is None or (type(value) is float and -LARGEST <= value <= LARGEST):  # thousands at once
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
            return DamagedValue(f"is {_shown(value)}, not a number that can be measured")
        return float(value)


class SecondsColumn(_Checked):
    """A duration, or the progress that was made in it: a number from zero up, which is never missing."""

    impl: TypeEngine[Any] = Double()
    cache_ok = True

    def read(self, value: Any) -> Any:
        """Return a float."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST_SPAN:
            return DamagedValue(f"is {_shown(value)}, not a number from 0 up")
        return float(value)


class CountColumn(_Checked):
    """A whole number from zero up."""

    impl = Integer()
    cache_ok = True
    bounds = _COUNTS

    def read(self, value: Any) -> Any:
        """Return an int."""
        if value is None:
            return None
        low, high = self.bounds
        if type(value) is not int or not low <= value <= high:
            return DamagedValue(f"is {_shown(value)}, not a whole number from {low} to {high}")
        return value


class SeedColumn(CountColumn):
    """Any whole number of 64 bits."""

    impl = BigInteger()
    cache_ok = True
    bounds = _BIG_INTEGERS


class TextColumn(_Checked):
    """Any text. What a database cannot hold (NUL, halves of surrogate pairs) becomes a replacement character."""

    impl = Text()
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Replace the characters that the database cannot hold."""
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def read(self, value: Any) -> Any:
        """Return text that is valid UTF-8 and not longer than any that modelcat writes."""
        if value is None:
            return None
        if not isinstance(value, str):
            return DamagedValue(f"is {_shown(value)}, not text")
        if len(value) > _LONGEST:
            return DamagedValue(f"is a text of {len(value):,} characters: {_LONGEST:,} at most")
        if not _is_unicode(value):
            return DamagedValue("is not text in UTF-8")
        return value


class NameColumn(TextColumn):
    """The name of a study, which its folder also has."""

    cache_ok = True

    def read(self, value: Any) -> Any:
        """Return a name that a folder can have, and that a command does not take for an option."""
        found = super().read(value)
        if isinstance(found, str) and (found.startswith(("-", "#")) or not can_be_name(found)):
            return DamagedValue(f"is {_shown(found)}, which no study can be called")
        return found


class EnumColumn(_Checked):
    """One of a few allowed words; any other word is a mistake in the calling code."""

    impl = Text()
    cache_ok = True

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Refuse any other word."""
        if value not in self.allowed:
            raise ValueError(f"{value!r} is none of {', '.join(self.allowed)}")
        return value

    def read(self, value: Any) -> Any:
        """Return one of the allowed words."""
        if value is None or value in self.allowed:
            return value
        return DamagedValue(f"is {_shown(value)}, none of {', '.join(self.allowed)}")


def from_json(text: Any) -> Any:
    """Return what a JSON column holds, or `DamagedValue`: one bad row must not stop all others from being read."""
    if text in _EMPTY:  # as half of them are
        return {} if text == "{}" else []
    if isinstance(text, int | float):  # SQLite makes numbers of strings that are some
        return text if math.isfinite(text) else DamagedValue("is not a finite number")
    try:
        written = text if isinstance(text, str) else bytes(text).decode()
        if not _is_unicode(written):
            return DamagedValue("is not text in UTF-8")
        value = (_STRICT if _SUSPECT.search(written) else _JSON).decode(written)
    except (ValueError, RecursionError) as error:
        return DamagedValue(f"is not JSON: {error}")
    if written.count("[") + written.count("{") > _DEEPEST and _is_deep(value):
        return DamagedValue(f"is nested deeper than {_DEEPEST} levels")
    return value


def as_json(value: Any, path: str = "value") -> Any:
    """Return `value` in JSON's own types: numbers that are not finite become None, NumPy's numbers become Python's.

    Raises:
        TypeError: JSON cannot express some part of it; the message says which.
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


def _finite(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError(f"{written[:40]} is not a finite number")
    return value


def _whole(written: str) -> int:
    if len(written) > _DIGITS:
        raise ValueError(f"a number of {len(written):,} digits")
    return int(written)


#: Python's reader accepts NaN, Infinity and 1e999, which JSON does not have and which code that computes cannot expect.
_STRICT = json.JSONDecoder(parse_float=_finite, parse_int=_whole, parse_constant=_finite)
#: Twice as fast, for text that holds no number that may be too large.
_JSON = json.JSONDecoder(parse_constant=_finite)
_EMPTY = ("{}", "[]")
_SUSPECT = re.compile(r"[eE]\+?\d{3}|\d{300}")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _is_unicode(text: str) -> bool:
    """Return whether text is free of halves of surrogate pairs, which stand for bytes that are not UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: Any) -> str:
    """Return the value that was found instead, shortened to one line."""
    match value:
        case bytes():
            return f"a blob of {len(value):,} bytes"
        case str():
            return ascii(value) if len(value) <= 40 else f"{value[:40]!a}..."
        case datetime():
            return value.isoformat()
    return repr(value)[:40]
