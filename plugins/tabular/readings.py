"""What a column holds, and how its cells are read: the same way for a file, a table and a row that somebody types."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plugins.data.moments import AMBIGUOUS_FORMATS, FIRST_YEAR, FORMATS
from plugins.data.numbers import AmbiguousNumbersError, NumberFormat, find_number_format, read_numbers, trimmed
from plugins.data.profiles import profile
from plugins.tables.wording import shortened

__all__ = ["Kind", "Reading", "Unusable", "find_reading"]

Kind = Literal["number", "flag", "category", "date"]

_ISO = "iso"
_MOST = 0.9
"""Share of the cells with a value that must be dates for the column to be one of dates."""
_FEW_ROWS = 20
"""Rows from which values that are all different say that a column names its rows."""
_FLAGS = ({"true", "false"}, {"yes", "no"}, {"t", "f"}, {"y", "n"})
_TRUE = frozenset({"true", "yes", "t", "y"})
_ID_NAME = re.compile(
    r"(?i:ids?|.*[_ .-]id|id[_ .-].*|index|idx|row|rowid|row[_ ]?(?:number|num|no)|nr|no|number|#|uuid|guid|key"
    r"|unnamed.*)|.*[a-z](?:ID|Id)"
)
"""Names of columns that number the rows of a table."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a column is no feature.

    Attributes:
        reason: A phrase: ``"holds one value only"``.
        ambiguous: Whether it could be read in two ways, so that somebody must say what is meant.
    """

    reason: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of a column are read.

    Attributes:
        kind: What they are. A category is text; a flag is true or false.
        number: How numbers are written.
        date: ``"iso"``, or the `strptime` format of dates.
    """

    kind: Kind
    number: NumberFormat = field(default_factory=NumberFormat)
    date: str = _ISO

    def read(self, values: pa.ChunkedArray) -> pa.ChunkedArray | np.ndarray:
        """Return the cells of a column.

        Numbers are float64, flags float64 of 0 and 1, NaN for none and for what cannot be read; infinities, and what
        is as good as infinite, stay. Dates are datetime64[us] in UTC, NaT for none. Categories are trimmed
        large_string, null for none.

        Args:
            values: As `plugins.data.values.read_values` returns them.
        """
        match self.kind:
            case "number":
                return read_numbers(values, self.number)
            case "flag":
                return _flags(values)
            case "date":
                return self._dates(values)
            case "category":
                return spelled(values)

    def read_one(self, value: Any) -> Any:
        """Return one cell as `read` does: a float, a datetime64, or a string; NaN, NaT or None for none.

        Args:
            value: Text, a number, a truth value, a date, or None.
        """
        found = self.read(as_column([value]))
        return found[0] if isinstance(found, np.ndarray) else found[0].as_py()

    def _dates(self, values: pa.ChunkedArray) -> np.ndarray:
        if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
            zone = getattr(values.type, "tz", None)
            moments = pc.cast(pc.cast(values, pa.timestamp("us", zone), safe=False), pa.int64())
            filled = pc.fill_null(moments, np.iinfo(np.int64).min).to_numpy()
            return np.asarray(filled).astype("datetime64[us]")
        if not _is_text(values.type):
            return np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
        return _parsed_dates(trimmed(values), self.date)


def find_reading(name: str, values: pa.ChunkedArray, *, wanted: bool = False) -> Reading | Unusable:
    """Return how a column is read, or why it is no feature.

    Args:
        name: Of the column.
        values: Of all training rows, as `plugins.data.values.read_values` returns them.
        wanted: Whether the spec names it as a feature: then texts and identifiers are categories.
    """
    kind = values.type
    if pa.types.is_boolean(kind):
        return _checked(Reading("flag"), name, values, wanted=wanted)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _checked(Reading("number"), name, values, wanted=wanted)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _checked(Reading("date"), name, values, wanted=wanted)
    if pa.types.is_null(kind):
        return Unusable("is empty")
    if not _is_text(kind):
        return Unusable(f"holds {shortened(kind)}, no numbers, dates or categories")
    return _of_text(name, trimmed(values), wanted=wanted)


def spelled(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return cells as the names of categories: text trimmed, 1.0 as ``1``, truth values as ``true`` and ``false``."""
    if _is_text(values.type):
        return trimmed(values)
    if pa.types.is_boolean(values.type) or pa.types.is_null(values.type):
        return pa.chunked_array([pc.cast(values.combine_chunks(), pa.large_string())])
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        numbers = [None if one is None or one != one else one for one in values.to_pylist()]  # noqa: PLR0124 -- NaN
        texts = [None if one is None else str(int(one)) if float(one).is_integer() else repr(one) for one in numbers]
        return pa.chunked_array([pa.array(texts, pa.large_string())])
    return pa.chunked_array([pa.array(map(_as_text, values.to_pylist()), pa.large_string())])


def as_column(values: Sequence[Any]) -> pa.ChunkedArray:
    """Return cells of whatever kinds as one column: numbers, truth values and dates if all are, else text."""
    plain = [None if isinstance(one, float) and one != one else one for one in values]  # noqa: PLR0124 -- NaN
    kinds = {_kind_of(one) for one in plain if one is not None}
    if len(kinds) == 1 and (kind := kinds.pop()) is not pa.large_string():
        converted: list[Any] = [
            None if one is None else _moment(one) if pa.types.is_timestamp(kind) else one for one in plain
        ]
        if kind == pa.float64():
            converted = [None if one is None else float(one) for one in converted]
        return pa.chunked_array([pa.array(converted, kind)])
    return pa.chunked_array([pa.array(map(_as_text, plain), pa.large_string())])


def _kind_of(value: Any) -> pa.DataType:
    match value:
        case bool() | np.bool_():
            return pa.bool_()
        case int() | float() | np.number():
            return pa.float64()
        case date():  # a datetime is one
            return pa.timestamp("us")
    return pa.large_string()


def _moment(value: date) -> datetime:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 -- as the column has none
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def _as_text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case date():
            return value.isoformat()
    return str(value).encode(errors="replace").decode()


def _of_text(name: str, values: pa.ChunkedArray, *, wanted: bool) -> Reading | Unusable:
    """Return how a column of text is read."""
    present = values.drop_null()
    if not len(present):
        return Unusable("is empty")
    try:
        form = find_number_format(values)
    except AmbiguousNumbersError as error:
        return Unusable(f"holds numbers that can be read in two ways: {error}", ambiguous=True)
    if form is not None:
        return _checked(Reading("number", form), name, values, wanted=wanted)
    distinct = pc.unique(present)
    if len(distinct) == 2 and {one.casefold() for one in distinct.to_pylist()} in _FLAGS:
        return Reading("flag")
    shape = profile(present).kind
    date_format = _date_format(distinct) if shape == "date" else None
    if isinstance(date_format, str):
        return _checked(Reading("date", date=date_format), name, values, wanted=wanted)
    return date_format or _of_names(values, distinct, shape, wanted=wanted)


def _of_names(values: pa.ChunkedArray, distinct: pa.Array, shape: str, *, wanted: bool) -> Reading | Unusable:
    """Return whether text is the names of categories."""
    present = len(values) - values.null_count
    if len(distinct) == 1 and present == len(values):
        return Unusable(f"holds one value only ({shortened(distinct[0].as_py(), 30)!r})")
    if not wanted and shape in {"text", "url"}:
        return Unusable("holds texts" if shape == "text" else "holds URLs")
    if not wanted and len(distinct) == present >= _FEW_ROWS:
        return Unusable("names each row: no value occurs twice")
    return Reading("category")


def _checked(reading: Reading, name: str, values: pa.ChunkedArray, *, wanted: bool) -> Reading | Unusable:
    """Return a reading of numbers, dates or flags, unless there is nothing to learn from them."""
    found = reading.read(values)
    assert isinstance(found, np.ndarray)
    missing = np.isnat(found) if found.dtype.kind == "M" else np.isnan(found)
    present = found[~missing]
    if not present.size:
        return Unusable("is empty")
    distinct = np.unique(present).size
    if distinct == 1 and present.size == found.size:
        return Unusable("holds one value only")
    numbered = reading.kind == "number" and distinct == found.size >= _FEW_ROWS and _ID_NAME.fullmatch(name.strip())
    if numbered and not wanted and np.isfinite(present).all() and (present % 1 == 0).all():
        return Unusable("numbers the rows: no value occurs twice")
    return reading


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _flags(values: pa.ChunkedArray) -> np.ndarray:
    if _is_text(values.type):
        known = {one: float(one in _TRUE) for pair in _FLAGS for one in pair} | {"1": 1.0, "0": 0.0}
        return np.array([known.get((one or "").casefold(), np.nan) for one in trimmed(values).to_pylist()])
    if pa.types.is_temporal(values.type) or pa.types.is_null(values.type):
        return np.full(len(values), np.nan)
    numbers = np.asarray(pc.cast(values, pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    return np.where(np.isin(numbers, (0.0, 1.0)), numbers, np.nan)


def _date_format(distinct: pa.Array) -> str | Unusable | None:
    """Return the format of dates; None if they have none in common."""
    values = pa.chunked_array([distinct])
    for form in (_ISO, *FORMATS):
        if _share(values, form) >= _MOST:
            return form
    for forms in AMBIGUOUS_FORMATS:
        fitting = [form for form in forms if _share(values, form) >= _MOST]
        readings = [_parsed_dates(values, form) for form in fitting]
        if any(not np.array_equal(one, readings[0], equal_nan=True) for one in readings):
            known = [float((~np.isnat(one)).mean()) for one in readings]
            if sorted(known)[-2:].count(max(known)) > 1:
                shown = shortened(distinct[0].as_py(), 30)
                return Unusable(f"holds dates whose day and month are not clear ({shown!r}; write 2026-11-28)")
            return fitting[known.index(max(known))]
        if fitting:
            return fitting[0]
    return None


def _share(values: pa.ChunkedArray, form: str) -> float:
    return float((~np.isnat(_parsed_dates(values, form))).mean())


def _parsed_dates(values: pa.ChunkedArray, form: str) -> np.ndarray:
    """Return texts as datetime64[us], NaT for what is no date of this format."""
    if form == _ISO:
        encoded = pc.dictionary_encode(values.combine_chunks())
        known = np.array([*map(_iso, encoded.dictionary.to_pylist()), None], dtype="datetime64[us]")
        places = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
        return np.asarray(known[places])
    found = pc.strptime(values, format=form, unit="us", error_is_null=True)
    late = pc.fill_null(pc.greater_equal(pc.year(found), FIRST_YEAR), False)
    found = pc.if_else(late, found, pa.scalar(None, found.type))
    filled = pc.fill_null(pc.cast(found, pa.int64()), np.iinfo(np.int64).min).to_numpy()
    return np.asarray(filled).astype("datetime64[us]")


def _iso(text: str) -> datetime | None:
    if len(text) < 10 or text[4:5] != "-":  # a date without marks is a number
        return None
    try:
        return _moment(datetime.fromisoformat(text))
    except ValueError:
        return None
