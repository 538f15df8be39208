"""A labelled file that belongs to no study, read for a model whose classes are known."""

from collections.abc import Sequence

import numpy as np

from catalog.contract.capabilities import EvaluationFile
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.classification.records import class_data
from plugins.data.classes import Classes, check_labelled, encode
from plugins.data.labelled import Labelled
from plugins.data.labels import RawLabels, counted, fold, read_labels
from plugins.data.sources import Source, read_file
from plugins.nlp.texts.columns import choose_columns, examples_columns, header_note, named_columns, stored_columns
from plugins.nlp.texts.examples import is_like_examples
from plugins.nlp.texts.reading import read_columns, read_rows
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.texts.strings import nul_notes, swallowed_notes
from plugins.tables.files import find_path
from plugins.tables.wording import as_command_errors, as_options, listed

__all__ = ["load_labelled"]


@as_command_errors()
def load_labelled(file: EvaluationFile, names: Sequence[str]) -> Labelled[TextSplit]:
    """Read the texts and labels of a file of any format that a data set may have, in its order.

    Not all classes need occur. Rows with an empty text are left out, and counted.

    Args:
        file: The file, its columns, and how its labels are written.
        names: Class names in the order of their ids.

    Raises:
        DataError: The file cannot be read, has no column of texts or labels, a row without a label, or labels that the
            model does not know.
    """
    path = find_path(str(file.path), "file")
    text, label = _columns(file)
    source = read_file(path, "file", file.format or Format(), named_columns(text, label))
    columns, label = examples_columns(source.columns, file.columns, text, label)
    roles = choose_columns(source, columns, label)
    source = read_columns(source, roles)
    rows, raw = read_rows(source, roles), read_labels(source, roles.label)
    filled = rows.usable
    if not filled.any():
        raise DataError(f"{path}: no row has a text in column {listed(map(repr, roles.text))}.")
    check_labelled(source, roles.label, filled & (raw.codes < 0))
    classes = _classes(file, source, roles.label, raw, names)
    counts = raw.counts(filled)
    if unknown := {value: count for value, count in counts.items() if classes.id_of(value) is None}:
        raise DataError(_unknown(file, roles.label, unknown, raw, names))
    labels = encode([source], roles.label, raw, filled, classes)
    labels.flags.writeable = False
    texts = tuple(text for text, keep in zip(rows.texts.to_pylist(), filled.tolist(), strict=True) if keep)
    left_out = int((~rows.filled & ~rows.header).sum())
    found = header_note(source, named=text is not None and label is not None)
    swallowed = swallowed_notes(source, roles.label, {*raw.values, *names})
    absent = [name for index, name in enumerate(names) if not (labels == index).any()]
    missing = f"No row of the file is of {listed(map(repr, absent))}: nothing is known of their precision and recall."
    nul = nul_notes(source, (*roles.text, roles.label))
    notes = (*source.notes, *([found] if found else []), *nul, *swallowed, *([missing] if absent else []))
    return Labelled(
        TextSplit(texts, labels), np.flatnonzero(filled), roles.as_json(), left_out, tuple(map(as_options, notes))
    )


def _columns(file: EvaluationFile) -> tuple[tuple[str, ...] | None, str | None]:
    """Return the named columns of text and label, else those of the study; None for a column that must be found."""
    text, label = stored_columns(file.data, file.dataset)
    named = file.columns.get("label")
    return file.columns.get("text") or text or None, named[0] if named else label


def _classes(file: EvaluationFile, source: Source, column: str, raw: RawLabels, names: Sequence[str]) -> Classes:
    """Return the ids of labels as the file spells them."""
    if file.truths == "ids":
        return Classes(tuple(names), {str(index): index for index in range(len(names))})
    ids = {name: index for index, name in enumerate(names)}
    folded, stored_names = file.dataset.get("normalize_labels") is True, class_data(file.data).label_names
    by_name = Classes(tuple(names), ids, folded)
    declared = source.class_names.get(column, ())
    own = not file.columns and raw.whole and not declared and is_like_examples(source.columns)
    if own and any(by_name.id_of(value) is None for value in raw.values):  # examples of older releases
        return Classes(tuple(names), {str(index): index for index in range(len(names))})
    if raw.whole and declared:  # numbers for which the file itself has names
        numbers = {str(number): ids[name] for number, name in enumerate(declared) if name in ids}
        return Classes(tuple(names), numbers)
    if not stored_names:
        return by_name
    stored = {value: ids[name] for value, name in stored_names.items() if name in ids}
    by_value = Classes(tuple(names), stored, folded)
    readings = [(by_name.id_of(value), by_value.id_of(value)) for value in raw.values]
    named, as_stored = (all(each[place] is not None for each in readings) for place in (0, 1))
    if named == as_stored and any(None not in each and each[0] != each[1] for each in readings):
        both = ", ".join(f"{value!r} is stored for {name!r}" for value, name in list(stored_names.items())[:3])
        raise DataError(
            f"{file.path}: column {column!r} holds {listed(map(repr, raw.values))}, which are names of classes and "
            f"also how the study's own data store other classes ({both}). Write the labels as names, or as ids with "
            "--labels-as ids."
        )
    if named == as_stored:
        return Classes(tuple(names), {**stored, **ids}, folded)
    return by_name if named else by_value


def _unknown(file: EvaluationFile, column: str, unknown: dict[str, int], raw: RawLabels, names: Sequence[str]) -> str:
    count = len(unknown)
    message = (
        f"{file.path}: column {column!r} holds {count:,} label{'s' if count > 1 else ''} that the model does not know: "
        f"{counted(unknown)}. It knows {listed(map(repr, names))}."
    )
    if file.truths == "ids":
        return f"{message} Ids go from 0 to {len(names) - 1}; leave --labels-as ids out if these are names."
    if raw.whole and all(0 <= int(value) < len(names) for value in raw.values):
        first = ", ".join(f"{index} is {name!r}" for index, name in list(enumerate(names))[:3])
        return f"{message} If the numbers are the ids of its classes ({first} ...), say --labels-as ids."
    if any(fold(value) == fold(name) for value in unknown for name in names):
        return f'{message} Some differ only in spelling, which a study with "normalize_labels": true does not mind.'
    return f"{message} Correct the labels, or name the label column with --label."
