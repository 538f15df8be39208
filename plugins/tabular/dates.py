"""Dates in text: which format a column has, and its cells as moments in UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plugins.data.moments import AMBIGUOUS_FORMATS, FIRST_YEAR, FORMATS
from plugins.tables.wording import shortened

__all__ = [
    "ISO",
    "AmbiguousDatesError",
    "DatesOfFormat",
    "as_moment",
    "count_date_formats",
    "find_date_format",
    "parse_dates",
]

ISO: Final = "iso"
"""The format of dates and times in ISO 8601."""
_MOST = 0.9
"""Share of the cells with a value that must be dates for the column to be one of dates."""


@dataclass(frozen=True, slots=True)
class DatesOfFormat:
    """Cells of a column that are dates of one format.

    Attributes:
        formats: `ISO` or that of `strptime`; several if they fit equally well, so that day and month are not clear.
        cells: How many there are.
        example: One of them.
    """

    formats: tuple[str, ...]
    cells: int
    example: str


class AmbiguousDatesError(ValueError):
    """Raised when day and month of dates are not clear; the message names one of them."""


def as_moment(value: date) -> datetime:
    """Return a date, or a moment of any zone, as a moment in UTC without a zone."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 -- as the column has none
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def find_date_format(distinct: pa.Array) -> str | None:
    """Return the format of dates, `ISO` or that of `strptime`; None if they have none in common.

    Args:
        distinct: The different cells of a column, large_string.

    Raises:
        AmbiguousDatesError: Day and month are not clear.
    """
    values = pa.chunked_array([distinct])
    for form in (ISO, *FORMATS):
        if _share(values, form) >= _MOST:
            return form
    for forms in AMBIGUOUS_FORMATS:
        fitting = [form for form in forms if _share(values, form) >= _MOST]
        readings = [parse_dates(values, form) for form in fitting]
        if any(not np.array_equal(one, readings[0], equal_nan=True) for one in readings):
            known = [float((~np.isnat(one)).mean()) for one in readings]
            if sorted(known)[-2:].count(max(known)) > 1:
                shown = shortened(distinct[0].as_py(), 30)
                raise AmbiguousDatesError(f"{shown!r}; write 2026-11-28")
            return fitting[known.index(max(known))]
        if fitting:
            return fitting[0]
    return None


def count_date_formats(values: pa.ChunkedArray) -> list[DatesOfFormat]:
    """Return which formats the dates of a column have, the most frequent first; each cell counts once.

    The format that fits most cells takes them all, then the one that fits most of the others, and so on.

    Args:
        values: Trimmed large_string; null for missing cells.
    """
    counted = pc.value_counts(values.drop_null().combine_chunks())
    texts, rows = pa.chunked_array([counted.field("values")]), counted.field("counts").to_numpy()
    forms = (ISO, *FORMATS, *(form for several in AMBIGUOUS_FORMATS for form in several))
    fits = {form: ~np.isnat(parse_dates(texts, form)) for form in forms}
    left = np.ones(rows.size, dtype=bool)
    found: list[DatesOfFormat] = []
    while True:
        sizes = {form: int(rows[known & left].sum()) for form, known in fits.items()}
        most = max(sizes.values())
        if not most:
            return sorted(found, key=lambda one: -one.cells)
        equal = [form for form, size in sizes.items() if size == most]
        taken = fits[equal[0]] & left
        rivals = next((several for several in AMBIGUOUS_FORMATS if equal[0] in several), ())
        named = tuple(form for form in equal if form == equal[0] or form in rivals)
        found.append(DatesOfFormat(named, most, texts[int(np.flatnonzero(taken)[0])].as_py()))
        left &= ~taken


def _share(values: pa.ChunkedArray, form: str) -> float:
    return float((~np.isnat(parse_dates(values, form))).mean())


def parse_dates(values: pa.ChunkedArray, form: str) -> np.ndarray:
    """Return texts as datetime64[us], NaT for texts that are not dates of this format."""
    if form == ISO:
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
        return as_moment(datetime.fromisoformat(text))
    except ValueError:
        return None
