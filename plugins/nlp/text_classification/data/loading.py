"""From the `dataset` part of a spec to splits that a model trains on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from catalog.contract import DataSummary, RowCounts
from plugins.classification.records import ClassData
from plugins.classification.truths import ClassTruths
from plugins.data.coverage import coverage_notes
from plugins.data.load_cache import remembered
from plugins.data.positive import resolve_positive
from plugins.data.sources import Source, read_files
from plugins.data.splitting import make_splits
from plugins.details import details_json
from plugins.nlp.text_classification.data.records import TextData
from plugins.nlp.text_classification.dataset import Dataset, DemoDataset, FilesDataset, HubDataset
from plugins.nlp.texts.columns import named_columns
from plugins.nlp.texts.duplicates import deduplicate, find_duplicates, less_duplicates
from plugins.nlp.texts.fingerprint import fingerprint
from plugins.nlp.texts.language import guess_language
from plugins.nlp.texts.reading import ReadTexts, read_sources
from plugins.nlp.texts.records import TextFacts
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.texts.words import mean_words

__all__ = ["load"]


@remembered
def load(dataset: Dataset, cache: Path) -> TextData:  # noqa: ARG001 -- what every plugin is given; see its description
    """Read, check and split a data set. The last two are remembered in this process until their files change.

    Args:
        dataset: Where the examples come from; paths in it are absolute.
        cache: Not needed by the present sources: files are read fast enough, and the hub's cache follows HF_HOME.

    Raises:
        DataError: The data cannot be used; the message names file, row and column.
        UnreachableError: The hub does not answer and its cache does not hold the data set.
        WorkError: A library for a file's format is not installed.
    """
    given, names, label_names = _read(dataset)
    splits, carved = make_splits(
        given.splits,
        dataset.limit,
        dataset.seed,
        groups=given.groups,
        times=given.times,
        names=names,
        group_names=given.group_names,
    )
    counts, merged = given.counts, tuple[str, ...]()
    if dataset.deduplicate:
        found = deduplicate(splits)
        splits, merged = found.splits, found.notes
        counts = {**counts, "train": less_duplicates(counts["train"], found.dropped)}
    duplicates, repeated = find_duplicates(splits)
    labels = {split: data.labels for split, data in splits.items()}
    rows = {split: tuple(np.bincount(ids, minlength=len(names)).tolist()) for split, ids in labels.items()}
    positive, rarer = resolve_positive(dataset.positive, names, list(rows["train"]), label_names)
    summary = DataSummary(
        name=dataset.short_name,
        fingerprint=fingerprint(splits, names),
        rows={split: len(data.texts) for split, data in splits.items()},
        notes=(*given.notes, *rarer, *carved, *merged, *coverage_notes(labels, names), *repeated),
        columns=None if given.columns is None else given.columns.as_json(),
        counts=counts,
        details={
            **details_json(ClassData(names, rows, positive, label_names)),
            **details_json(
                TextFacts(
                    mean_words=mean_words([data.texts for data in splits.values()]),
                    language=guess_language(splits["train"].texts),
                    duplicates=duplicates,
                )
            ),
        },
    )
    return TextData(summary, splits)


def _read(dataset: Dataset) -> tuple[ReadTexts, tuple[str, ...], Mapping[str, str]]:
    """Return the splits that the source gives, names of the classes, and names by how the source stores them.

    The last are empty unless the spec gives names to stored values.
    """
    match dataset:
        case FilesDataset():
            return _read_columns(read_files(dataset, named_columns(dataset.text, dataset.label)), dataset)
        case HubDataset():
            from plugins.data.hub import read_hub

            sources, hub_notes = read_hub(dataset)
            found, names, label_names = _read_columns(sources, dataset)
            return replace(found, notes=(*hub_notes, *found.notes)), names, label_names
        case DemoDataset():
            from plugins.nlp.reviews import LABELS, NOTES, generate

            reviews = generate(dataset.size, dataset.seed)
            labels = np.array(reviews.labels, dtype=np.int64)
            labels.flags.writeable = False
            rows = len(reviews.texts)
            given = ReadTexts(
                splits={"train": TextSplit(tuple(reviews.texts), labels)},
                columns=None,
                counts={"train": RowCounts(lines=None, records=rows, kept=rows)},
                notes=tuple(NOTES),
            )
            return given, tuple(LABELS), {}


def _read_columns(
    sources: Mapping[str, Sequence[Source]], dataset: FilesDataset | HubDataset
) -> tuple[ReadTexts, tuple[str, ...], Mapping[str, str]]:
    truths = ClassTruths(dataset, needed="both a text and a label")
    given = read_sources(sources, dataset, truths)
    classes = truths.classes
    if classes is None:
        return given, (), {}
    stored = {value: classes.names[index] for value, index in classes.ids.items()} if classes.renamed else {}
    return given, classes.names, stored
