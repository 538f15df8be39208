"""A file of texts with numbers that belongs to no study."""

import numpy as np

from catalog.contract.capabilities import EvaluationFile
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.data.labelled import Labelled
from plugins.data.sources import read_file
from plugins.nlp.text_regression.data.loading import CLASSIFICATION
from plugins.nlp.texts.columns import (
    NUMBER_NAMES,
    choose_columns,
    examples_columns,
    header_note,
    named_columns,
    stored_columns,
)
from plugins.nlp.texts.reading import read_columns, read_rows, split_of
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.texts.strings import nul_notes
from plugins.regression.records import target_data
from plugins.regression.truths import NumberTruths
from plugins.tables.files import find_path
from plugins.tables.wording import as_command_errors, as_options, listed

__all__ = ["load_labelled"]


@as_command_errors()
def load_labelled(file: EvaluationFile) -> Labelled[TextSplit]:
    """Read the texts and numbers of a file of any format that a data set may have, in its order.

    Rows with an empty text are left out, and counted.

    Raises:
        DataError: The file cannot be read, has no column of texts or numbers, a row without a number, or something in
            the column that is no number.
    """
    path = find_path(str(file.path), "file")
    stored, label = stored_columns(file.data, file.dataset)
    named = file.columns.get("label")
    text, label = file.columns.get("text") or stored or None, named[0] if named else label
    source = read_file(path, "file", file.format or Format(), named_columns(text, label))
    texts, label = examples_columns(source.columns, file.columns, text, label)
    roles = choose_columns(source, texts, label, names=NUMBER_NAMES)
    source = read_columns(source, roles)
    rows = read_rows(source, roles)
    if not rows.usable.any():
        raise DataError(f"{path}: no row has a text in column {listed(map(repr, roles.text))}.")
    truths = NumberTruths(False, "label", CLASSIFICATION, target_data(file.data).target_format)
    read = truths.read("file", [source], roles.label, [rows.usable])
    header = header_note(source, named=text is not None and label is not None)
    notes = [*source.notes, *([header] if header else []), *read.notes, *nul_notes(source, (*roles.text, roles.label))]
    left_out = int((~rows.filled & ~rows.header).sum())
    kept = np.flatnonzero(read.kept[0])
    return Labelled(split_of([rows], read), kept, roles.as_json(), left_out, tuple(map(as_options, notes)))
