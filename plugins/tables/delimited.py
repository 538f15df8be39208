"""CSV and TSV: encoding, delimiter, quotes and header are given or found; every row has the header's cells."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from catalog.dataset import Format
from catalog.errors import DataError
from plugins.tables.compression import COMPRESSIONS
from plugins.tables.dialect import (
    Dialect,
    Header,
    excel_delimiter,
    find_delimiter,
    find_header,
    looks_like_data,
    parse_rows,
)
from plugins.tables.encodings import Encoding, find_encoding, given_encoding, utf8_blocks
from plugins.tables.structure import Structure, scan
from plugins.tables.table import OpenTable
from plugins.tables.wording import listed, rows_named

__all__ = ["open_delimited"]

_SNIFFED = 1 << 18
_BLOCK = 1 << 24
"""Bytes that are parsed at a time, and so the longest row: 16 MiB."""
_BOUNDARY = "straddling object"
"""What Arrow says of a row that is longer than a block."""


def open_delimited(path: Path, field: str, given: Format, *, tabs: bool) -> OpenTable:
    """Look through a file and make it ready for reading; an empty cell is an empty string.

    Args:
        path: The file, compressed or not.
        field: The spec field that names it.
        given: What is known of how it is written.
        tabs: Whether cells are divided by tabs if nothing else is said.

    Raises:
        DataError: An unknown encoding, a quote that is not closed at the end of its cell, a header that looks like a
            row, two columns of one name.
    """
    encoding = given_encoding(path, field, given.encoding) if given.encoding else find_encoding(path, field)
    sample = _beginning(path, field, encoding)
    dialect = _dialect(sample, given, tabs=tabs)
    header = find_header(sample, dialect, given=given.header)
    structure, dialect, dialect_note = _structure(path, field, encoding, dialect, sample, header, given)
    if not header.names:
        raise DataError(f"{path} is empty or has blank lines only.", field=field)
    names, kept, unnamed_note = _names(path, field, header, sample, dialect)
    if given.header is None:
        _check_header(path, field, names, sample, dialect, header)
    if not structure.records:
        what = "a header and no rows" if given.header is not False else "no rows"
        raise DataError(f"{path} has {what}.", field=field)
    notes = [
        *([encoding.note] if encoding.note else []),
        *([dialect_note] if dialect_note else []),
        *header.notes,
        *([unnamed_note] if unnamed_note else []),
        *_notes(path, structure),
    ]
    reading = _Reading(path, field, encoding, dialect, names, header.lines)
    return OpenTable(
        columns=tuple(names[index] for index in kept),
        typed=False,
        lines=structure.lines,
        notes=tuple(notes),
        batches=lambda rows: _batches(reading, kept, structure, rows),
        read=lambda: _table(reading, kept, structure),
    )


def _beginning(path: Path, field: str, encoding: Encoding) -> str:
    return next(utf8_blocks(path, field, encoding), b"")[:_SNIFFED].decode("utf-8", errors="ignore")


def _dialect(sample: str, given: Format, *, tabs: bool) -> Dialect:
    quote = '"' if given.quote is None else given.quote
    stated = excel_delimiter(sample)
    delimiter = given.delimiter or stated or ("\t" if tabs else find_delimiter(sample, quote))
    return Dialect(delimiter, quote)


def _structure(  # noqa: PLR0913, PLR0917 -- all that is known of the file
    path: Path, field: str, encoding: Encoding, dialect: Dialect, sample: str, header: Header, given: Format
) -> tuple[Structure, Dialect, str | None]:
    """Return the records of the file, and how it has to be read if the usual quotes do not fit.

    Raises:
        DataError: Quotes that fit in no way.
    """
    columns = len(header.names)

    def looked(one: Dialect) -> Structure:
        return scan(utf8_blocks(path, field, encoding), one, header_lines=header.lines, columns=columns)

    found = looked(dialect)
    if found.well_formed:
        return found, dialect, None
    try:
        return _counted(path, field, encoding, dialect, header, looked(replace(dialect, quote=""))), dialect, None
    except DataError as error:
        if given.quote is not None:
            raise
        strict = error
    plain = replace(dialect, quote="")
    if any(b'\\"' in block for block in utf8_blocks(path, field, encoding)):
        escaped = replace(dialect, escape="\\")
        try:
            counted = _counted(path, field, encoding, escaped, header, looked(plain))
        except DataError:
            pass
        else:
            return counted, escaped, f"{path.name}: quotes within quoted cells were read as escaped by a backslash."
    same = find_header(sample, plain, given=given.header).names == header.names
    if same and _never_quotes(path, field, encoding, plain, header):
        note = (
            f'{path.name}: quotes were read as plain characters, as with "format": {{"quote": ""}}: a cell begins with '
            "a quote that is not closed at its end, and no cell stands within quotes."
        )
        return looked(plain), plain, note
    raise strict


def _rows(path: Path, field: str, encoding: Encoding, dialect: Dialect, skipped: int) -> Iterator[tuple[list[str], int]]:
    """Parse with Python's own reader, which is slow and strict, and yield rows with the line on which each ends."""
    csv.field_size_limit(max(csv.field_size_limit(), _BLOCK))  # of the process; only widened, so threads never differ

    def lines() -> Iterator[str]:
        for block in utf8_blocks(path, field, encoding):
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
    number = 0
    try:
        for row in reader:
            number += bool(row)
            yield row, reader.line_num + skipped
    except csv.Error as error:
        raise DataError(
            f"{path}: row {number + 1:,} (counted without the header) has a cell that begins with a quote and is not "
            f"closed properly; read down to line {reader.line_num + skipped:,}: {error}. Close the quote at the end of "
            'the cell and write quotes inside it twice ("""Great"" movie"), or set "format": {"quote": ""} if quotes '
            "have no meaning in this file.",
            field=field,
        ) from error


def _counted(
    path: Path, field: str, encoding: Encoding, dialect: Dialect, header: Header, by_lines: Structure
) -> Structure:
    """Count the records with Python's own reader, where quotes also stand within cells that they do not open.

    Raises:
        DataError: A quote that is not closed at the end of its cell, or with `escape` a row of other width.
    """
    counted = Structure(lines=by_lines.lines, nul_line=by_lines.nul_line)
    last = header.lines
    for row, line in _rows(path, field, encoding, dialect, header.lines):
        if not row:
            counted.blank += 1
        else:
            if dialect.escape and len(row) != len(header.names):
                raise DataError(f"{path}: rows of different width.", field=field)
            counted.add(row, last + 1, line, dialect.delimiter)
        last = line
    return counted


def _never_quotes(path: Path, field: str, encoding: Encoding, plain: Dialect, header: Header) -> bool:
    """Return whether the file makes sense without quotes: equal rows, and no cell within a pair of them."""
    for row, _ in _rows(path, field, encoding, plain, header.lines):
        if row and (
            len(row) != len(header.names)
            or any(len(cell) > 1 and cell.startswith('"') and cell.endswith('"') for cell in row)
        ):
            return False
    return True


def _names(
    path: Path, field: str, header: Header, sample: str, dialect: Dialect
) -> tuple[list[str], list[int], str | None]:
    """Return a name for every column, which of them are kept, and a note on those without a name.

    Raises:
        DataError: Two columns of one name.
    """
    rows = [row for row, line in parse_rows(sample, dialect) if row and line > header.lines]
    names, kept, empty = [], [], 0
    for place, name in enumerate(header.names):
        if name:
            kept.append(place)
            names.append(name)
            continue
        unused = f"unnamed {place + 1}"
        names.append(unused)
        if any(row[place].strip() for row in rows if len(row) > place):
            kept.append(place)
        else:
            empty += 1
    if not any(header.names):
        raise DataError(f"{path} has no header: its first line must name the columns.", field=field)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{path}: several columns are called {listed(twice)}; give each its own name.", field=field)
    note = f"{path.name}: {empty} column{'s' if empty > 1 else ''} without name and content left out." if empty else None
    return names, kept, note


def _check_header(path: Path, field: str, names: list[str], sample: str, dialect: Dialect, header: Header) -> None:
    rows = [row for row, line in parse_rows(sample, dialect, 200) if row and line > header.lines]
    if len(rows) > 1 and (why := looks_like_data(names, rows)):
        raise DataError(
            f"{path}: its first line looks like a row, not like the names of columns: {why}. Add a header such as "
            '"text,label", or say which it is: "format": {"header": false} names the columns "0", "1", ...; '
            '"format": {"header": true} takes the first line as names.',
            field=field,
        )


def _notes(path: Path, structure: Structure) -> Iterator[str]:
    for record in structure.suspicious()[:5]:
        yield (
            f"{path.name}: row {record.row:,} takes lines {record.first_line:,} to {record.last_line:,} "
            f"({record.lines:,} lines): a quote that was opened and closed much later may have swallowed "
            f"{record.lines - 1:,} rows. Close it where its cell ends, or set "
            '"format": {"quote": ""} if quotes have no meaning in this file.'
        )
    if structure.nul_line is not None:
        yield f"{path.name}: line {structure.nul_line:,} holds a NUL character (U+0000), which stays in its cell."


class _Reading:
    """What Arrow is to read, and how."""

    def __init__(
        self, path: Path, field: str, encoding: Encoding, dialect: Dialect, names: list[str], skipped: int
    ) -> None:
        self.path, self.field, self.encoding, self.dialect = path, field, encoding, dialect
        self.names, self.skipped = names, skipped

    def source(self) -> "pa.NativeFile | pa.PythonFile":
        """Open the text, as UTF-8."""
        if self.encoding.is_utf8 and self.path.suffix.lower() not in COMPRESSIONS:
            return pa.memory_map(str(self.path))
        return pa.PythonFile(_Stream(utf8_blocks(self.path, self.field, self.encoding)), mode="r")

    def options(self, ragged: Callable[[arrow_csv.InvalidRow], str] | None, *, threads: bool) -> dict[str, object]:
        """Return Arrow's options; with threads, rows are not numbered."""
        return {
            "read_options": arrow_csv.ReadOptions(
                use_threads=threads, block_size=_BLOCK, column_names=self.names, skip_rows=self.skipped
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
                column_types=dict.fromkeys(self.names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        }

    def failed(self, error: pa.ArrowInvalid) -> DataError:
        """Return what Arrow found wrong as an error that names the file."""
        reason = "a row is longer than 16 MiB" if _BOUNDARY in str(error) else str(error)
        return DataError(f"{self.path} cannot be read as CSV: {reason}", field=self.field)

    def uneven(self, rows: list[arrow_csv.InvalidRow]) -> DataError:
        """Return the error of rows of other width; they are numbered without what stands above them."""
        first = rows[0]
        return DataError(
            f"{self.path}: {rows_named([row.number - self.skipped for row in rows])} (counted without the header): "
            f"{first.actual_columns} cell(s) instead of {first.expected_columns} "
            f"({listed(self.names)}; delimiter {self.dialect.delimiter!r}). "
            "Put cells that hold the delimiter in double quotes, and close every quote.",
            field=self.field,
        )


def _table(reading: _Reading, kept: list[int], structure: Structure) -> pa.Table:
    ragged: list[arrow_csv.InvalidRow] = []

    def collect(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    try:
        with reading.source() as source:
            table = arrow_csv.read_csv(source, **reading.options(collect, threads=True))
        if ragged:  # once more, on one thread, to learn their numbers
            ragged.clear()
            with reading.source() as source:
                arrow_csv.read_csv(source, **reading.options(collect, threads=False))
            raise reading.uneven(ragged)
    except pa.ArrowInvalid as error:
        raise reading.failed(error) from error
    _check_rows(reading, structure, table.num_rows)
    return table.select([reading.names[place] for place in kept])


def _batches(reading: _Reading, kept: list[int], structure: Structure, rows: int) -> Iterator[pa.RecordBatch]:
    ragged: list[arrow_csv.InvalidRow] = []

    def collect(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    names = [reading.names[place] for place in kept]
    found = 0
    try:
        with reading.source() as source, arrow_csv.open_csv(source, **reading.options(collect, threads=False)) as parts:
            for part in parts:
                if ragged:
                    raise reading.uneven(ragged)
                found += part.num_rows
                chosen = part.select(names)
                for start in range(0, chosen.num_rows, rows):
                    yield chosen.slice(start, rows)
            if ragged:
                raise reading.uneven(ragged)
    except pa.ArrowInvalid as error:
        raise reading.failed(error) from error
    _check_rows(reading, structure, found)


def _check_rows(reading: _Reading, structure: Structure, found: int) -> None:
    """Make sure that two independent ways of counting agree: no row is lost in between."""
    expected = structure.records + (structure.blank if len(reading.names) == 1 else 0)
    if found != expected:
        raise DataError(
            f"{reading.path}: {found:,} rows were read, but its lines hold {expected:,}. The file may have changed "
            "while it was read; else say how it is written with dataset.format.",
            field=reading.field,
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
        """Fill `buffer` as far as the next chunk goes."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
