"""The text of every row: columns joined, anything printable as a string, blank rows found."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.data.sources import Source
from plugins.data.values import plain, read_values
from plugins.nlp.texts import SEPARATOR
from plugins.tables.table import TextRows
from plugins.tables.wording import counted

__all__ = ["nul_notes", "read_texts", "swallowed_notes"]

_LONGEST_CLASS = 40
"""Characters; longer names are left out of a pattern that RE2 must be able to hold."""
_MOST_COLUMNS = 1000
_FEW_CELLS = 2000
"""Cells that are examined one by one; of more cells only those that match such a pattern."""
_NAMED = 5
"""Rows that seem to have swallowed others and are named in a note."""


def read_texts(source: Source, columns: Sequence[str]) -> tuple[pa.ChunkedArray, np.ndarray]:
    """Return the texts as strings, and which rows hold more than whitespace (bool, shape (rows,)).

    Numbers, dates and truth values become their usual spelling; null and NaN count as empty. Texts of several columns
    are joined by `SEPARATOR`, empty ones left out.

    Raises:
        DataError: A column holds lists, objects, or bytes that are not UTF-8.
    """
    texts = [_strings(source, column) for column in columns]
    filled = [_filled(each) for each in texts]
    if len(texts) == 1:
        return texts[0], filled[0]
    nothing = pa.scalar(None, pa.large_string())
    present = [
        pc.if_else(pa.array(each), text.combine_chunks(), nothing) for text, each in zip(texts, filled, strict=True)
    ]
    separator = pa.scalar(SEPARATOR, pa.large_string())
    joined = present[0]
    for text in present[1:]:  # null_handling="skip" of several at once leaves out the rows that have none at all
        both = pc.binary_join_element_wise(joined, text, separator, null_handling="emit_null")
        joined = pc.coalesce(both, joined, text)
    return pa.chunked_array([joined]), np.logical_or.reduce(filled)


def nul_notes(source: Source, columns: Iterable[str]) -> list[str]:
    """Return a note on each of the columns whose cells hold NUL characters; that of delimited files names a line."""
    if source.text_rows is not None:
        return []
    notes = []
    for column in columns:
        cells = plain(source.table[column])
        if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
            continue
        rows = np.flatnonzero(pc.fill_null(pc.match_substring(cells, "\0"), False).to_numpy())
        if rows.size:
            notes.append(
                f"{source.origin}: column {column!r} holds NUL characters (U+0000), which stay in their cells: "
                f"{counted(int(rows.size), 'row')}, the first is row {int(rows[0]) + 1:,}."
            )
    return notes


def swallowed_notes(source: Source, label: str, values: Iterable[str]) -> list[str]:
    """Return notes on cells of several lines that seem to hold whole rows.

    An extra opening quote and a closing one some rows further down make a cell that is well formed. If such cells are
    few, only their labels show it: the first and the last line of such a row are rows of their own, with as many
    cells as the others and a label in the same place.

    Args:
        source: A file.
        label: Its label column.
        values: Labels as the file spells them.
    """
    if source.text_rows is None:
        return []
    known = {value for value in values if "\n" not in value and "\r" not in value}
    found: dict[int, str] = {}
    before = 0
    for table in _all_cells(source, source.text_rows):
        for name in table.column_names:
            for row in _candidates(table[name], source.text_rows.delimiter, known):
                number = before + row + 1
                if number not in source.text_rows.noted and _holds_rows(table, row, source, label, known):
                    found.setdefault(number, name)
        before += table.num_rows
    if not found:
        return []
    lines = source.text_rows.lines_of(sorted(found)[:_NAMED])
    notes = [
        f"{source.origin}: row {row:,} takes lines {first:,} to {last:,}: column {found[row]!r} holds lines that look "
        f"like rows (a delimiter and a label): a quote too many may have swallowed {counted(last - first, 'row')}."
        for row, (first, last) in sorted(lines.items())
    ]
    if len(found) > _NAMED:
        notes.append(f"{source.origin}: {len(found) - _NAMED:,} more rows look as if they had swallowed others.")
    return notes


def _all_cells(source: Source, text_rows: TextRows) -> Iterator[pa.Table]:
    """Yield all rows with all columns, as far as there may be rows of several lines.

    Tables of thousands of columns, of which not all are read, are left out: it would take long.
    """
    if len(source.table.column_names) == len(source.columns):
        yield source.table
    elif text_rows.several and source.file is not None and len(source.columns) <= _MOST_COLUMNS:
        for batch in source.file.batches(1 << 16):
            yield pa.Table.from_batches([batch])


def _candidates(column: pa.ChunkedArray, delimiter: str, labels: Collection[str]) -> list[int]:
    """Return the rows whose cell has several lines and, if there are many of these, a label next to a delimiter."""
    cells = plain(column)
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        return []
    several = np.flatnonzero(pc.fill_null(pc.match_substring_regex(cells, r"[\r\n]"), False).to_numpy())
    if several.size > _FEW_CELLS:
        mark = re.escape(delimiter)
        names = "|".join(re.escape(value) for value in labels if len(value) <= _LONGEST_CLASS)
        pattern = rf"(?:^|[\r\n]|{mark})\s*(?:{names})\s*(?:$|[\r\n]|{mark})"
        several = several[pc.match_substring_regex(cells.take(several), pattern).to_numpy().astype(bool)]
    return list(several.tolist())


def _holds_rows(table: pa.Table, row: int, source: Source, label: str, labels: Collection[str]) -> bool:
    """Return whether the first and the last line of a row look like rows."""
    delimiter = source.text_rows.delimiter if source.text_rows else ""
    names = table.column_names
    lines = re.split(r"\r\n|\r|\n", delimiter.join(table[name][row].as_py() or "" for name in names))
    ends = [line.split(delimiter) for line in (lines[0], lines[-1])]
    return all(len(cells) == len(names) and cells[names.index(label)].strip() in labels for cells in ends)


def _strings(source: Source, column: str) -> pa.ChunkedArray:
    values = read_values(source, column, "text")
    try:
        return values if pa.types.is_large_string(values.type) else pc.cast(values, pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{source.origin}: column {column!r} holds {source.table[column].type}, not text.", field="dataset.text"
        ) from error


def _filled(texts: pa.ChunkedArray) -> np.ndarray:
    lengths = pc.fill_null(pc.binary_length(pc.utf8_trim_whitespace(texts)), 0)
    return np.asarray(lengths.to_numpy() > 0)
