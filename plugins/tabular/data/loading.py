"""From the `dataset` part of a spec to splits that a model trains on."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from catalog.contract import DataSummary
from plugins.classification.records import ClassData
from plugins.classification.truths import ClassTruths
from plugins.data.coverage import coverage_notes
from plugins.data.load_cache import remembered
from plugins.data.numbers import NumberFormat
from plugins.data.positive import resolve_positive
from plugins.data.sources import read_files
from plugins.data.splitting import make_splits
from plugins.details import details_json
from plugins.regression.records import TargetData
from plugins.regression.statistics import describe_target
from plugins.regression.truths import NumberTruths
from plugins.tabular.data.demo import demo_classes, demo_numbers
from plugins.tabular.data.leaks import leak_notes
from plugins.tabular.data.reading import ReadTables, read_sources
from plugins.tabular.dataset import (
    ClassDemo,
    ClassFiles,
    ClassHub,
    ClassificationDataset,
    NumberDemo,
    NumberFiles,
    NumberHub,
    RegressionDataset,
)
from plugins.tabular.features import MOST_CATEGORIES, Feature, fit_features
from plugins.tabular.frame import TableSplit
from plugins.tabular.records import FeatureTable, TableData, describe_features
from plugins.tabular.roles import Role

__all__ = ["load"]

_AnyDataset = ClassificationDataset | RegressionDataset


@remembered
def load(dataset: _AnyDataset, role: Role) -> TableData:
    """Read, check and split a data set. The last two are remembered in this process until their files change.

    Args:
        dataset: Where the rows come from; paths in it are absolute.
        role: The role of the column of the truth, which says what is predicted.

    Raises:
        DataError: The data cannot be used; the message names file, row and column.
        UnreachableError: The hub does not answer and its cache does not hold the data set.
        WorkError: A library for a file's format is not installed.
    """
    classes = (
        ClassTruths(dataset, regression="tabular/regression") if isinstance(dataset, ClassHub | ClassFiles) else None
    )
    numbers = NumberTruths(isinstance(dataset, NumberHub | NumberFiles) and dataset.missing_labels == "drop")
    given, hub_notes = _read(dataset, classes, numbers)
    leaks = () if given.roles is None else tuple(leak_notes(given.splits["train"], given.roles.wanted))
    names = tuple(_class_names(dataset, classes))
    splits, carved = make_splits(
        given.splits,
        dataset.limit,
        dataset.seed,
        groups=given.groups,
        times=given.times,
        names=names or None,
        group_names=given.group_names,
    )
    features = fit_features(given.readings, splits["train"].frame)
    details, notes = (
        _truth_details(dataset, classes, names, splits) if role == "label" else _number_details(splits, numbers.form)
    )
    table = FeatureTable(
        describe_features(features, splits["train"].frame), dict(given.roles.ignored) if given.roles else None
    )
    summary = DataSummary(
        name=dataset.short_name,
        fingerprint=_fingerprint(splits, names),
        rows={split: rows.truths.size for split, rows in splits.items()},
        notes=(*hub_notes, *given.notes, *leaks, *notes, *carved, *_category_notes(features, table)),
        columns=None if given.roles is None else given.roles.as_json(),
        counts=given.counts,
        details={**details, **details_json(table)},
    )
    return TableData(summary, splits, features)


def _read(dataset: Any, classes: ClassTruths | None, numbers: NumberTruths) -> tuple[ReadTables, tuple[str, ...]]:
    match dataset:
        case ClassDemo():
            return demo_classes(dataset.size, dataset.seed), ()
        case NumberDemo():
            return demo_numbers(dataset.size, dataset.seed), ()
        case ClassHub() | NumberHub():
            from plugins.data.hub import read_hub

            sources: Any
            sources, notes = read_hub(dataset)
        case _:
            truth = dataset.label if classes is not None else dataset.target
            sources, notes = read_files(dataset, () if truth is None else (truth,)), ()
    if classes is not None:
        return read_sources(sources, dataset, "label", dataset.label, classes), notes
    return read_sources(sources, dataset, "target", dataset.target, numbers), notes


def _class_names(dataset: Any, classes: ClassTruths | None) -> tuple[str, ...]:
    """Return the names of the classes in the order of their ids; none for numbers."""
    if classes is not None and classes.classes is not None:
        return classes.classes.names
    from plugins.tabular.data.demo import LABELS

    return LABELS if isinstance(dataset, ClassDemo) else ()


def _truth_details(
    dataset: Any, classes: ClassTruths | None, names: tuple[str, ...], splits: Mapping[str, TableSplit]
) -> tuple[dict[str, Any], list[str]]:
    found = None if classes is None else classes.classes
    stored = {value: names[index] for value, index in found.ids.items()} if found and found.renamed else {}
    labels = {split: rows.truths for split, rows in splits.items()}
    rows = {split: tuple(np.bincount(ids, minlength=len(names)).tolist()) for split, ids in labels.items()}
    positive, notes = resolve_positive(dataset.positive, names, list(rows["train"]), stored)
    return details_json(ClassData(names, rows, positive, stored)), [*notes, *coverage_notes(labels, names)]


def _number_details(splits: Mapping[str, TableSplit], form: NumberFormat | None) -> tuple[dict[str, Any], list[str]]:
    statistics = {split: describe_target(rows.truths) for split, rows in splits.items()}
    return details_json(TargetData(statistics, form)), []


def _category_notes(features: tuple[Feature, ...], table: FeatureTable) -> list[str]:
    return [
        f"Column {feature.name!r} has {facts.categories:,} categories: the {len(feature.categories):,} most frequent "
        f"ones (at most {MOST_CATEGORIES:,}, of two training rows or more) count as themselves, all others as one."
        for feature, facts in zip(features, table.feature_facts, strict=True)
        if (facts.categories or 0) > MOST_CATEGORIES
    ]


def _fingerprint(splits: Mapping[str, TableSplit], names: tuple[str, ...]) -> str:
    """Return the SHA-256 (hex) over classes, features and truths of all splits, and their order."""
    digest = hashlib.sha256(json.dumps(names).encode())
    for split, rows in splits.items():
        frame = rows.frame
        digest.update(json.dumps([split, frame.rows, list(frame.columns)]).encode())
        digest.update(np.ascontiguousarray(rows.truths).tobytes())
        for name, cells in frame.columns.items():
            if name in frame.levels:
                used, places = np.unique(cells, return_inverse=True)
                levels = [None if place < 0 else frame.levels[name][place] for place in used.tolist()]
                digest.update(json.dumps(levels).encode())
                digest.update(places.astype("<i8").tobytes())
            else:
                digest.update(np.ascontiguousarray(cells).tobytes())
    return digest.hexdigest()
