"""What the columns of a file show of its decimal mark."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.data.decimal_marks import DecimalEvidence, EvidenceFinder
from plugins.data.numbers import AmbiguousNumbersError, NumberFormat, find_number_format, is_text, trimmed
from plugins.data.sources import Source
from plugins.data.values import read_values

__all__ = ["evidence_of"]

_COLUMNS = 1000
"""How many columns are examined."""
_FIRST = 100
"""Cells that must look like numbers before a whole column is read."""
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_NO_DIGIT = re.compile(r"[^\d.]")


def evidence_of(files: Sequence[Source]) -> EvidenceFinder:
    """Return a function that scans the columns of some files when it is called for the first time.

    All cells count in columns that are read; in others, only those of a sample.
    """
    return cache(lambda: _find(files))


def _find(files: Sequence[Source]) -> DecimalEvidence:
    found: dict[str, str] = {}
    for name, values in _columns(files):
        mark, cell = _settled(values)
        if mark and mark not in found:
            found[mark] = f"column {name!r} holds {cell!r}"
        if len(found) == 2:
            break
    return DecimalEvidence(found.get("."), found.get(","))


def _columns(files: Sequence[Source]) -> Iterator[tuple[str, pa.ChunkedArray]]:
    for source in files:
        names = source.columns[:_COLUMNS]
        others = [name for name in names if name not in source.table.column_names]
        sampled = replace(source, table=source.sample(others)) if others else source
        for name in dict.fromkeys((*source.table.column_names, *others)):
            try:
                values = read_values(sampled if name in others else source, name, "features")
            except DataError:  # lists, or bytes that are not text
                continue
            if is_text(values.type):
                yield name, trimmed(values)


def _settled(values: pa.ChunkedArray) -> tuple[str, str]:
    """Return the decimal mark of a column and a cell that shows it; empty if the column shows none."""
    try:
        if find_number_format(values.drop_null().slice(0, _FIRST)) is None:
            return "", ""
    except AmbiguousNumbersError:
        pass
    try:
        form = find_number_format(values)
    except AmbiguousNumbersError:
        return "", ""
    if form is None:
        return "", ""
    texts = pc.unique(values.drop_null()).to_pylist()
    shown = next((text for text in texts if _shows(text, form) and form.read(text) is not None), "")
    return (form.decimal, shown) if shown else ("", "")


def _shows(text: str, form: NumberFormat) -> bool:
    """Return whether a cell of a column shows its decimal mark, by that mark or by the one between thousands."""
    if "," in text:
        return "," in {form.decimal, form.grouping}
    if form.decimal == ",":
        return text.count(".") > 1
    return "." in text and not _THOUSANDS.fullmatch(_NO_DIGIT.sub("", text))
