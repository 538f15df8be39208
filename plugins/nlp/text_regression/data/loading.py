"""From the `dataset` part of a spec to splits that a model trains on."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from catalog.contract import DataSummary, RowCounts
from plugins.data.load_cache import remembered
from plugins.data.sources import read_files
from plugins.data.splitting import make_splits
from plugins.details import details_json
from plugins.nlp.text_regression.dataset import Dataset, DemoDataset, FilesDataset, HubDataset
from plugins.nlp.text_regression.records import TextData
from plugins.nlp.texts.columns import NUMBER_NAMES, named_columns
from plugins.nlp.texts.duplicates import deduplicate, find_duplicates, less_duplicates
from plugins.nlp.texts.fingerprint import fingerprint
from plugins.nlp.texts.language import guess_language
from plugins.nlp.texts.reading import ReadTexts, read_sources
from plugins.nlp.texts.records import TextFacts
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.texts.words import mean_words
from plugins.regression.records import TargetData
from plugins.regression.statistics import describe_target, quantile_bins
from plugins.regression.truths import NumberTruths

__all__ = ["CLASSIFICATION", "load"]

CLASSIFICATION = "nlp/text-classification"
_ROWS_OF_A_BIN, _MOST_BINS = 20, 10


@remembered
def load(dataset: Dataset, cache: Path) -> TextData:  # noqa: ARG001 -- what every task is given
    """Read, check and split a data set. The last two are remembered in this process until their files change.

    Args:
        dataset: Where the examples come from; paths in it are absolute.
        cache: Not needed by the present sources.

    Raises:
        DataError: The data cannot be used; the message names file, row and column.
        UnreachableError: The hub does not answer and its cache does not hold the data set.
        WorkError: A library for a file's format is not installed.
    """
    truths = NumberTruths(
        isinstance(dataset, FilesDataset | HubDataset) and dataset.missing_labels == "drop", "label", CLASSIFICATION
    )
    given = _read(dataset, truths)
    splits, carved = make_splits(
        _with_bins(given, None if dataset.limit is None else dataset.limit.train),
        dataset.limit,
        dataset.seed,
        groups=given.groups,
        times=given.times,
        group_names=given.group_names,
    )
    counts, merged = given.counts, tuple[str, ...]()
    if dataset.deduplicate:
        found = deduplicate(splits)
        splits, merged = found.splits, found.notes
        counts = {**counts, "train": less_duplicates(counts["train"], found.dropped)}
    duplicates, repeated = find_duplicates(splits)
    facts = TextFacts(
        mean_words=mean_words([data.texts for data in splits.values()]),
        language=guess_language(splits["train"].texts),
        duplicates=duplicates,
    )
    target = TargetData({split: describe_target(data.labels) for split, data in splits.items()}, truths.form)
    summary = DataSummary(
        name=dataset.short_name,
        fingerprint=fingerprint(splits, ()),
        rows={split: len(data.texts) for split, data in splits.items()},
        notes=(*given.notes, *carved, *merged, *repeated),
        columns=None if given.columns is None else given.columns.as_json(),
        counts=counts,
        details={**details_json(target), **details_json(facts)},
    )
    return TextData(summary, splits)


def _with_bins(given: ReadTexts, limit: int | None) -> Mapping[str, TextSplit]:
    """Return the splits with numbers in bins, of which a part of a split keeps its share.

    Rows that are carved off by group or time are not chosen by their numbers: there is one bin then.
    """
    whole = given.groups is not None or given.times is not None
    train = given.splits["train"].labels
    count = 1 if whole else max(1, min(_MOST_BINS, train.size // _ROWS_OF_A_BIN, limit or train.size))
    return {split: replace(data, bins=quantile_bins(data.labels, train, count)) for split, data in given.splits.items()}


def _read(dataset: Dataset, truths: NumberTruths) -> ReadTexts:
    """Return the splits that the source gives."""
    match dataset:
        case FilesDataset():
            sources = read_files(dataset, named_columns(dataset.text, dataset.label))
            return read_sources(sources, dataset, truths, NUMBER_NAMES)
        case HubDataset():
            from plugins.data.hub import read_hub

            sources, hub_notes = read_hub(dataset)
            found = read_sources(sources, dataset, truths, NUMBER_NAMES)
            return replace(found, notes=(*hub_notes, *found.notes))
        case DemoDataset():
            from plugins.nlp.reviews.ratings import NOTES, rate

            rated = rate(dataset.size, dataset.seed)
            points = np.array(rated.points, dtype=np.float64)
            points.flags.writeable = False
            rows = len(rated.texts)
            return ReadTexts(
                splits={"train": TextSplit(tuple(rated.texts), points)},
                columns=None,
                counts={"train": RowCounts(lines=None, records=rows, kept=rows)},
                notes=NOTES,
            )
