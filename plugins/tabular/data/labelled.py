"""A file with truths that belongs to no study, read for a model whose features and classes are known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from catalog.contract.capabilities import EvaluationFile
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.classification.records import class_data
from plugins.classification.truths import ClassTruths
from plugins.data.classes import Classes
from plugins.data.datasets import LabelFields
from plugins.data.labelled import Labelled
from plugins.data.labels import RawLabels, counted, read_labels
from plugins.data.sources import Source, read_file
from plugins.data.truths import Truths
from plugins.regression.records import target_data
from plugins.regression.truths import NumberTruths
from plugins.tables.files import find_path
from plugins.tables.wording import as_command_errors, as_options, listed
from plugins.tabular.data.number_marks import matching_readings
from plugins.tabular.data.reading import feature_values, read_notes, repeated_headers
from plugins.tabular.dataset import TableFields
from plugins.tabular.examples import is_like_examples, stored_name
from plugins.tabular.features import Feature
from plugins.tabular.frame import TableSplit, frame_of
from plugins.tabular.roles import Role, TableRoles, check_columns, choose_roles, named_in

__all__ = ["load_labelled"]


@as_command_errors()
def load_labelled(
    file: EvaluationFile, role: Role, features: Sequence[Feature], labels: Sequence[str]
) -> Labelled[TableSplit]:
    """Read the features and truths of a file of any format that a data set may have, in its order.

    Args:
        file: The file, its columns, and how its truths are written.
        role: The role of the column of the truth.
        features: Of the model.
        labels: Class names in the order of their ids; none for numbers.

    Raises:
        DataError: The file cannot be read, lacks a column, has a row without a truth, or classes that the model does
            not know.
    """
    path = find_path(str(file.path), "file")
    names = {one.name: one.name for one in features}  # by feature its column
    source = read_file(path, "file", file.format or Format(), tuple(names))
    own = _named_truth(file, role) in {None, role} and is_like_examples(source.columns, role, names)
    if own:
        names = {name: stored_name(name, role) for name in names}
    truth = role if own else _truth(file, source, role, features)
    roles = TableRoles(role, truth, tuple(names.values()))
    check_columns(source, roles, truth=False)
    if truth not in source.columns:
        raise DataError(_without_truth(source, truth, role))
    source = source.read(roles.needed)
    as_ids = file.truths == "ids"
    usable = ~repeated_headers(source, (roles.truth, *roles.features))
    truths: Truths = NumberTruths(form=target_data(file.data).target_format)
    if role == "label":
        raw = read_labels(source, roles.truth)
        classes = _classes(file, source, roles.truth, raw, labels)
        if own and not all(classes.id_of(value) is not None for value in raw.values):
            as_ids, classes = True, Classes(tuple(labels), _by_id(labels))
        if unknown := {value: count for value, count in raw.counts(usable).items() if classes.id_of(value) is None}:
            raise DataError(_unknown(file, roles.truth, unknown, labels, as_ids=as_ids))
        truths = ClassTruths(LabelFields(labels=None), classes)
    read = truths.read("file", [source], roles.truth, [usable])
    readings = {one.name: one.reading for one in features}
    columns = {name: feature_values([source], names[name]) for name in readings}
    readings, marks = matching_readings([source], columns, readings)
    frame = frame_of(columns, readings).take(np.flatnonzero(read.kept[0]))
    notes = [*source.notes, *read.notes, *marks]
    for name, reading in readings.items():
        notes += read_notes(name, reading, columns[name], "the file")
    if role == "label" and (absent := [name for index, name in enumerate(labels) if not (read.truths == index).any()]):
        notes.append(
            f"No row of the file is of {listed(map(repr, absent))}: nothing is known of their precision and recall."
        )
    rows = np.flatnonzero(read.kept[0])
    taken = replace(roles, features=tuple(names)).as_json()
    return Labelled(TableSplit(frame, read.truths), rows, taken, notes=tuple(map(as_options, notes)))


def _truth(file: EvaluationFile, source: Source, role: Role, features: Sequence[Feature]) -> str:
    """Return the column of the truth: the one that was named, else that of the study, else the one that says so."""
    named = _named_truth(file, role)
    stored = named_in(file.data, role)[0]
    if named is None and stored is not None:
        return stored
    ignored = tuple(one.name for one in features if one.name in source.columns)
    wanted = TableFields(ignore=ignored or None)
    return (
        choose_roles(source, TableFields(), role, named).truth
        if named
        else choose_roles(source, wanted, role, None).truth
    )


def _named_truth(file: EvaluationFile, role: Role) -> str | None:
    return next((file.columns[key][0] for key in (role, "label", "target") if file.columns.get(key)), None)


def _without_truth(source: Source, truth: str, role: Role) -> str:
    option = "--label COLUMN" if role == "label" else f"--column {role}=COLUMN"
    ids = ", and add --labels-as ids if it holds ids of classes" if role == "label" else ""
    return (
        f"{source.origin} has no column {truth!r}, which holds the {role} in the training rows. If another column "
        f"does, name it with {option}{ids}. Its columns: {listed(source.columns)}."
    )


def _classes(file: EvaluationFile, source: Source, column: str, raw: RawLabels, labels: Sequence[str]) -> Classes:
    """Return the ids of classes as the file spells them: by name, as the study's data store them, or by id."""
    if file.truths == "ids":
        return Classes(tuple(labels), _by_id(labels))
    ids = {name: index for index, name in enumerate(labels)}
    if raw.whole and (declared := source.class_names.get(column)):  # numbers for which the file itself has names
        return Classes(tuple(labels), {str(place): ids[name] for place, name in enumerate(declared) if name in ids})
    folded, stored_names = file.dataset.get("normalize_labels") is True, class_data(file.data).label_names
    by_name = Classes(tuple(labels), ids, folded)
    if not stored_names or all(by_name.id_of(value) is not None for value in raw.values):
        return by_name
    return Classes(tuple(labels), {value: ids[name] for value, name in stored_names.items() if name in ids}, folded)


def _by_id(labels: Sequence[str]) -> dict[str, int]:
    return {str(index): index for index in range(len(labels))}


def _unknown(
    file: EvaluationFile, column: str, unknown: Mapping[str, int], labels: Sequence[str], *, as_ids: bool
) -> str:
    count = len(unknown)
    if as_ids:
        how = f"Ids go from 0 to {len(labels) - 1}; leave --labels-as ids out if these are names"
    elif unknown.keys() <= _by_id(labels).keys():
        how = (
            "If these are ids of classes, say --labels-as ids; if another column holds the labels, name it with --label"
        )
    else:
        how = "Correct the labels, or name the label column with --label"
    return (
        f"{file.path}: column {column!r} holds {count:,} label{'s' if count > 1 else ''} that the model does not know: "
        f"{counted(unknown)}. It knows {listed(map(repr, labels))}. {how}."
    )
