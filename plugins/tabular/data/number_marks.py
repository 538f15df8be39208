"""The marks in the numbers of features: how dots are read, and whether further files have the same marks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from catalog.errors import DataError
from plugins.data.decimal_marks import EvidenceFinder
from plugins.data.matching_format import OtherNotationError, kept_marks_note, matching_format, other_notation
from plugins.data.number_evidence import evidence_of
from plugins.data.numbers import find_unclear
from plugins.data.sources import Source
from plugins.tables.wording import listed
from plugins.tabular.column_types import ColumnType

__all__ = ["dots_notes", "matching_readings"]


def matching_readings(
    files: Sequence[Source], columns: Mapping[str, pa.ChunkedArray], readings: Mapping[str, ColumnType]
) -> tuple[dict[str, ColumnType], list[str]]:
    """Return how features of further files are read, and notes.

    Args:
        files: Other files than those that a model learns from.
        columns: By feature its cells in these files, as `reading.feature_values` returns them.
        readings: How they are read in the rows that a model learns from.

    Raises:
        DataError: Numbers are written in another way than there.
    """
    evidence, found = evidence_of(files), dict(readings)
    notes: list[str] = []
    for name, reading in readings.items():
        if reading.kind != "number":
            continue
        try:
            form = matching_format(columns[name], reading.number, evidence)
        except OtherNotationError as error:
            raise DataError(
                f"{files[0].origin}: {other_notation(name, reading.number, error)}", field=files[0].field
            ) from error
        found[name] = replace(reading, number=form)
        kept = kept_marks_note(columns[name], form, evidence)
        notes += [f"Column {name!r}: {note}." for note in (form.note if form != reading.number else None, kept) if note]
    return found, notes


def dots_notes(
    columns: Mapping[str, pa.ChunkedArray], readings: Mapping[str, ColumnType], evidence: EvidenceFinder
) -> list[str]:
    """Return notes on features of numbers whose dots may mark decimals or thousands, and why they are read as they are.

    Args:
        columns: As `feature_values` returns them.
        readings: How each is read.
        evidence: What the columns of their files show of the decimal mark.
    """
    by_reading: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, reading in readings.items():
        unclear = find_unclear(columns[name], reading.number, evidence) if reading.kind == "number" else None
        if unclear is not None:
            key = unclear.explained(reading.number)
            by_reading.setdefault(key, []).append((name, unclear.readings))
    return [
        f"{'Column' if len(found) == 1 else 'Columns'} {listed(repr(name) for name, _ in found)}: {found[0][1]}; {how}"
        f"{f', {why}' if why else ''}."
        for (how, why), found in by_reading.items()
    ]
