"""CSV and TSV: the delimiter is found, quoted fields may hold line breaks, every row has the header's fields."""

import csv
import io
import re
from itertools import islice
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from catalog.errors import DataError
from plugins.nlp.text_classification.data.text_files import check_utf8
from plugins.nlp.text_classification.data.wording import listed, rows_named

__all__ = ["read_delimited"]

_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_BYTES = 1 << 18
_SNIFFED_ROWS = 100
_BLOCK = 1 << 24
"""Bytes that are parsed at a time, and so the longest row: 16 MiB."""
_EXCEL = re.compile(r"sep=([^\r\n])(?:\r\n|\r|\n)", re.IGNORECASE)
"""The first line by which Excel is told the delimiter: no header and no row."""


def read_delimited(path: Path, field: str, delimiter: str | None = None) -> pa.Table:
    """Read a table of strings; an empty field is an empty string.

    Args:
        path: The file.
        field: The spec field that named it.
        delimiter: The character between fields; found among ``, ; tab |`` where it is None.

    Raises:
        DataError: Not UTF-8, a quote that is not closed at the end of its field, a row with too few or too many
            fields, two columns of one name.
    """
    check_utf8(path, field)
    with path.open("rb") as file:
        sample = file.read(_SNIFFED_BYTES).decode("utf-8-sig", errors="ignore")
    csv.field_size_limit(max(csv.field_size_limit(), _BLOCK))  # of the process; only widened, so threads never differ
    skipped = 0
    if told := _EXCEL.match(sample):
        sample, skipped = sample[told.end() :], 1
        delimiter = told[1] if told[1] in _DELIMITERS else delimiter
    delimiter = delimiter or find_delimiter(sample)
    names, header_lines = _header(path, field, sample, delimiter)
    skipped += header_lines
    if not any(names):
        raise DataError(f"{path} has no header: its first line must name the columns.", field=field)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{path}: several columns are called {listed(twice)}; give each its own name.", field=field)
    _check_quotes(path, field, delimiter, skipped)
    ragged: list[arrow_csv.InvalidRow] = []

    def collect(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row._replace(number=row.number - skipped))  # Arrow counts skipped lines too
        return "skip"

    try:
        table = arrow_csv.read_csv(
            path,
            # one thread, because rows are numbered only then
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=_BLOCK, column_names=names, skip_rows=skipped
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=collect
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error) or "Could not skip" in str(error):
            raise DataError(f"{path} has a header and no rows.", field=field) from error
        raise DataError(f"{path} cannot be read as CSV: {error}", field=field) from error
    if ragged:
        raise _ragged(path, field, ragged, names, delimiter)
    return table


def _header(path: Path, field: str, sample: str, delimiter: str) -> tuple[list[str], int]:
    """Return the names of the columns and the number of lines down to their end."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next((row for row in reader if row), [])]
    except csv.Error as error:
        raise DataError(
            f"{path}: the header, from its first line, cannot be read as CSV (delimiter {delimiter!r}): {error}. "
            "A quote that opens a column's name must be closed at its end.",
            field=field,
        ) from error
    return names, reader.line_num


def _check_quotes(path: Path, field: str, delimiter: str, skipped: int) -> None:
    """Make sure that quotes are closed at the end of their field: Arrow reads on, into the rows that follow."""
    rows = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(skipped):
            next(file, None)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for row in reader:
                rows += bool(row)
        except csv.Error as error:
            raise DataError(
                f"{path}: row {rows + 1:,} (counted without the header) has a field that begins with a quote and is "
                f"not closed properly; read down to line {reader.line_num + skipped:,}: {error}. "
                'Close the quote at the end of the field, and write quotes inside it twice: """Great"" movie".',
                field=field,
            ) from error


def find_delimiter(sample: str) -> str:
    """Return the character that splits all rows of `sample` into as many fields as its header has.

    Where several do, the one that makes the most fields; where none does, the one that the header holds most often.
    """
    best, score = ",", (False, 0)
    for delimiter in _DELIMITERS:
        widths = _widths(sample, delimiter)
        if not widths or widths[0] < 2:
            continue
        even = all(width == widths[0] for width in widths)
        if (even, widths[0]) > score:
            best, score = delimiter, (even, widths[0])
    return best


def _widths(sample: str, delimiter: str) -> list[int]:
    """Return the number of fields of the header and the first rows."""
    widths: list[int] = []
    try:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths.extend(len(row) for row in islice(reader, _SNIFFED_ROWS) if row)
    except csv.Error:  # judge by the rows before it
        return widths
    return widths[:-1] if len(widths) > 2 else widths  # the sample may end inside a row


def _ragged(path: Path, field: str, rows: list[arrow_csv.InvalidRow], names: list[str], delimiter: str) -> DataError:
    first = rows[0]
    return DataError(
        f"{path}: {rows_named([row.number for row in rows])} (counted without the header): {first.actual_columns} "
        f"field(s) instead of {first.expected_columns} ({listed(names)}; delimiter {delimiter!r}). "
        "Put fields that hold the delimiter in double quotes, and close every quote.",
        field=field,
    )
