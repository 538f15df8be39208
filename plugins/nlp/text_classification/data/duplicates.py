"""Texts that stand in a data set more than once: they flatter a score, or contradict each other."""

from collections.abc import Mapping

import numpy as np

from plugins.nlp.text_classification.data.records import Split

__all__ = ["find_duplicates"]


def find_duplicates(splits: Mapping[str, Split]) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Find rows of validation and test that also stand in train, and texts that train labels in several ways.

    Texts count as the same when they differ only in letter case and surrounding whitespace.

    Returns:
        How many rows of ``validation`` and of ``test`` also stand in train; notes on these and on contradictions.
    """
    hashes = {split: _hashes(data) for split, data in splits.items()}
    shared = {split: int(np.isin(hashes[split], hashes["train"]).sum()) for split in ("validation", "test")}
    notes = [
        f"{count:,} of {hashes[split].size:,} {split} rows also stand in train."
        for split, count in shared.items()
        if count
    ]
    if conflicting := _conflicting(hashes["train"], splits["train"].labels):
        notes.append(f"{conflicting:,} train rows have a text that train also holds with another label.")
    return shared, tuple(notes)


def _hashes(data: Split) -> np.ndarray:
    """Return 64-bit hashes, which cost 8 bytes a row; two of a million texts collide once in 30 million data sets."""
    hashes = (hash(text.strip().casefold()) for text in data.texts)
    return np.fromiter(hashes, dtype=np.int64, count=len(data.texts))


def _conflicting(hashes: np.ndarray, labels: np.ndarray) -> int:
    """Count rows whose hash occurs with more than one label."""
    _, group = np.unique(hashes, return_inverse=True)
    low = np.full(group.max(initial=0) + 1, np.iinfo(np.int64).max)
    high = np.full_like(low, -1)
    np.minimum.at(low, group, labels)
    np.maximum.at(high, group, labels)
    return int((low != high)[group].sum())
