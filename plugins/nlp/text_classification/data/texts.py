"""The text column: anything printable becomes a string, blank rows are found."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.nlp.text_classification.data.columns import plain
from plugins.nlp.text_classification.data.records import Source

__all__ = ["read_texts"]


def read_texts(source: Source, column: str) -> tuple[pa.ChunkedArray, np.ndarray]:
    """Return the column as strings, and which rows hold more than whitespace (bool, shape (rows,)).

    Numbers, dates and truth values become their usual spelling; null counts as empty.

    Raises:
        DataError: The column holds lists, objects or bytes.
    """
    values = plain(source.table[column])
    try:
        texts = values if pa.types.is_large_string(values.type) else pc.cast(values, pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{source.origin}: column {column!r} holds {source.table[column].type}, not text.", field="dataset.text"
        ) from error
    lengths = pc.fill_null(pc.binary_length(pc.utf8_trim_whitespace(texts)), 0)
    return texts, lengths.to_numpy() > 0
