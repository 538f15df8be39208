"""The columns that decide which row is in which split: groups as codes, moments as numbers that sort."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.data.sources import Source
from plugins.data.values import read_values
from plugins.tables.wording import rows_named, shortened

__all__ = ["AMBIGUOUS_FORMATS", "FIRST_YEAR", "FORMATS", "group_codes", "read_groups", "read_times", "stored_times"]

FORMATS = (
    "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y.%m.%d", "%Y%m%d", "%Y-%m", "%d.%m.%y",
)  # fmt: skip
AMBIGUOUS_FORMATS = (
    ("%d/%m/%Y", "%m/%d/%Y"),
    ("%d-%m-%Y", "%m-%d-%Y"),
    ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"),
    ("%d/%m/%y", "%m/%d/%y", "%y/%m/%d"),
    ("%d-%m-%y", "%m-%d-%y", "%y-%m-%d"),
    ("%d/%m/%y %H:%M", "%m/%d/%y %H:%M", "%y/%m/%d %H:%M"),
)
FIRST_YEAR = 1000
"""`%Y` reads two digits, which may be a day, as a year before it: the order would be wrong."""
_SECONDS, _MILLISECONDS = 1e8, 1e11
"""From these numbers on, they may count seconds or milliseconds since 1970: from 1973 on, and up to the year 5138."""


def read_groups(source: Source, column: str, rows: np.ndarray) -> list[str]:
    """Return the group of each row as text.

    Args:
        source: A file.
        column: Its column of groups.
        rows: Which rows count (bool, shape (rows,)).

    Raises:
        DataError: A row without a group, or a column of lists or objects.
    """
    values = _text(read_values(source, column, "group"), source, column, "group")
    chosen = values.filter(pa.array(rows))
    _check_filled(chosen, source, column, "group")
    return list(chosen.to_pylist())


def group_codes(groups: Mapping[str, Sequence[str]]) -> tuple[Mapping[str, np.ndarray], tuple[str, ...]]:
    """Return groups by split as numbers that are the same for the same group in all splits, int64, and their names."""
    known: dict[str, int] = {}
    codes = {
        split: np.array([known.setdefault(group, len(known)) for group in found], dtype=np.int64)
        for split, found in groups.items()
    }
    return codes, tuple(known)


def stored_times(source: Source, column: str, rows: np.ndarray) -> pa.ChunkedArray:
    """Return the moments of a file's rows as they are stored: dates, numbers, or texts that are not parsed yet.

    Args:
        source: A file.
        column: Its column of dates or numbers.
        rows: Which rows count (bool, shape (rows,)).

    Raises:
        DataError: A row without a moment, or values that are not moments.
    """
    values = read_values(source, column, "time").filter(pa.array(rows))
    kind = values.type
    if pa.types.is_boolean(kind) or pa.types.is_time(kind) or pa.types.is_duration(kind):
        raise DataError(f"{source.origin}: column {column!r} holds {kind}, no dates or numbers.", field="dataset.time")
    if not (pa.types.is_temporal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        values = _text(values, source, column, "time")
    _check_filled(values, source, column, "time")
    return values


def read_times(stored: Mapping[str, Sequence[tuple[Source, pa.ChunkedArray]]], column: str) -> Mapping[str, np.ndarray]:
    """Return the moment of each row of every split, datetime64[us] for dates and float64 for other numbers.

    Texts of all files together have one format: a date in one file cannot be a number in another.

    Args:
        stored: What each file of each split holds, as `stored_times` returns it.
        column: Its name.

    Raises:
        DataError: Texts that are no dates of one format, dates of which day and month are not clear, numbers that are
            dates which do not sort so, or files of which some hold dates and others numbers.
    """
    parts = [(source, values) for files in stored.values() for source, values in files]
    texts = [values.cast(pa.large_string()) for _, values in parts if _is_text(values)]
    parsed = iter(())
    if texts:
        first = next(source for source, values in parts if _is_text(values))
        together = _parsed(pa.chunked_array([chunk for text in texts for chunk in text.chunks]), first, column)
        starts = np.cumsum([0, *map(len, texts)]).tolist()
        parsed = iter([together.slice(start, end - start) for start, end in pairwise(starts)])
    kinds: dict[bool, str] = {}
    found: dict[str, list[np.ndarray]] = {}
    for split, files in stored.items():
        for source, values in files:
            moments = next(parsed) if _is_text(values) else values
            kinds.setdefault(pa.types.is_temporal(moments.type), source.origin)
            found.setdefault(split, []).append(_numbers(moments))
    if len(kinds) > 1:
        raise DataError(
            f"Column {column!r} holds dates in {kinds[True]} and numbers in {kinds[False]}: they have no common order.",
            field="dataset.time",
        )
    times = {split: np.concatenate(each) for split, each in found.items()}
    if False in kinds:
        _check_numbers(np.concatenate([*times.values()]), column)
    return times


def _check_numbers(values: np.ndarray, column: str) -> None:
    """Check that numbers are not dates whose order differs from that of the numbers."""
    known = values[np.isfinite(values)]
    units = [
        bool(((known >= least) & (known < most)).any())
        for least, most in ((_SECONDS, _MILLISECONDS), (_MILLISECONDS, _MILLISECONDS * 1000))
    ]
    if all(units):
        raise DataError(
            f"Column {column!r} seems to count seconds since 1970 in some rows and milliseconds in others: "
            f"{known.min():.0f} to {known.max():.0f}. Write them in one unit.",
            field="dataset.time",
        )
    if (
        known.size
        and (known % 1 == 0).all()
        and (_reads_backwards(known, daily=True) or _reads_backwards(known, daily=False))
    ):
        raise DataError(
            f"Column {column!r} seems to hold dates whose year stands last ({known[0]:.0f}): as numbers they do not "
            "sort by time. Write dates as 2026-11-28.",
            field="dataset.time",
        )


def _reads_backwards(values: np.ndarray, *, daily: bool) -> bool:
    """Return whether all numbers are days (else months) with the year last, and not all are such with it first."""
    year, rest = values % 10_000, values // 10_000
    if not ((year >= 1900) & (year < 2100)).all():
        return False
    if daily:
        pairs = ((rest // 100, rest % 100), (rest % 100, rest // 100))
        backwards = any(_is_day(day, month) for day, month in pairs)
        years, months, days = values // 10_000, values // 100 % 100, values % 100
        forwards = bool(((years >= 1900) & (years < 2100)).all()) and _is_day(days, months)
    else:
        backwards = bool(((rest >= 1) & (rest <= 12)).all())
        years, months = values // 100, values % 100
        forwards = bool(((years >= 1900) & (years < 2100) & (months >= 1) & (months <= 12)).all())
    return backwards and not forwards


def _is_day(day: np.ndarray, month: np.ndarray) -> bool:
    return bool(((day >= 1) & (day <= 31) & (month >= 1) & (month <= 12)).all())


def _is_text(values: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(values.type) or pa.types.is_large_string(values.type))


def _numbers(values: pa.ChunkedArray) -> np.ndarray:
    """Return dates as datetime64[us], in UTC, and other numbers as float64."""
    if not pa.types.is_temporal(values.type):
        return np.asarray(pc.cast(values, pa.float64()).to_numpy())
    moments = pc.cast(pc.cast(values, pa.timestamp("us", getattr(values.type, "tz", None))), pa.int64())
    return np.asarray(moments.to_numpy()).astype("datetime64[us]")


def _text(values: pa.ChunkedArray, source: Source, column: str, role: str) -> pa.ChunkedArray:
    try:
        text = pc.utf8_trim_whitespace(pc.cast(values, pa.large_string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{source.origin}: column {column!r} holds {values.type}, not values of dataset.{role}.",
            field=f"dataset.{role}",
        ) from error
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)


def _check_filled(values: pa.ChunkedArray, source: Source, column: str, role: str) -> None:
    missing = (np.flatnonzero(pc.is_null(values).to_numpy()) + 1).tolist()
    if missing:
        raise DataError(
            f"{source.origin}: {len(missing):,} of {len(values):,} rows have nothing in column {column!r} "
            f"(dataset.{role}): {rows_named(missing)} of those that are used. Fill or remove them.",
            field=f"dataset.{role}",
        )


def _parsed(values: pa.ChunkedArray, source: Source, column: str) -> pa.ChunkedArray:
    """Read texts as numbers or as dates of one format; all of them must be."""
    for kind in (pa.float64(), pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            return pc.cast(values, kind)
        except pa.ArrowInvalid:
            continue
    for form in FORMATS:
        if (found := _by_format(values, form)) is not None:
            return found
    for forms in AMBIGUOUS_FORMATS:
        readings = [reading for form in forms if (reading := _by_format(values, form)) is not None]
        if any(not reading.equals(readings[0]) for reading in readings):
            raise DataError(
                f"{source.origin}: column {column!r} may hold days, months and years in more than one order "
                f"({shortened(values.drop_null()[0].as_py())}). Write dates as 2026-11-28.",
                field="dataset.time",
            )
        if readings:
            return readings[0]
    sample = values.drop_null()
    shown = shortened(sample[0].as_py()) if len(sample) else "nothing"
    raise DataError(
        f"{source.origin}: column {column!r} holds no dates or numbers of one format, but values such as {shown!r}. "
        "Write dates as 2026-11-28 or 2026-11-28 14:30:00.",
        field="dataset.time",
    )


def _by_format(values: pa.ChunkedArray, form: str) -> pa.ChunkedArray | None:
    """Return the values as moments; None if one of them is not of this format, or is of the first thousand years."""
    found = pc.strptime(values, format=form, unit="us", error_is_null=True)
    if found.null_count != values.null_count or found.null_count == len(values):
        return None
    return found if pc.min(pc.year(found)).as_py() >= FIRST_YEAR else None
