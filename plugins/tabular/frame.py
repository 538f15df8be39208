"""Rows of a table with their features as arrays: the input of every model of tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plugins.data.numbers import LARGEST, NumberFormat
from plugins.tabular.cells import as_column
from plugins.tabular.column_types import ColumnType

__all__ = ["FeatureFrame", "TableSplit", "frame_of", "frame_of_rows"]


@dataclass(frozen=True, slots=True, eq=False)
class FeatureFrame:
    """The features of some rows.

    Attributes:
        rows: How many rows there are.
        columns: By feature its cells, shape (rows,): float64 with NaN for missing numbers and flags, datetime64[us]
            with NaT for missing dates, and for categories int64 places in `levels`, -1 for missing ones.
        levels: By feature of categories their names.
        flags: The features that are true (1) or false (0).
    """

    rows: int
    columns: Mapping[str, np.ndarray]
    levels: Mapping[str, tuple[str, ...]]
    flags: frozenset[str] = frozenset()

    def take(self, rows: np.ndarray) -> "FeatureFrame":
        """Return the rows with these indices, in their order."""
        return replace(self, rows=len(rows), columns={name: cells[rows] for name, cells in self.columns.items()})

    def replaced(self, name: str, cells: np.ndarray) -> "FeatureFrame":
        """Return the frame with other cells of one feature."""
        return replace(self, columns={**self.columns, name: cells})

    def missing(self, name: str) -> np.ndarray:
        """Return which cells of a feature are missing, bool, shape (rows,)."""
        cells = self.columns[name]
        if name in self.levels:
            return np.asarray(cells < 0)
        return np.asarray(np.isnat(cells) if cells.dtype.kind == "M" else np.isnan(cells))

    def cell(self, name: str, row: int) -> Any:
        """Return one cell as JSON: a number, true or false, text, a date in ISO form, or None."""
        value = self.columns[name][row]
        if name in self.levels:
            return None if value < 0 else self.levels[name][value]
        if self.columns[name].dtype.kind == "M":
            return None if np.isnat(value) else str(value).removesuffix(".000000").removesuffix("T00:00:00")
        return None if np.isnan(value) else bool(value) if name in self.flags else float(value)


@dataclass(frozen=True, slots=True, eq=False)
class TableSplit:
    """The examples of one split.

    Attributes:
        frame: Their features.
        truths: Class ids (int64) or numbers (float64), shape (rows,).
    """

    frame: FeatureFrame
    truths: np.ndarray

    @property
    def strata(self) -> np.ndarray:
        """What a part of the split keeps in proportion: the classes; numbers are all of one class."""
        return self.truths if self.truths.dtype.kind == "i" else np.zeros(self.truths.size, dtype=np.int64)

    def take(self, rows: np.ndarray) -> "TableSplit":
        """Return the rows with these indices, in their order."""
        truths = self.truths[rows]
        truths.flags.writeable = False
        return TableSplit(self.frame.take(rows), truths)


def frame_of(columns: Mapping[str, pa.ChunkedArray], readings: Mapping[str, ColumnType]) -> FeatureFrame:
    """Return the frame of columns as they are stored.

    Args:
        columns: By feature, as `plugins.data.values.read_values` returns them, all of one length.
        readings: How each is read.
    """
    cells: dict[str, np.ndarray] = {}
    levels: dict[str, tuple[str, ...]] = {}
    rows = 0
    for name, reading in readings.items():
        found = reading.read(columns[name])
        rows = len(found)
        if isinstance(found, np.ndarray):
            cells[name] = np.where(np.abs(found) > LARGEST, np.nan, found) if found.dtype.kind == "f" else found
            continue
        encoded = pc.dictionary_encode(found.combine_chunks())
        levels[name] = tuple(encoded.dictionary.to_pylist())
        places = pc.fill_null(pc.cast(encoded.indices, pa.int64()), -1)
        cells[name] = places.to_numpy(zero_copy_only=False)
    return FeatureFrame(rows, cells, levels, frozenset(name for name, one in readings.items() if one.kind == "flag"))


def frame_of_rows(rows: Sequence[Mapping[str, Any]], readings: Mapping[str, ColumnType]) -> FeatureFrame:
    """Return the frame of rows that a user typed: mappings from each feature to its value."""
    return frame_of(
        {name: as_column([row[name] for row in rows], _decimal(one)) for name, one in readings.items()}, readings
    )


def _decimal(reading: ColumnType) -> str | None:
    """Return the decimal mark for numbers next to texts; None if the column has them in a program's notation."""
    return None if reading.number == NumberFormat() else reading.number.decimal
