"""From tables to labelled texts: columns chosen, classes found, blank rows dropped."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from catalog.dataset import FilesDataset, HubDataset
from catalog.errors import DataError
from plugins.nlp.text_classification.data.classes import Classes, encode, find_classes
from plugins.nlp.text_classification.data.columns import check_columns, choose_columns
from plugins.nlp.text_classification.data.labels import missing_notes, read_labels
from plugins.nlp.text_classification.data.records import Source, Split
from plugins.nlp.text_classification.data.texts import read_texts, swallowed_notes

__all__ = ["read_sources"]


def read_sources(
    sources: Mapping[str, Source], dataset: FilesDataset | HubDataset
) -> tuple[Mapping[str, Split], tuple[str, ...], tuple[str, ...]]:
    """Read the splits that are given.

    A further split in which no row is labelled (published test sets that keep their labels secret) is set aside.

    Returns:
        Splits by name, class names, notes.

    Raises:
        DataError: As `choose_columns`, `read_texts`, `read_labels`, `find_classes` and `encode` say.
    """
    text, label = choose_columns(sources["train"], dataset.text, dataset.label)
    classes: Classes | None = None
    splits, notes = {}, []
    for split, source in sources.items():  # train comes first
        check_columns(source, text, label)
        texts, kept = read_texts(source, text)
        raw = read_labels(source, label)
        if not kept.any():
            raise DataError(f"{source.origin}: no row has a text in column {text!r}.", field=source.field)
        if dropped := int(kept.size - kept.sum()):
            notes.append(f"{dropped:,} of {kept.size:,} {split} rows have an empty text and were dropped.")
        if split != "train" and label in source.class_names and not (raw.codes >= 0).any():
            notes.append(f"The {split} split of the source has no labels and was set aside.")
            continue
        if classes is None:
            classes = find_classes(source, label, raw, kept, dataset.labels)
            notes += classes.notes
        notes += missing_notes(raw, kept, label, split, dataset.labels or ())
        notes += swallowed_notes(texts, split, classes.ids)
        labels = encode(source, label, raw, kept, classes)
        labels.flags.writeable = False
        splits[split] = Split(_strings(texts, kept), labels)
    names = () if classes is None else classes.names
    return splits, names, tuple(notes)


def _strings(texts: pa.ChunkedArray, kept: np.ndarray) -> tuple[str, ...]:
    return tuple((texts if kept.all() else texts.filter(pa.array(kept))).to_pylist())
