"""The three splits that every model needs: carved off where they are not given, cut to a limit where one is set."""

from collections.abc import Mapping

import numpy as np

from catalog.dataset import Limit
from catalog.errors import DataError
from plugins.nlp.text_classification.data.records import Split
from plugins.nlp.text_classification.data.stratification import carve, sample

__all__ = ["SPLITS", "limit_splits", "make_splits", "select"]

SPLITS = ("train", "validation", "test")
_CARVED = {"test": 0.2, "validation": 0.1}
"""Share of all rows, and then of what is left, that is kept back where a split is not given."""
_STREAMS = {"carve": {"test": 1, "validation": 2}, "limit": {"train": 3, "validation": 4, "test": 5}}
"""Every use of the seed has its own stream, so that a limit never changes which rows were carved off."""


def make_splits(given: Mapping[str, Split], seed: int) -> tuple[Mapping[str, Split], tuple[str, ...]]:
    """Return all three splits, carving from train what is not given, and notes that tell so.

    Raises:
        DataError: Too few rows to give every split one and keep one of each class in train.
    """
    splits, notes = dict(given), []
    for split, share in _CARVED.items():
        if split in splits:
            continue
        train = splits["train"]
        stay, carved = carve(train.labels, share, seed, _STREAMS["carve"][split])
        if not carved.size:
            raise DataError(
                f"{train.labels.size} rows are too few: none can be kept back for {split} "
                "while train keeps one of each class.",
                field="dataset",
            )
        splits["train"], splits[split] = select(train, stay), select(train, carved)
        notes.append(f"No {split} split was given: {share * 100:.0f} % of the rows ({carved.size:,}) were kept back.")
    return {split: splits[split] for split in SPLITS}, tuple(notes)


def limit_splits(splits: Mapping[str, Split], limit: Limit | None, seed: int) -> Mapping[str, Split]:
    """Keep a seeded, stratified sample of each split that `limit` names; train keeps a row of every class.

    Raises:
        DataError: The limit of train is below the number of classes.
    """
    sizes = {} if limit is None else {split: getattr(limit, split) for split in SPLITS}
    limited = {}
    for split, data in splits.items():
        size = sizes.get(split)
        if size is None or size >= data.labels.size:
            limited[split] = data
            continue
        classes = np.unique(data.labels).size
        if split == "train" and size < classes:
            raise DataError(
                f"dataset.limit.train is {size}, below the {classes} classes; keep at least one row of each.",
                field="dataset.limit.train",
            )
        kept = sample(data.labels, size, seed, _STREAMS["limit"][split], every_class=split == "train")
        limited[split] = select(data, kept)
    return limited


def select(data: Split, rows: np.ndarray) -> Split:
    """Return the rows with these indices, in their order."""
    texts = tuple(data.texts[row] for row in rows.tolist())
    labels = data.labels[rows]
    labels.flags.writeable = False
    return Split(texts, labels)
