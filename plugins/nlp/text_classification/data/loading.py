"""From the `dataset` part of a spec to splits that a model trains on."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from catalog.contract import DataSummary
from catalog.dataset import Dataset, DemoDataset, FilesDataset, HubDataset
from plugins.nlp.text_classification.data.duplicates import find_duplicates
from plugins.nlp.text_classification.data.files import paths, read_files
from plugins.nlp.text_classification.data.fingerprint import fingerprint
from plugins.nlp.text_classification.data.language import guess_language
from plugins.nlp.text_classification.data.positive import resolve_positive
from plugins.nlp.text_classification.data.reading import read_sources
from plugins.nlp.text_classification.data.records import Split, TextData
from plugins.nlp.text_classification.data.splitting import make_splits
from plugins.nlp.text_classification.data.text_files import check_file
from plugins.nlp.text_classification.data.words import mean_words

__all__ = ["load"]


def load(dataset: Dataset, cache: Path) -> TextData:  # noqa: ARG001 -- what every plugin is given; see its description
    """Read, check and split a data set. The last two are remembered in this process until their files change.

    Args:
        dataset: Where the examples come from; paths in it are absolute.
        cache: Not needed by the present sources: files are read fast enough, and the hub's cache follows HF_HOME.

    Raises:
        DataError: The data cannot be used; the message names file, row and column.
        UnreachableError: The hub does not answer and its cache does not hold the data set.
    """
    return _load(dataset, _stamps(dataset))


def _stamps(dataset: Dataset) -> tuple[tuple[int, int], ...]:
    """Return what changes when a file does: its time of change and size."""
    if not isinstance(dataset, FilesDataset):
        return ()
    stamps = []
    for split, path in paths(dataset).items():
        check_file(path, f"dataset.{split}")
        status = path.stat()
        stamps.append((status.st_mtime_ns, status.st_size))
    return tuple(stamps)


@lru_cache(maxsize=2)
def _load(dataset: Dataset, stamps: tuple[tuple[int, int], ...]) -> TextData:  # noqa: ARG001 -- part of the lookup
    given, names, notes = _read(dataset)
    splits, carved = make_splits(given, dataset.limit, dataset.seed)
    duplicates, repeated = find_duplicates(splits)
    train_rows = np.bincount(splits["train"].labels, minlength=len(names)).tolist()
    positive, rarer = resolve_positive(dataset.positive, names, train_rows)
    summary = DataSummary(
        name=dataset.short_name,
        fingerprint=fingerprint(splits, names),
        rows={split: len(data.texts) for split, data in splits.items()},
        labels=names,
        label_rows={
            split: tuple(np.bincount(data.labels, minlength=len(names)).tolist()) for split, data in splits.items()
        },
        notes=(*notes, *rarer, *carved, *repeated),
        mean_words=mean_words([data.texts for data in splits.values()]),
        language=guess_language(splits["train"].texts),
        duplicates=duplicates,
        positive=positive,
    )
    return TextData(summary, splits)


def _read(dataset: Dataset) -> tuple[Mapping[str, Split], tuple[str, ...], tuple[str, ...]]:
    """Return the splits that the source gives, class names and notes."""
    match dataset:
        case FilesDataset():
            return read_sources(read_files(dataset), dataset)
        case HubDataset():
            from plugins.nlp.text_classification.data.hub import read_hub

            sources, hub_notes = read_hub(dataset)
            splits, names, notes = read_sources(sources, dataset)
            return splits, names, (*hub_notes, *notes)
        case DemoDataset():
            from plugins.nlp.text_classification.demo import LABELS, NOTES, generate

            reviews = generate(dataset.size, dataset.seed)
            labels = np.array(reviews.labels, dtype=np.int64)
            labels.flags.writeable = False
            return {"train": Split(tuple(reviews.texts), labels)}, tuple(LABELS), tuple(NOTES)
