"""What a column holds, and how its cells are read: the same way for a file, a table and a row that a user types."""

import re
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plugins.data.decimal_marks import NO_EVIDENCE, EvidenceFinder
from plugins.data.numbers import AmbiguousNumbersError, NumberFormat, find_number_format, is_text, read_numbers, trimmed
from plugins.data.profiles import profile
from plugins.tables.wording import shortened
from plugins.tabular.cells import spelled
from plugins.tabular.dates import ISO, AmbiguousDatesError, count_date_formats, find_date_format, parse_dates
from plugins.tabular.notations import find_unread_numbers

__all__ = ["ColumnType", "Kind", "Unusable", "find_reading", "mixed_dates"]

Kind = Literal["number", "flag", "category", "date"]

_FEW_ROWS = 20
"""From so many rows on, a column of different values is an identifier of the rows."""
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
        ambiguous: Whether it could be read in two ways, so that the user must choose one.
    """

    reason: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class ColumnType:
    """How the cells of a column are read.

    Attributes:
        kind: What they are. A category is text; a flag is true or false.
        number: How numbers are written.
        date: ``"iso"``, or the `strptime` format of dates.
    """

    kind: Kind
    number: NumberFormat = field(default_factory=NumberFormat)
    date: str = ISO

    def read(self, values: pa.ChunkedArray) -> pa.ChunkedArray | np.ndarray:
        """Return the cells of a column.

        Numbers are float64, flags float64 of 0 and 1, NaN for none and for what cannot be read; infinities, and
        numbers that count as infinite, stay. Dates are datetime64[us] in UTC, NaT for none. Categories are trimmed
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

    def _dates(self, values: pa.ChunkedArray) -> np.ndarray:
        if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
            zone = getattr(values.type, "tz", None)
            moments = pc.cast(pc.cast(values, pa.timestamp("us", zone), safe=False), pa.int64())
            filled = pc.fill_null(moments, np.iinfo(np.int64).min).to_numpy()
            return np.asarray(filled).astype("datetime64[us]")
        if not is_text(values.type):
            return np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
        return parse_dates(trimmed(values), self.date)


def find_reading(
    name: str, values: pa.ChunkedArray, *, wanted: bool = False, evidence: EvidenceFinder = NO_EVIDENCE
) -> ColumnType | Unusable:
    """Return how a column is read, or why it is no feature.

    Args:
        name: Of the column.
        values: Of all training rows, as `plugins.data.values.read_values` returns them.
        wanted: Whether the spec names it as a feature: then texts and identifiers are categories.
        evidence: What the other columns of the file show of its decimal mark.
    """
    kind = values.type
    if pa.types.is_boolean(kind):
        return _checked(ColumnType("flag"), name, values, wanted=wanted)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _checked(ColumnType("number"), name, values, wanted=wanted)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _checked(ColumnType("date"), name, values, wanted=wanted)
    if pa.types.is_null(kind):
        return Unusable("is empty")
    if not is_text(kind):
        return Unusable(f"holds {shortened(kind)}, no numbers, dates or categories")
    return _of_text(name, trimmed(values), wanted=wanted, evidence=evidence)


def _of_text(name: str, values: pa.ChunkedArray, *, wanted: bool, evidence: EvidenceFinder) -> ColumnType | Unusable:
    """Return how a column of text is read."""
    present = values.drop_null()
    if not len(present):
        return Unusable("is empty")
    distinct = pc.unique(present)
    if len(distinct) == 2 and {one.casefold() for one in distinct.to_pylist()} in _FLAGS:
        return ColumnType("flag")
    shape = profile(present).kind
    try:
        number = find_number_format(values, evidence)
        date = find_date_format(distinct) if number is None and shape == "date" else None
    except AmbiguousNumbersError as error:
        return Unusable(f"holds numbers that can be read in two ways: {error}", ambiguous=True)
    except AmbiguousDatesError as error:
        return Unusable(f"holds dates whose day and month are not clear ({error})")
    if number is None and date is None:
        return _of_names(values, distinct, shape, wanted=wanted)
    reading = ColumnType("date", date=date) if date is not None else ColumnType("number", number or NumberFormat())
    return _checked(reading, name, values, wanted=wanted)


def _of_names(values: pa.ChunkedArray, distinct: pa.Array, shape: str, *, wanted: bool) -> ColumnType | Unusable:
    """Return whether text is the names of categories."""
    present = len(values) - values.null_count
    if len(distinct) == 1 and present == len(values):
        return Unusable(f"holds one value only ({shortened(distinct[0].as_py(), 30)!r})")
    if not wanted and shape in {"text", "url"}:
        return Unusable("holds texts" if shape == "text" else "holds URLs")
    if not wanted and len(distinct) == present >= _FEW_ROWS:
        if (mixed := mixed_dates(values)) is not None:
            return Unusable(mixed)
        if (unread := find_unread_numbers(values)) is not None:
            return Unusable(unread.reason)
        return Unusable("names each row: no value occurs twice")
    return ColumnType("category")


def mixed_dates(values: pa.ChunkedArray) -> str | None:
    """Return the formats and cells of a column of dates that have no format in common; None if it is no such column.

    Args:
        values: As `plugins.data.values.read_values` returns them.
    """
    if not is_text(values.type):
        return None
    present = trimmed(values).drop_null()
    if not len(present) or profile(present).kind != "date":
        return None
    formats = count_date_formats(present)
    if len(formats) < 2:
        return None
    shown = [
        f"{one.cells:,} like {one.example!r} ({'ISO 8601' if ISO in one.formats else ' or '.join(one.formats)})"
        for one in formats
    ]
    other = len(present) - sum(one.cells for one in formats)
    return f"holds dates in several formats: {', '.join(shown)}{f', {other:,} otherwise' if other else ''}"


def _checked(reading: ColumnType, name: str, values: pa.ChunkedArray, *, wanted: bool) -> ColumnType | Unusable:
    """Return a reading of numbers, dates or flags, unless a model can learn nothing from them."""
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


def _flags(values: pa.ChunkedArray) -> np.ndarray:
    if is_text(values.type):
        known = {one: float(one in _TRUE) for pair in _FLAGS for one in pair} | {"1": 1.0, "0": 0.0}
        return np.array([known.get((one or "").casefold(), np.nan) for one in trimmed(values).to_pylist()])
    if pa.types.is_temporal(values.type) or pa.types.is_null(values.type):
        return np.full(len(values), np.nan)
    numbers = np.asarray(pc.cast(values, pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    return np.where(np.isin(numbers, (0.0, 1.0)), numbers, np.nan)
