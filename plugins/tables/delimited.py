"""CSV and TSV: encoding, delimiter, quotes and header are given or found; every row has the header's cells."""

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from catalog.dataset import Format
from catalog.errors import DataError, clause
from catalog.files import open_regular
from plugins.tables.compression import COMPRESSIONS, too_large
from plugins.tables.dialect import (
    Dialect,
    Header,
    excel_delimiter,
    find_delimiter,
    find_header,
    has_named,
    header_problem,
    len_lines,
    looks_like_data,
    parse_rows,
)
from plugins.tables.encodings import (
    Encoding,
    NotUtf8Error,
    checked_blocks,
    find_encoding,
    given_encoding,
    marked_encoding,
    utf8_blocks,
    utf8_chunks,
)
from plugins.tables.limits import in_units, longest_row, most_columns
from plugins.tables.structure import LongRecord, Structure, likeness, scan
from plugins.tables.table import OpenTable, TextRows, rows_at, sampled_rows
from plugins.tables.wording import counted, listed, rows_named

__all__ = ["open_delimited"]

_SNIFFED = 1 << 18
_BLOCK = 1 << 20
"""Bytes that are parsed at a time, as long as rows are shorter: Arrow reads up to 32 blocks ahead."""
_SLACK = 1 << 16
_FEW_COLUMNS = 100
_SHORT_CELL = 8
"""Bytes of a cell and its delimiter on average, below which a table is much larger than its file."""
_RAGGED = 10_000
"""Rows of another width after which reading stops."""
_LONG_HEADER = 5
"""From so many lines on a header gets a note; names of spreadsheets often take two or three."""
_NAMED = 5
"""Rows that seem to have swallowed others and are named in a note."""
_BOUNDARIES = ("straddling object", "header is larger than block size")
"""Arrow's message about a row or a header that is longer than a block."""


def open_delimited(
    path: Path, field: str, given: Format, *, tabs: bool, whole: bool = False, named: Sequence[str] = ()
) -> OpenTable:
    """Scan a file and prepare it for reading; an empty cell is an empty string.

    Args:
        path: The file, compressed or not.
        field: The spec field that names it.
        given: What is known of how it is written.
        tabs: Whether tabs separate cells if nothing else is given.
        whole: Whether all rows will be read: parsing then begins on a second thread while the file is scanned.
        named: Columns that the header must have; a first line with all of them is a header, whatever it looks like.

    Raises:
        DataError: An unknown encoding, a quote that is not closed at the end of its cell, a header that looks like a
            row, two columns of one name.
    """
    if given.encoding:
        encoding: Encoding | None = given_encoding(path, field, given.encoding)
    else:
        encoding = marked_encoding(path, field)
    if encoding is None:
        try:
            text = _Text(path, field, Encoding("utf-8"), checked=False)
            return _open(text, given, tabs=tabs, whole=whole, named=named)
        except NotUtf8Error:
            encoding = find_encoding(path, field)
    return _open(_Text(path, field, encoding), given, tabs=tabs, whole=whole, named=named)


@dataclass(frozen=True, slots=True)
class _Text:
    """A file as UTF-8 text; `checked` if it is known to be of its encoding."""

    path: Path
    field: str
    encoding: Encoding
    checked: bool = True

    def blocks(self) -> Iterator[bytes]:
        """Yield the text in blocks that end with a line feed, but for the last one.

        Raises:
            NotUtf8Error: It was not checked, and is not UTF-8.
        """
        if self.checked:
            return utf8_blocks(self.path, self.field, self.encoding, returns=True)
        return checked_blocks(self.path, self.field)


def _open(text: _Text, given: Format, *, tabs: bool, whole: bool, named: Sequence[str]) -> OpenTable:
    sample = _sample(text)
    dialect = _dialect(sample, given, tabs=tabs)
    header = find_header(sample, dialect, given=given.header)
    headed = given.header is None and not has_named(header.names, named)
    if headed:
        _check_header(text, sample, dialect, header, named)
    names, unnamed_note = _names(text, header)
    reading = _Reading(text, dialect, names, header.lines)
    large = len(names) > _FEW_COLUMNS or len(sample) < _SHORT_CELL * (
        sample.count(dialect.delimiter) + len_lines([sample])
    )
    with ThreadPoolExecutor(max_workers=1) as executor:
        early = executor.submit(_attempt, reading) if whole and not large else None
        structure, found, dialect_note = _structure(text, dialect, sample, header, given)
    if found != dialect:
        reading, early = _Reading(text, found, names, header.lines), None
    _check_rows(text, structure)
    if not structure.records:
        what = "a header and no rows" if given.header is not False else "no rows"
        raise DataError(f"{text.path} has {what}.", field=text.field)
    suspicious = structure.suspicious()
    notes = (
        text.encoding.note,
        dialect_note,
        *header.notes,
        _header_note(text.path, header, found.delimiter),
        unnamed_note,
        *_notes(text.path, structure, suspicious),
    )

    @cache
    def table() -> pa.Table:
        parsed = early.result() if early is not None else None
        return _checked(reading, structure, parsed if parsed is not None else _parsed(reading, structure, None))

    def read(columns: Sequence[str] | None = None) -> pa.Table:
        if columns is None or not large:
            return table()
        return _checked(reading, structure, _parsed(reading, structure, columns))

    def sampled(columns: Sequence[str]) -> pa.Table:
        if not large:
            return table()
        places = sampled_rows(structure.records, len(columns))
        return rows_at(_batches(reading, structure, 1 << 16, columns), places, reading.schema(columns))

    return OpenTable(
        columns=tuple(names),
        typed=False,
        lines=structure.lines,
        notes=tuple(note for note in notes if note),
        batches=lambda rows, columns=None: _batches(reading, structure, rows, columns),
        read=read,
        sample=sampled,
        headed=headed,
        text_rows=TextRows(
            found.delimiter,
            max(structure.spans, default=1) > 1,
            frozenset(each.row for each in suspicious),
            lambda rows: _located(text, found, header, frozenset(rows)),
        ),
    )


def _sample(text: _Text) -> str:
    """Return the beginning of a file: its header and at least some rows."""
    blocks = text.blocks()
    found = next(blocks, b"")
    wanted = max(_SNIFFED, 4 * (found.find(b"\n") + 1))
    if wanted > _SNIFFED:  # a long header
        while len(found) < wanted and (more := next(blocks, b"")):
            found += more
    return found[:wanted].decode("utf-8", errors="ignore")


def _check_rows(text: _Text, structure: Structure) -> None:
    """Check that no row is longer than allowed."""
    longest = longest_row()
    if structure.widest > longest:
        what = (
            f"a row is longer than {in_units(longest)}: that which begins on line {structure.widest_line:,} has "
            f"{in_units(structure.widest)}"
        )
        raise too_large(text.path, text.field, what, structure.widest, longest)


def _dialect(sample: str, given: Format, *, tabs: bool) -> Dialect:
    quote = '"' if given.quote is None else given.quote
    stated = excel_delimiter(sample)
    delimiter = given.delimiter or stated or ("\t" if tabs else find_delimiter(sample, quote))
    return Dialect(delimiter, quote)


def _structure(
    text: _Text, dialect: Dialect, sample: str, header: Header, given: Format
) -> tuple[Structure, Dialect, str | None]:
    """Return the records of the file, and how it has to be read if the usual quotes do not fit.

    Raises:
        DataError: Quotes that no way of reading fits.
    """
    name, plain = text.path.name, replace(dialect, quote="")

    def looked(one: Dialect) -> Structure:
        return scan(text.blocks(), one, header_lines=header.lines, columns=len(header.names))

    found = looked(dialect)
    if found.well_formed:
        return found, dialect, None
    by_lines = looked(plain)
    try:
        return _counted(text, dialect, header, by_lines), dialect, None
    except DataError as error:
        if given.quote is not None:
            raise
        strict = error
    if any(b'\\"' in block for block in text.blocks()):
        escaped = replace(dialect, escape="\\")
        try:
            counted = _counted(text, escaped, header, by_lines)
        except DataError:
            pass
        else:
            return counted, escaped, f"{name}: quotes within quoted cells were read as escaped by a backslash."
    if find_header(sample, plain, given=given.header).names == header.names and _never_quotes(text, plain, header):
        note = (
            f'{name}: quotes were read as plain characters, as with "format": {{"quote": ""}}: a cell begins with '
            "a quote that is not closed at its end, and no cell stands within quotes."
        )
        return by_lines, plain, note
    raise strict


def _located(text: _Text, dialect: Dialect, header: Header, rows: frozenset[int]) -> Mapping[int, tuple[int, int]]:
    found = scan(text.blocks(), dialect, header_lines=header.lines, columns=len(header.names), wanted=rows)
    if dialect.escape or not found.well_formed:
        found = _counted(text, dialect, header, Structure(len(header.names), wanted=rows))
    return found.located


def _rows(text: _Text, dialect: Dialect, skipped: int) -> Iterator[tuple[list[str], int]]:
    """Parse with Python's own reader, which is slow and strict, and yield rows with the line on which each ends."""
    longest = longest_row()
    csv.field_size_limit(max(csv.field_size_limit(), longest))  # of the process; only widened, so threads never differ

    def lines() -> Iterator[str]:
        for block in text.blocks():
            yield from io.StringIO(block.decode(), newline="")

    source = lines()
    for _ in range(skipped):
        next(source, None)
    reader = csv.reader(
        source,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape or None,
        doublequote=not dialect.escape,
        strict=True,
    )
    number, last = 0, skipped
    try:
        for row in reader:
            number += bool(row)
            last = reader.line_num + skipped
            yield row, last
    except csv.Error as error:
        if "field limit" in str(error):
            what = (
                f"row {number + 1:,} (counted without the header), on line {last + 1:,}, has a cell longer than "
                f"{in_units(longest)}, or one that begins with a quote and is not closed"
            )
            raise too_large(text.path, text.field, what, longest, longest) from error
        raise DataError(
            f"{text.path}: row {number + 1:,} (counted without the header) has a cell that begins with a quote and "
            f"is not closed properly; read down to line {reader.line_num + skipped:,}: {clause(error)}. Close it "
            'at the end of the cell and write quotes inside it twice ("""Great"" movie"), or set "format": '
            '{"quote": ""} if quotes have no meaning in this file.',
            field=text.field,
        ) from error


def _counted(text: _Text, dialect: Dialect, header: Header, by_lines: Structure) -> Structure:
    """Count the records with Python's own reader, where quotes also stand within cells that they do not open.

    Raises:
        DataError: A quote that is not closed at the end of its cell, or with `escape` a row of other width.
    """
    counted = Structure(by_lines.columns, lines=by_lines.lines, nul_line=by_lines.nul_line, wanted=by_lines.wanted)
    last = header.lines
    for row, line in _rows(text, dialect, header.lines):
        if not row:
            counted.blank += 1
        else:
            if dialect.escape and len(row) != len(header.names):
                raise DataError(f"{text.path}: rows of different width.", field=text.field)
            counted.add(row, last + 1, line, dialect.delimiter)
        last = line
    return counted


def _never_quotes(text: _Text, plain: Dialect, header: Header) -> bool:
    """Return whether the file makes sense without quotes: equal rows, and no cell within a pair of them."""
    for row, _ in _rows(text, plain, header.lines):
        if row and (
            len(row) != len(header.names)
            or any(len(cell) > 1 and cell.startswith('"') and cell.endswith('"') for cell in row)
        ):
            return False
    return True


def _names(text: _Text, header: Header) -> tuple[list[str], str | None]:
    """Return a name for every column, and a note on those that have none in the file.

    Raises:
        DataError: No names at all, or two columns of one name.
    """
    if not header.names:
        raise DataError(f"{text.path} is empty or has blank lines only.", field=text.field)
    if len(header.names) > (limit := most_columns()):
        what = f"its header has {len(header.names):,} columns, more than {limit:,}"
        raise too_large(text.path, text.field, what, len(header.names), limit)
    if not any(header.names):
        raise DataError(f"{text.path} has no header: its first line must name the columns.", field=text.field)
    names = [name or f"unnamed {place}" for place, name in enumerate(header.names, start=1)]
    if twice := sorted(name for name, count in Counter(names).items() if count > 1):
        raise DataError(
            f"{text.path}: several columns are called {listed(twice)}; give each its own name.", field=text.field
        )
    new = [name for name, given in zip(names, header.names, strict=True) if not given]
    return names, f"{text.path.name}: columns without a name are called {listed(map(repr, new))}." if new else None


def _check_header(text: _Text, sample: str, dialect: Dialect, header: Header, named: Sequence[str]) -> None:
    rows = [row for row, line in parse_rows(sample, dialect, 200) if row and line > header.lines]
    if len(rows) > 1 and (why := looks_like_data(header.names, rows)):
        raise DataError(header_problem(str(text.path), why, named), field=text.field)


def _header_note(path: Path, header: Header, delimiter: str) -> str | None:
    """Return a note on a header of many lines, or of lines that look like rows; None if it is an ordinary one."""
    lines = len_lines(header.names)
    if lines == 1 or (lines < _LONG_HEADER and len(header.names) > 1 and not any(likeness(header.names, delimiter))):
        return None
    return (
        f"{path.name}: the header takes lines {header.lines - lines + 1:,} to {header.lines:,}: a quote opened "
        f"in it and closed much later may have swallowed {counted(lines - 1, 'row')}. Close it where its cell ends, or "
        'set "format": {"quote": ""} if quotes have no meaning in this file.'
    )


def _notes(path: Path, structure: Structure, suspicious: list[LongRecord]) -> Iterator[str]:
    for record in suspicious[:_NAMED]:
        yield (
            f"{path.name}: row {record.row:,} takes lines {record.first_line:,} to {record.last_line:,} "
            f"({record.lines:,} lines): a quote that was opened and closed much later may have swallowed "
            f"{counted(record.lines - 1, 'row')}. Close it where its cell ends, or set "
            '"format": {"quote": ""} if quotes have no meaning in this file.'
        )
    if (more := len(suspicious) - _NAMED) > 0:
        yield f"{path.name}: {more} or more other rows of several lines look as if they had swallowed rows."
    if structure.nul_line is not None:
        yield f"{path.name}: line {structure.nul_line:,} holds a NUL character (U+0000), which stays in its cell."


class _Ragged:
    """Rows of another width than the header, as Arrow comes across them; `first` is None while there are none."""

    def __init__(self) -> None:
        self.first: arrow_csv.InvalidRow | None = None
        self.numbers: list[int] = []

    def __call__(self, row: arrow_csv.InvalidRow) -> str:
        """Remember a row; return what Arrow is to do."""
        self.first = self.first or row
        self.numbers.append(row.number)
        return "skip" if len(self.numbers) < _RAGGED else "error"


class _Reading:
    """What Arrow is to read, and how."""

    def __init__(self, text: _Text, dialect: Dialect, names: list[str], skipped: int) -> None:
        self.text, self.dialect, self.names, self.skipped = text, dialect, names, skipped

    @contextmanager
    def source(self) -> "Iterator[pa.NativeFile | pa.PythonFile]":
        """Open the text, as UTF-8."""
        path, encoding = self.text.path, self.text.encoding
        if not encoding.is_utf8 or path.suffix.lower() in COMPRESSIONS:
            yield pa.PythonFile(_Stream(utf8_chunks(path, self.text.field, encoding)), mode="r")
            return
        with open_regular(path) as file:  # no memory map: one that gets shorter would end the process
            same = f"/proc/self/fd/{file.fileno()}"  # Linux: Arrow reads it without Python's lock
            with pa.OSFile(same) if os.path.exists(same) else pa.PythonFile(file, mode="r") as source:  # noqa: PTH110
                yield source

    @staticmethod
    def schema(columns: Sequence[str]) -> pa.Schema:
        """Return the types of some columns."""
        return pa.schema([(name, pa.string()) for name in columns])

    def options(
        self,
        ragged: Callable[[arrow_csv.InvalidRow], str] | None,
        *,
        block: int,
        columns: Sequence[str] | None = None,
    ) -> dict[str, object]:
        """Return Arrow's options, for blocks of so many bytes; all columns are read if None are given."""
        return {
            "read_options": arrow_csv.ReadOptions(
                use_threads=False, block_size=block, column_names=self.names, skip_rows=self.skipped
            ),
            "parse_options": arrow_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char=self.dialect.quote or False,
                double_quote=not self.dialect.escape,
                escape_char=self.dialect.escape or False,
                newlines_in_values=bool(self.dialect.quote),
                ignore_empty_lines=len(self.names) > 1,
                invalid_row_handler=ragged,
            ),
            "convert_options": arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(self.names if columns is None else columns, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,
                include_columns=columns,
            ),
        }

    def failed(self, error: Exception) -> DataError:
        """Return Arrow's error as one that names the file."""
        if _too_long(error):
            longest = longest_row()
            what = f"a row, or what stands above the rows, is longer than {in_units(longest)}"
            return too_large(self.text.path, self.text.field, what, longest, longest)
        reason = str(error)
        return DataError(f"{self.text.path} cannot be read as CSV: {reason}", field=self.text.field)

    def uneven(self, first: arrow_csv.InvalidRow, numbers: list[int]) -> DataError:
        """Return the error for rows of another width; their numbers do not count the lines above the first row."""
        named = rows_named([number - self.skipped for number in numbers])
        if len(numbers) == _RAGGED:
            named = f"row {numbers[0] - self.skipped:,} and at least {_RAGGED - 1:,} others"
        return DataError(
            f"{self.text.path}: {named} (counted without the header): "
            f"{first.actual_columns} cell(s) instead of {first.expected_columns} "
            f"({listed(self.names)}; delimiter {self.dialect.delimiter!r}). "
            "Put cells that hold the delimiter in double quotes, and close every quote.",
            field=self.text.field,
        )


def _attempt(reading: _Reading) -> pa.Table | None:
    """Parse a file while the scan continues; return None if anything is wrong with it."""
    try:
        with reading.source() as source:
            return arrow_csv.read_csv(source, **reading.options(None, block=_BLOCK))
    except (pa.ArrowInvalid, OSError, DataError, UnicodeError):
        return None


def _parsed(reading: _Reading, structure: Structure, columns: Sequence[str] | None) -> pa.Table:
    """Parse a file, on one thread as always: only then rows are numbered, and another thread scans the file."""
    for block in _block_sizes(structure):
        ragged = _Ragged()
        try:
            with reading.source() as source:
                table = arrow_csv.read_csv(source, **reading.options(ragged, block=block, columns=columns))
        except (pa.ArrowInvalid, OSError) as error:
            if _too_long(error) and block != _largest_block():
                continue
            if not ragged.numbers:
                raise reading.failed(error) from error
        break
    if ragged.first is not None:
        raise reading.uneven(ragged.first, ragged.numbers)
    return table


def _batches(
    reading: _Reading, structure: Structure, rows: int, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    found = 0
    for block in _block_sizes(structure):
        try:
            for part in _parts(reading, block, found, columns):
                found += part.num_rows
                for start in range(0, part.num_rows, rows):
                    yield part.slice(start, rows)
        except (pa.ArrowInvalid, OSError) as error:
            if not _too_long(error) or block == _largest_block():
                raise reading.failed(error) from error
        else:
            break
    _check_count(reading, structure, found)


def _block_sizes(structure: Structure) -> list[int]:
    """Return how many bytes are to be parsed at a time, and how many if a row turns out to be longer."""
    usual = max(_BLOCK, min(2 * structure.widest, _largest_block()))
    return list(dict.fromkeys((usual, _largest_block())))


def _largest_block() -> int:
    return longest_row() + _SLACK


def _too_long(error: Exception) -> bool:
    """Return whether Arrow has met a row that is longer than a block."""
    return any(phrase in str(error) for phrase in _BOUNDARIES)


def _parts(reading: _Reading, block: int, seen: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    """Yield the rows after the first `seen` ones, as many at a time as a block of bytes holds."""
    ragged = _Ragged()
    options = reading.options(ragged, block=block, columns=columns)
    with reading.source() as source, arrow_csv.open_csv(source, **options) as parts:
        for part in parts:
            if ragged.numbers:
                break
            if part.num_rows > seen:
                yield part.slice(seen)
            seen = max(0, seen - part.num_rows)
    if ragged.first is not None:
        raise reading.uneven(ragged.first, ragged.numbers)


def _checked(reading: _Reading, structure: Structure, table: pa.Table) -> pa.Table:
    _check_count(reading, structure, table.num_rows)
    return table


def _check_count(reading: _Reading, structure: Structure, found: int) -> None:
    """Check that two independent counts agree, so that no row is lost in between."""
    expected = structure.records + (structure.blank if len(reading.names) == 1 else 0)
    if found != expected:
        raise DataError(
            f"{reading.text.path}: {found:,} rows were read, but its lines hold {expected:,}. The file may have "
            "changed while it was read; else say how it is written with dataset.format.",
            field=reading.text.field,
        )


class _Stream(io.RawIOBase):
    """Chunks of bytes as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # typeshed: Buffer
        """Fill `buffer`: Arrow treats each result as a block, and a row must fit into one."""
        done = 0
        while done < len(buffer):
            if not self._rest:
                chunk = next(self._chunks, None)
                if chunk is None:
                    break
                self._rest = memoryview(chunk)
            size = min(len(buffer) - done, len(self._rest))
            buffer[done : done + size] = self._rest[:size]
            self._rest = self._rest[size:]
            done += size
        return done
