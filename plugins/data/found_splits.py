"""Collects groups and times while the splits of a source are read one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypedDict, TypeVar

import numpy as np
import pyarrow as pa

from catalog.contract import RowCounts
from plugins.data.moments import group_codes, read_groups, read_times, stored_times
from plugins.data.sources import Source

__all__ = ["FoundSplits", "SplitOrder", "lines_of"]

Examples = TypeVar("Examples")


class SplitOrder(TypedDict):
    """The groups and times by which rows are carved off.

    Attributes:
        groups: The group of each row by split, int64; None if there are no groups.
        group_names: Of the groups, in the order of their numbers.
        times: The moment of each row by split, datetime64[us] or float64; None if there are no moments.
    """

    groups: Mapping[str, np.ndarray] | None
    group_names: tuple[str, ...]
    times: Mapping[str, np.ndarray] | None


@dataclass(slots=True)
class FoundSplits(Generic[Examples]):
    """What was found in the splits that have been read so far.

    Attributes:
        group: The column of groups; None if there is none.
        time: The column of moments; None if there is none.
        splits: The examples.
        counts: Rows of each split.
        notes: What a careful reader should know.
    """

    group: str | None
    time: str | None
    splits: dict[str, Examples] = field(default_factory=dict)
    counts: dict[str, RowCounts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _groups: dict[str, list[str]] = field(default_factory=dict)
    _moments: dict[str, list[tuple[Source, pa.ChunkedArray]]] = field(default_factory=dict)

    def read_order(self, split: str, files: Sequence[Source], kept: Sequence[np.ndarray]) -> None:
        """Read groups and moments of a split.

        Args:
            split: Its name.
            files: Of the split.
            kept: Which rows of each file count, bool, shape (rows,).
        """
        sides = list(zip(files, kept, strict=True))
        if self.group is not None:
            self._groups[split] = [group for source, part in sides for group in read_groups(source, self.group, part)]
        if self.time is not None:
            self._moments[split] = [(source, stored_times(source, self.time, part)) for source, part in sides]

    def order(self) -> SplitOrder:
        """Return groups and moments of all splits."""
        codes, group_names = group_codes(self._groups)
        times = read_times(self._moments, self.time) if self.time is not None else None
        return SplitOrder(groups=codes or None, group_names=group_names, times=times)


def lines_of(files: Sequence[Source]) -> int | None:
    """Return how many lines files have together; None if one of them has no lines."""
    lines = [source.lines for source in files]
    return None if None in lines else sum(line or 0 for line in lines)
