"""The records of a delimited text, found from its bytes alone: their number, their lines, and valid places of quotes.

A quote may open a cell only after a delimiter or a line's beginning, and close it only before a delimiter or a line's
end; two quotes in a row within a cell are one. So the quotes of a well-formed file alternate: the first opens, the
second closes, and so on, also through doubled ones. The code decides all of this for whole blocks of bytes at a time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from plugins.tables.dialect import Dialect

__all__ = ["LongRecord", "Structure", "likeness", "scan"]

_LONGEST = 20
"""Records of many lines that are remembered."""
_ROW_LIKE = 0.8
"""Share of the lines within a record that must look like rows for it to count as swallowed rows."""
_FEW, _RARE = 3, 0.01
"""Records of several lines, and their share, up to which each of them is examined closely."""
_OUTLIER_LINES = 20
_OUTLIER_TIMES = 10
_SHOWN_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class LongRecord:
    """A record of several lines; `row` and the lines count from 1, rows without the header.

    Attributes:
        row_like: Whether the lines within it look like rows of the file.
        every_like: Whether each of its lines does, the first and the last too; not if rows have one cell.
    """

    row: int
    first_line: int
    last_line: int
    row_like: bool
    every_like: bool

    @property
    def lines(self) -> int:
        """How many lines it takes."""
        return self.last_line - self.first_line + 1


@dataclass(slots=True)
class Structure:
    """What a scan finds.

    Attributes:
        lines: Lines of the file; a last one without a line break counts.
        records: Rows below the header, blank lines left out.
        blank: Blank lines below the header.
        nul_line: First line with a NUL character; None if there is none.
        well_formed: Whether every quote opens or closes a cell. If not, `records` means nothing.
        spans: How many records take 1, 2, 3 ... lines, by that number.
        longest: Records of many lines, first those whose lines look like rows.
        widest: Bytes of the longest record; 0 if another reader has parsed them.
        widest_line: On which line that record begins.
        wanted: Rows of which the lines are to be found, counted from 1.
        located: First and last line of these.
        columns: Cells of a row.
    """

    columns: int
    lines: int = 0
    records: int = 0
    blank: int = 0
    nul_line: int | None = None
    well_formed: bool = True
    spans: dict[int, int] = field(default_factory=dict)
    longest: list[LongRecord] = field(default_factory=list)
    widest: int = 0
    widest_line: int = 1
    wanted: frozenset[int] = frozenset()
    located: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, row: Sequence[str], first_line: int, last_line: int, delimiter: str) -> None:
        """Count a record that another reader has parsed."""
        self.records += 1
        span = last_line - first_line + 1
        self.spans[span] = self.spans.get(span, 0) + 1
        if self.records in self.wanted:
            self.located[self.records] = (first_line, last_line)
        if span > 1:
            self.remember(LongRecord(self.records, first_line, last_line, *likeness(row, delimiter)))

    def remember(self, record: LongRecord) -> None:
        """Keep a record of several lines, as long as there are few of its kind."""
        self.longest.append(record)
        self.longest.sort(key=lambda each: (not each.row_like, not each.every_like, -each.lines))
        del self.longest[_LONGEST:]

    def suspicious(self) -> list[LongRecord]:
        """Return the records that seem to have swallowed rows, in order.

        They are full of lines like rows, or far longer than others. If hardly any record takes several lines, a
        record counts too if each of its lines looks like a row, or in a table of one column if it has three lines.
        """
        usual, rare = _percentile(self.spans, 0.99), self.are_rare()

        def seems(each: LongRecord) -> bool:
            outlier = each.lines >= _OUTLIER_LINES and each.lines > _OUTLIER_TIMES * usual
            return each.row_like or outlier or (rare and (each.every_like or (self.columns == 1 and each.lines > 2)))

        return sorted(filter(seems, self.longest), key=lambda each: each.row)

    def are_rare(self) -> bool:
        """Return whether hardly any record so far takes several lines."""
        several = sum(count for span, count in self.spans.items() if span > 1)
        return several <= max(_FEW, _RARE * self.records)


def scan(
    blocks: Iterable[bytes],
    dialect: Dialect,
    *,
    header_lines: int,
    columns: int,
    wanted: frozenset[int] = frozenset(),
) -> Structure:
    """Find the records of a file.

    Args:
        blocks: Its bytes, UTF-8; each block but the last one ends with a line break.
        dialect: How it is written. Files with an escape character are counted by lines alone.
        header_lines: Lines above the first row.
        columns: Cells of a row.
        wanted: Rows of which the lines are to be found, counted from 1.
    """
    return _Scan(dialect, header_lines, columns, wanted).run(blocks)


class _Scan:
    def __init__(self, dialect: Dialect, header_lines: int, columns: int, wanted: frozenset[int]) -> None:
        self.found = Structure(columns, wanted=wanted)
        self._wanted = np.fromiter(sorted(wanted), dtype=np.int64, count=len(wanted))
        self._delimiter = dialect.delimiter.encode()
        self._quote = ord(dialect.quote) if dialect.quote else None
        self._beside = np.zeros(256, dtype=bool)  # what may stand outside of an opening or a closing quote
        self._beside[[self._delimiter[0], 10, 13, *(dialect.quote.encode())]] = True
        self._marked = self._others = np.empty(0, dtype=bool)  # used for every block: new ones cost page faults
        self._header = header_lines
        self._columns = columns
        self._inside = False
        self._record_line = 1  # on which line the record begins that the next block goes on with
        self._kept: list[bytes] = []  # bytes of that record, as far as they are examined
        self._size = 0  # how many bytes it has

    def run(self, blocks: Iterable[bytes]) -> Structure:
        last = b"\n"
        for block in blocks:
            last = block[-1:]
            if not self._block(block):
                self.found.well_formed = False
                return self.found
        if last not in {b"\n", b"\r"}:
            self.found.lines += 1
            if not self._inside:
                self._record(self.found.lines, b"".join(self._kept))
                self._widen(self._size, self._record_line)
        self.found.well_formed = not self._inside
        return self.found

    def _block(self, block: bytes) -> bool:
        """Process a block; return whether its quotes are at valid places."""
        data = np.frombuffer(block, dtype=np.uint8)
        places, is_quote = self._marks(block, data)
        if is_quote is None:
            breaks, ends = places, np.arange(places.size) if not self._inside else places[:0]
        else:
            quotes = places[is_quote]
            if not self._well_placed(data, quotes):
                return False
            at = np.flatnonzero(~is_quote)
            breaks = places[at]
            at -= np.arange(at.size)  # how many quotes stand before each line break
            ends = np.flatnonzero(at & 1 == self._inside)
            self._inside ^= bool(quotes.size & 1)
        if self.found.nul_line is None and (nul := block.find(b"\0")) >= 0:
            self.found.nul_line = self.found.lines + int(np.searchsorted(breaks, nul)) + 1
        start = self.found.lines
        self.found.lines += breaks.size
        self._count(block, data, breaks, ends, start)
        return True

    def _marks(self, block: bytes, data: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return where lines end and quotes stand, and which of these are quotes; None if there are none.

        A line ends at every line feed, and at a carriage return that none follows.
        """
        if data.size > self._marked.size:
            self._marked, self._others = np.empty((2, data.size), dtype=bool)
        marked, others = self._marked[: data.size], self._others[: data.size]
        np.equal(data, 10, out=marked)
        if b"\r" in block:
            returns = data == 13
            returns[:-1] &= data[1:] != 10
            marked |= returns
        if self._quote is None or self._quote not in block:
            return np.flatnonzero(marked), None
        marked |= np.equal(data, self._quote, out=others)
        places = np.flatnonzero(marked)
        return places, data[places] == self._quote

    def _well_placed(self, data: np.ndarray, quotes: np.ndarray) -> bool:
        """Return whether quotes that open stand after a cell's beginning or a quote, and the others before its end."""
        opening, closing = quotes[self._inside :: 2] - 1, quotes[not self._inside :: 2] + 1
        if opening.size and opening[0] < 0:
            opening = opening[1:]
        if closing.size and closing[-1] == data.size:
            closing = closing[:-1]
        return bool(self._beside[data[opening]].all() and self._beside[data[closing]].all())

    def _count(self, block: bytes, data: np.ndarray, breaks: np.ndarray, ends: np.ndarray, start: int) -> None:
        """Count the records that end in the block; `ends` are those line breaks that end one."""
        if not ends.size:
            self._size += len(block)
            self._keep(block)
            return
        lines = ends + (start + 1)  # on which each record ends
        spans = _steps(lines, self._record_line - 1)
        stops = breaks[ends]
        sizes = _steps(stops, -1) - 1
        self._widen(self._size + int(sizes[0]), self._record_line)
        widest = int(sizes.argmax())
        self._widen(int(sizes[widest]), int(lines[widest] - spans[widest]) + 1)
        if b"\r" in block:
            sizes -= (sizes > 0) & (data[np.maximum(stops - 1, 0)] == 13)
        counted = sizes > 0
        if self._kept:
            counted[0] = True
        below = lines > self._header if start < self._header else np.True_
        self.found.blank += int(np.count_nonzero(~counted & below))
        counted &= below
        self._count_spans(spans, counted)
        many = counted & (spans > 1)
        before = self.found.records
        self.found.records += int(np.count_nonzero(counted))
        row_like = self._row_like(data, breaks, ends, many)
        told = many & (row_like | (spans > self._shortest()) | self.found.are_rare())
        if self._wanted.size or told.any():
            rows = before + np.cumsum(counted)
            first = lines - spans + 1
            for at in np.flatnonzero(counted & np.isin(rows, self._wanted)).tolist():
                self.found.located[int(rows[at])] = (int(first[at]), int(lines[at]))
            for at in np.flatnonzero(told).tolist():
                kept, begin = ([], int(stops[at - 1]) + 1) if at else (self._kept, 0)
                like = self._likeness_of(b"".join([*kept, block[begin : int(stops[at])]]))
                if not kept:
                    like = bool(row_like[at]), like[1]
                self.found.remember(LongRecord(int(rows[at]), int(first[at]), int(lines[at]), *like))
        self._kept = []
        self._record_line = int(lines[-1]) + 1
        self._size = len(block) - int(stops[-1]) - 1
        self._keep(block[int(stops[-1]) + 1 :])

    def _count_spans(self, spans: np.ndarray, counted: np.ndarray) -> None:
        """Count the records of 1, 2, 3 ... lines."""
        ordinary = np.bincount(spans[counted & (spans < _OUTLIER_LINES)])
        longer = spans[counted & (spans >= _OUTLIER_LINES)]
        for span, count in [*enumerate(ordinary.tolist()), *((span, 1) for span in longer.tolist())]:
            if count:
                self.found.spans[span] = self.found.spans.get(span, 0) + count

    def _record(self, line: int, content: bytes) -> None:
        """Count the last record, which no line break ends."""
        if line <= self._header or not content.strip(b"\r"):
            return
        self.found.records += 1
        span = line - self._record_line + 1
        self.found.spans[span] = self.found.spans.get(span, 0) + 1
        if self.found.records in self.found.wanted:
            self.found.located[self.found.records] = (self._record_line, line)
        if span > 1:
            like = self._likeness_of(content)
            self.found.remember(LongRecord(self.found.records, self._record_line, line, *like))

    def _widen(self, size: int, line: int) -> None:
        if size > self.found.widest:
            self.found.widest, self.found.widest_line = size, line

    def _shortest(self) -> int:
        """Return the number of lines that a record must exceed to be remembered."""
        known = self.found.longest
        return min(each.lines for each in known) if len(known) == _LONGEST else 1

    def _likeness_of(self, content: bytes) -> tuple[bool, bool]:
        """Return `LongRecord.row_like` and `every_like` of one record, of which long ones are cut."""
        like = [line.count(self._delimiter) == self._columns - 1 for line in content.split(b"\n")]
        return _row_like(like, self._columns)

    def _row_like(self, data: np.ndarray, breaks: np.ndarray, ends: np.ndarray, many: np.ndarray) -> np.ndarray:
        """Return for each record whether most lines between its first and its last look like rows."""
        last = ends
        first = np.append(0, ends[:-1] + 1)
        inner = last - first - 1
        if self._columns < 2 or not (many & (inner > 1)).any():
            return np.zeros(ends.size, dtype=bool)
        starts = np.append(0, breaks[:-1] + 1)
        delimiters = np.add.reduceat(data == self._delimiter[0], starts, dtype=np.int64)
        like = np.append(0, np.cumsum(delimiters == self._columns - 1))
        found: np.ndarray = (inner > 1) & (like[last] - like[np.minimum(first + 1, last)] >= _ROW_LIKE * inner)
        return found

    def _keep(self, rest: bytes) -> None:
        """Keep the beginning of a record that the next block goes on with, as far as its lines are examined."""
        if rest and sum(map(len, self._kept)) < _SHOWN_BYTES:
            self._kept.append(rest)


def likeness(row: Sequence[str], delimiter: str) -> tuple[bool, bool]:
    """Return `LongRecord.row_like` and `every_like` of a record that was parsed into cells."""
    return _row_like([line.count(delimiter) == len(row) - 1 for line in delimiter.join(row).split("\n")], len(row))


def _row_like(like: Sequence[bool], columns: int) -> tuple[bool, bool]:
    """Return `LongRecord.row_like` and `every_like` of a record, given which of its lines have a row's delimiters."""
    inner = like[1:-1]
    return columns > 1 and len(inner) > 1 and sum(inner) >= _ROW_LIKE * len(inner), columns > 1 and all(like)


def _steps(values: np.ndarray, before: int) -> np.ndarray:
    """Return by how much each value is larger than the one before it."""
    steps = values.copy()
    steps[1:] -= values[:-1]
    steps[0] -= before
    return steps


def _percentile(counts: dict[int, int], share: float) -> int:
    """Return the smallest number that at least `share` of all numbers do not exceed."""
    wanted, seen = share * sum(counts.values()), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return 1
