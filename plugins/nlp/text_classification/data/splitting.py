"""The three splits that every model needs: carved off where they are not given, cut to a limit where one is set."""

from collections.abc import Mapping

import numpy as np

from catalog.dataset import Limit
from catalog.errors import DataError
from plugins.nlp.text_classification.data.records import Split
from plugins.nlp.text_classification.data.stratification import carve, sample

__all__ = ["SPLITS", "make_splits", "select"]

SPLITS = ("train", "validation", "test")
_CARVED = {"test": 0.2, "validation": 0.1}
"""Share of train that is kept back where a split is not given, test first, then validation from what is left."""
_STREAMS = {"carve": {"test": 1, "validation": 2}, "limit": {"train": 3, "validation": 4, "test": 5}}
"""Every use of the seed has its own stream, so that a limit never changes which rows were carved off."""


def make_splits(
    given: Mapping[str, Split], limit: Limit | None, seed: int
) -> tuple[Mapping[str, Split], tuple[str, ...]]:
    """Return all three splits within `limit`, and notes on those that had to be carved off train.

    A limit keeps a seeded, stratified sample of its split. A split that was carved off and has no limit of its own
    shrinks with train, so that their ratio stays: judging must not cost more than training. Splits that were given
    are touched by their own limit alone.

    Raises:
        DataError: Too few rows to give every split one and keep one of each class in train, or the limit of train is
            below the number of classes.
    """
    whole = _carve_missing(given, seed)
    limits = {} if limit is None else limit.model_dump(exclude_none=True)
    rows = whole["train"].labels.size
    shrunk = min(limits.get("train", rows), rows) / rows
    splits, notes = {}, []
    for split in SPLITS:
        there = whole[split].labels.size
        size = limits.get(split, there if split in given else max(1, round(there * shrunk)))
        splits[split] = _limit(whole[split], size, split, seed)
        if split not in given:
            kept = splits[split].labels.size
            share = f"{_CARVED[split] * 100:.0f} % of the training rows"
            why = f"by dataset.limit.{split}" if split in limits else "in proportion to dataset.limit.train"
            cut = f" were kept back, cut to {kept:,} {why}." if kept < there else f" ({there:,}) were kept back."
            notes.append(f"No {split} split was given: {share}{cut}")
    return splits, tuple(notes)


def _carve_missing(given: Mapping[str, Split], seed: int) -> Mapping[str, Split]:
    """Return all three splits, the missing ones carved off train."""
    splits = dict(given)
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
    return splits


def _limit(data: Split, size: int, split: str, seed: int) -> Split:
    """Keep a sample of `size` rows, all where there are no more; train keeps a row of every class."""
    if size >= data.labels.size:
        return data
    classes = np.unique(data.labels).size
    if split == "train" and size < classes:
        raise DataError(
            f"dataset.limit.train is {size}, below the {classes} classes; keep at least one row of each.",
            field="dataset.limit.train",
        )
    return select(data, sample(data.labels, size, seed, _STREAMS["limit"][split], every_class=split == "train"))


def select(data: Split, rows: np.ndarray) -> Split:
    """Return the rows with these indices, in their order."""
    texts = tuple(data.texts[row] for row in rows.tolist())
    labels = data.labels[rows]
    labels.flags.writeable = False
    return Split(texts, labels)
