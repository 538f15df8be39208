"""A labelled file that belongs to no study, read for a model whose classes are known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalog.errors import DataError
from plugins.nlp.text_classification.data.classes import Classes, encode
from plugins.nlp.text_classification.data.columns import choose_columns
from plugins.nlp.text_classification.data.files import read_file
from plugins.nlp.text_classification.data.labels import RawLabels, read_labels
from plugins.nlp.text_classification.data.records import Labelled, Source, Split
from plugins.nlp.text_classification.data.text_files import check_file
from plugins.nlp.text_classification.data.texts import read_texts
from plugins.nlp.text_classification.data.wording import listed

__all__ = ["load_labelled"]


def load_labelled(file: Path, names: Sequence[str], *, text: str | None, label: str | None) -> Labelled:
    """Read the texts and labels of a CSV, TSV, JSON Lines or Parquet file, in its order.

    Labels are names of the model's classes. Where they are whole numbers and not all of them names, they are what the
    file declares them to be (as Parquet files of the `datasets` library do) if these are the model's names, else ids.
    Not all classes need occur. Rows with an empty text are left out, and counted.

    Args:
        file: The file.
        names: Class names in the order of their ids.
        text: Column of texts; found as `choose_columns` says where None.
        label: Column of labels; likewise.

    Raises:
        DataError: The file cannot be read, has no column of texts or labels, or labels that the model does not know.
    """
    try:
        return _read(file, names, text, label)
    except DataError as error:
        raise DataError(error.message) from error  # no field of a spec is to blame


def _read(file: Path, names: Sequence[str], text: str | None, label: str | None) -> Labelled:
    check_file(file, "file")
    source = read_file(file, "file")
    text, label = choose_columns(source, text, label)
    texts, kept = read_texts(source, text)
    if not kept.any():
        raise DataError(f"{file}: no row has a text in column {text!r}.")
    raw = read_labels(source, label)
    ids = _known(source, label, raw, names)
    used = np.unique(raw.codes[kept & (raw.codes >= 0)])
    if unknown := sorted(raw.values[code] for code in used if raw.values[code] not in ids):
        raise DataError(
            f"{file}: column {label!r} holds {len(unknown):,} labels that the model does not know: {listed(unknown)}. "
            f"It knows {listed(names)} (or ids 0 to {len(names) - 1}). Correct the labels, or name the label column; "
            f"the columns: {listed(source.table.column_names)}."
        )
    labels = encode(source, label, raw, kept, Classes(tuple(names), ids))
    labels.flags.writeable = False
    split = Split(tuple(text for text, keep in zip(texts.to_pylist(), kept.tolist(), strict=True) if keep), labels)
    return Labelled(split, np.flatnonzero(kept), int((~kept).sum()))


def _known(source: Source, column: str, raw: RawLabels, names: Sequence[str]) -> dict[str, int]:
    """Return the ids of labels as the file spells them."""
    by_name = {name: index for index, name in enumerate(names)}
    declared = source.class_names.get(column, ())
    if not raw.whole or set(raw.values) <= by_name.keys():
        return by_name
    if by_name.keys() & set(declared):
        return {str(number): by_name[name] for number, name in enumerate(declared) if name in by_name}
    return {str(index): index for index in range(len(names))}
