"""The text column: anything printable becomes a string, blank rows are found."""

import re
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.nlp.text_classification.data.records import Source
from plugins.nlp.text_classification.data.values import read_values
from plugins.nlp.text_classification.data.wording import rows_named

__all__ = ["read_texts", "swallowed_notes"]

_LONGEST_CLASS = 40
"""Characters; longer names are left out of a pattern that RE2 must be able to hold."""


def read_texts(source: Source, column: str) -> tuple[pa.ChunkedArray, np.ndarray]:
    """Return the column as strings, and which rows hold more than whitespace (bool, shape (rows,)).

    Numbers, dates and truth values become their usual spelling; null and NaN count as empty.

    Raises:
        DataError: The column holds lists, objects, or bytes that are not UTF-8.
    """
    values = read_values(source, column, "text")
    try:
        texts = values if pa.types.is_large_string(values.type) else pc.cast(values, pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{source.origin}: column {column!r} holds {source.table[column].type}, not text.", field="dataset.text"
        ) from error
    lengths = pc.fill_null(pc.binary_length(pc.utf8_trim_whitespace(texts)), 0)
    return texts, lengths.to_numpy() > 0


def swallowed_notes(texts: pa.ChunkedArray, split: str, values: Iterable[str]) -> list[str]:
    """Tell texts of several lines, one of which looks like a row: it ends or begins with a delimiter and a label.

    An opening quote too many and a closing one some rows further down make a field that is well formed and holds
    whole rows; only their labels give it away.

    Args:
        texts: Of one split, as strings.
        split: Its name.
        values: Labels as the source spells them.
    """
    known = "|".join(re.escape(value) for value in values if len(value) <= _LONGEST_CLASS)
    pattern = rf"(?:[,;\t|](?:{known})\r?\n)|(?:\n(?:{known})[,;\t|])"
    rows = np.flatnonzero(pc.fill_null(pc.match_substring_regex(texts, pattern), False).to_numpy()) + 1
    if not known or not rows.size:
        return []
    found = f"{rows_named(rows.tolist())} of {split}"
    return [f"{found}: the text holds lines that look like rows (a delimiter and a label); look for a quote too many."]
