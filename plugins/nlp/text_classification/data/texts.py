"""The text of every row: columns joined, anything printable as a string, blank rows found."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.nlp.text_classification.data.joining import SEPARATOR
from plugins.nlp.text_classification.data.plain import plain
from plugins.nlp.text_classification.data.records import Source
from plugins.nlp.text_classification.data.values import read_values
from plugins.tables.wording import rows_named

__all__ = ["read_texts", "swallowed_notes"]

_LONGEST_CLASS = 40
"""Characters; longer names are left out of a pattern that RE2 must be able to hold."""
_MOST_CLASSES = 200


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


def swallowed_notes(source: Source, values: Iterable[str]) -> list[str]:
    """Return notes on cells of several lines, one of which looks like a row: it ends or begins with a delimiter and a
    label.

    An opening quote too many and a closing one some rows further down make a cell that is well formed and holds whole
    rows; where these are few, only their labels give it away.

    Args:
        source: A file.
        values: Labels as the file spells them.
    """
    if source.typed or any("may have swallowed" in note for note in source.notes):  # said already, with its lines
        return []
    known = [re.escape(value) for value in values if 0 < len(value) <= _LONGEST_CLASS][:_MOST_CLASSES]
    if not known:
        return []
    pattern = rf"(?:[,;\t|](?:{'|'.join(known)})\r?\n)|(?:\n(?:{'|'.join(known)})[,;\t|])"
    notes = []
    for name in source.table.column_names:
        cells = plain(source.table[name])
        if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
            continue
        several = np.flatnonzero(pc.fill_null(pc.match_substring(cells, "\n"), False).to_numpy())
        if not several.size:
            continue
        matched = pc.match_substring_regex(cells.take(several), pattern).to_numpy()
        if rows := (several[matched.astype(bool)] + 1).tolist():
            notes.append(
                f"{rows_named(rows)} of {source.origin}: column {name!r} holds lines that look like rows (a delimiter "
                "and a label): a quote too many may have swallowed them."
            )
    return notes


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
