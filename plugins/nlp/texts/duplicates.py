"""Texts that occur in a data set more than once: they raise a score, or contradict each other."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from catalog.contract import RowCounts
from plugins.nlp.texts.split import TextSplit

__all__ = ["Deduplicated", "Duplicates", "count_duplicates", "deduplicate", "find_duplicates", "less_duplicates"]

_LATER = ("validation", "test")
_NEAR = "the same text but for letter case, URLs, mentions, digits and punctuation"
_CHARACTERS = 1 << 19
"""Characters of the texts that are compared at a time: few enough to stay in a processor's cache."""
_END = "\0"
_QUOTED = {
    "http": re.compile(r"https?://[^\s\0]+"),
    "ftp://": re.compile(r"ftp://[^\s\0]+"),
    "www.": re.compile(r"www\.[^\s\0]+"),
    "pic.twitter.com/": re.compile(r"pic\.twitter\.com/[^\s\0]+"),
    "@": re.compile(r"@\w+"),
    "rt": re.compile(r"rt(?!\w)(?<!\wrt)"),
}
"""URLs, mentions and the sign of a repeated message, by what each begins with: one pattern each is twice as fast as all
in one, and most texts need none of them."""
_TABLE = 0x20000
"""Code points that are looked up; those above are letters (Chinese characters) or nearly never written."""
_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nl", "So", "Cs", "Co"})
"""Categories of characters that distinguish texts; not numbers, punctuation, currencies, controls or whitespace."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """How many rows occur in a data set more than once.

    Attributes:
        shared: By ``"validation"`` and ``"test"`` the rows whose text also occurs in train, without regard to letter
            case and surrounding whitespace.
        near: Likewise the further rows whose text occurs in train if URLs, mentions, ``RT``, digits, punctuation and
            whitespace are left out as well.
        conflicting: Rows of train whose text train also holds with another label.
    """

    shared: Mapping[str, int]
    near: Mapping[str, int]
    conflicting: int


@dataclass(frozen=True, slots=True, eq=False)
class Deduplicated:
    """Splits without near-duplicates.

    Attributes:
        splits: Validation and test as they were, train without the rows that were dropped.
        dropped: How many these are.
        conflicting: How many of these had another label than the row that was kept.
        notes: What a reader should know.
    """

    splits: Mapping[str, TextSplit]
    dropped: int
    conflicting: int
    notes: tuple[str, ...]


def find_duplicates(splits: Mapping[str, TextSplit]) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Find rows of validation and test that also occur in train, and texts that train labels in several ways.

    Returns:
        How many rows of ``validation`` and of ``test`` also occur in train; notes on these, on near-duplicates and on
        contradictions.
    """
    found = count_duplicates(splits)
    notes = [
        f"{count:,} of {splits[split].labels.size:,} {split} rows also stand in train."
        for split, count in found.shared.items()
        if count
    ]
    notes += [
        f"{count:,} {'more ' if found.shared[split] else ''}of {splits[split].labels.size:,} {split} rows "
        f"{'is a near-duplicate' if count == 1 else 'are near-duplicates'} of train rows: {_NEAR}."
        for split, count in found.near.items()
        if count
    ]
    if found.conflicting:
        notes.append(f"{found.conflicting:,} train rows have a text that train also holds with another label.")
    return found.shared, tuple(notes)


def count_duplicates(splits: Mapping[str, TextSplit]) -> Duplicates:
    """Count what `find_duplicates` writes notes on.

    Args:
        splits: Train, validation and test.
    """
    hashes = {split: _hashes(data.texts) for split, data in splits.items()}
    exact, near = ({split: both[place] for split, both in hashes.items()} for place in (0, 1))
    same = {split: np.isin(exact[split], exact["train"]) for split in _LATER}
    alike = {split: (near[split] != 0) & np.isin(near[split], near["train"]) for split in _LATER}
    return Duplicates(
        shared={split: int(same[split].sum()) for split in _LATER},
        near={split: int((alike[split] & ~same[split]).sum()) for split in _LATER},
        conflicting=_conflicting(exact["train"], splits["train"].labels),
    )


def deduplicate(splits: Mapping[str, TextSplit]) -> Deduplicated:
    """Drop rows of train that are near-duplicates of rows in validation, in test or earlier in train.

    Of duplicates with several labels the first row is kept, one of validation or test before all of train. A class,
    or a bin of numbers, that would have no row left in train keeps its first one.

    Args:
        splits: Train, validation and test.
    """
    train = splits["train"]
    order = (*_LATER, "train")
    keys = np.concatenate([_keys(splits[split].texts) for split in order])
    labels = np.concatenate([splits[split].labels for split in order])
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    kept = first[group][-train.labels.size :]  # of each row of train the row that stands for it
    own = np.arange(keys.size - train.labels.size, keys.size)
    drop = kept != own
    for stratum in np.setdiff1d(train.strata[drop], train.strata[~drop]).tolist():
        drop[np.flatnonzero(train.strata == stratum)[0]] = False
    dropped = int(drop.sum())
    if not dropped:
        return Deduplicated(splits, 0, 0, ())
    conflicting = int((labels[kept] != train.labels)[drop].sum())
    said = (
        f"{dropped:,} of {drop.size:,} train rows were dropped, near-duplicates of rows in validation, in test or "
        f"earlier in train: {_NEAR}."
    )
    notes = [said]
    if conflicting:
        notes.append(f"{conflicting:,} of the dropped train rows had another label than the row that was kept.")
    return Deduplicated({**splits, "train": train.take(np.flatnonzero(~drop))}, dropped, conflicting, tuple(notes))


def less_duplicates(counts: RowCounts, duplicates: int) -> RowCounts:
    """Return the rows of a split of which some were dropped as near-duplicates."""
    if not duplicates:
        return counts
    dropped = {**counts.dropped, "near-duplicate": duplicates}
    return replace(counts, kept=counts.kept - duplicates, dropped=dropped)


def _keys(texts: Sequence[str]) -> np.ndarray:
    """Return equal numbers for near-duplicates, and for equal texts of which nothing would be left."""
    exact, near = _hashes(texts)
    return np.where(near == 0, exact, near)


def _hashes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return two 64-bit hashes of each text; two of a million texts collide once in 30 million data sets.

    The first are the same for texts that differ only in letter case and surrounding whitespace. The second are of what
    is left without URLs, mentions, RT, and all but letters, marks and pictures; 0 if nothing is left.
    """
    exact, near = np.zeros(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=np.int64)
    plain = np.fromiter((text.isascii() for text in texts), dtype=bool, count=len(texts))
    for rows, ascii_only in ((np.flatnonzero(plain), True), (np.flatnonzero(~plain), False)):
        for part in _parts(texts, rows):
            exact[part], near[part] = _hashed([texts[row] for row in part.tolist()], ascii_only=ascii_only)
    return exact, near


def _parts(texts: Sequence[str], rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield rows whose texts have about `_CHARACTERS` together, at least one."""
    ends = np.cumsum(np.fromiter((len(texts[row]) for row in rows.tolist()), dtype=np.int64, count=rows.size))
    start = 0
    while start < rows.size:
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _CHARACTERS, side="right")))
        yield rows[start:stop]
        start = stop


def _hashed(texts: Sequence[str], *, ascii_only: bool) -> tuple[list[int], list[int]]:
    """Return the hashes of some texts, all in one pass: row by row would take five times as long."""
    joined = _END.join(texts)
    if joined.count(_END) >= len(texts):
        joined = _END.join(text.replace(_END, "\1") for text in texts)
    folded = joined.casefold()
    exact = [hash(text.strip()) for text in folded.split(_END)]
    for beginning, pattern in _QUOTED.items():
        if beginning in folded:
            folded = pattern.sub("", folded)
    if ascii_only:
        left = folded.encode("ascii").translate(None, _ascii_left_out()).decode("ascii")
    else:
        codes = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        kept = _kept()[np.minimum(codes, _TABLE)]
        left = codes[kept].tobytes().decode("utf-32-le", "surrogatepass")
    return exact, [(hash(text) or 1) if text else 0 for text in left.split(_END)]


@lru_cache(maxsize=1)
def _kept() -> np.ndarray:
    """Return which code points distinguish texts: letters, marks, pictures, and the end of a text."""
    kept = [unicodedata.category(chr(code)) in _CATEGORIES for code in range(_TABLE)]
    found = np.array([*kept, True])
    found[0xFE00:0xFE10] = False  # they choose between two looks of a character
    found[ord(_END)] = True
    return found


@lru_cache(maxsize=1)
def _ascii_left_out() -> bytes:
    return bytes(np.flatnonzero(~_kept()[:128]).tolist())


def _conflicting(hashes: np.ndarray, labels: np.ndarray) -> int:
    """Count rows whose hash occurs with more than one label."""
    _, group = np.unique(hashes, return_inverse=True)
    _, labels = np.unique(labels, return_inverse=True)
    low = np.full(group.max(initial=0) + 1, np.iinfo(np.int64).max)
    high = np.full_like(low, -1)
    np.minimum.at(low, group, labels)
    np.maximum.at(high, group, labels)
    return int((low != high)[group].sum())
