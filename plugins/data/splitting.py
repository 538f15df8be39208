"""The three splits that every model needs: carved off if they are not given, cut to a limit if one is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol, Self, TypeVar

import numpy as np

from catalog.dataset import Limit
from catalog.errors import DataError
from plugins.data.stratification import carve, carve_groups, carve_latest, sample, with_time
from plugins.tables.wording import listed

__all__ = [
    "NAMED",
    "SPLITS",
    "GroupOverlap",
    "SplitExamples",
    "group_overlaps",
    "make_splits",
    "time_notes",
]

SPLITS = ("train", "validation", "test")
_CARVED = {"test": 0.2, "validation": 0.1}
"""Share of train that is kept back if a split is not given: test first, then validation from the rest."""
_STREAMS = {"carve": {"test": 1, "validation": 2}, "limit": {"train": 3, "validation": 4, "test": 5}}
"""Every use of the seed has its own stream, so that a limit never changes which rows were carved off."""
NAMED = 5
"""Groups and classes that a note names."""


class SplitExamples(Protocol):
    """The examples of one split."""

    @property
    def strata(self) -> np.ndarray:
        """What a part of the split keeps in proportion: the class of each row, int64, shape (rows,)."""

    def take(self, rows: np.ndarray) -> Self:
        """Return the rows with these indices, in their order."""


E = TypeVar("E", bound=SplitExamples)


@dataclass(frozen=True, slots=True, eq=False)
class GroupOverlap:
    """Groups that occur in two splits.

    Attributes:
        first: One split, nearer to train.
        second: The other one.
        groups: Ids of the groups, ascending.
        rows: How many rows of `second` are of these groups.
    """

    first: str
    second: str
    groups: np.ndarray
    rows: int

    def note(self, names: Sequence[str] | None = None) -> str:
        """Return a sentence that names some of the groups: by `names` in the order of their ids, or by id."""
        some = [str(group) if names is None else names[group] for group in self.groups[:NAMED].tolist()]
        more = f" and {self.groups.size - NAMED:,} more" if self.groups.size > NAMED else ""
        count, word = self.groups.size, "group stands" if self.groups.size == 1 else "groups stand"
        return (
            f"{count:,} {word} in {self.first} and in {self.second} ({self.rows:,} {self.second} rows): "
            f"{listed(some)}{more}."
        )


def make_splits(
    given: Mapping[str, E],
    limit: Limit | None,
    seed: int,
    *,
    groups: Mapping[str, np.ndarray] | None = None,
    times: Mapping[str, np.ndarray] | None = None,
    names: Sequence[str] | None = None,
    group_names: Sequence[str] | None = None,
) -> tuple[Mapping[str, E], tuple[str, ...]]:
    """Return all three splits within `limit`, and notes on those that had to be carved off train.

    A limit keeps a seeded, stratified sample of its split. A split that was carved off and has no limit of its own
    shrinks with train, so that their ratio stays: an evaluation must not cost more than a training. Splits that were
    given are only cut by their own limit.

    With `groups`, a split is carved off without dividing a group. With `times`, the latest rows are carved off, rows
    of one time together; with both, a group goes where its latest row goes. Notes say where given splits
    do not follow these rules.

    Args:
        given: The existing splits, including train.
        limit: Rows to keep.
        seed: Decides which.
        groups: By split of `given` the ids of each row's group, int, shape (rows,), one id for one group in all splits;
            negative for a row without one.
        times: By split of `given` what rows are ordered by, datetime64, float64 or int64, shape (rows,); NaT, NaN
            or the least int64 for a row without one.
        names: Of the classes, for messages; their ids if left out.
        group_names: Of the groups, in the order of their ids, for notes.

    Raises:
        DataError: Too few rows to give every split one and keep one of each class in train, groups or times that leave
            no such split, or the limit of train is below the number of classes.
    """
    whole, notes, carved = _carve_missing(given, seed, groups, times, names)
    if groups is not None:
        notes += [overlap.note(group_names) for overlap in group_overlaps(groups)]
    if times is not None:
        notes += time_notes(times)
    limits = {} if limit is None else limit.model_dump(exclude_none=True)
    rows = whole["train"].strata.size
    shrunk = min(limits.get("train", rows), rows) / rows
    splits = {}
    for split in SPLITS:
        there = whole[split].strata.size
        size = limits.get(split, there if split in given else max(1, round(there * shrunk)))
        splits[split] = _limit(whole[split], size, split, seed)
        if split not in given:
            kept = splits[split].strata.size
            why = f"by dataset.limit.{split}" if split in limits else "in proportion to dataset.limit.train"
            cut = f" were kept back, cut to {kept:,} {why}." if kept < there else f" ({there:,}) were kept back."
            span = _span(carved.get(split, np.empty(0)))
            notes.append(f"No {split} split was given: {_described(split, groups, times)}{cut[:-1]}{span}.")
    return splits, tuple(notes)


def _described(split: str, groups: Mapping[str, np.ndarray] | None, times: Mapping[str, np.ndarray] | None) -> str:
    share = f"{_CARVED[split] * 100:.0f} % of the training rows"
    if times is not None:
        return f"the latest rows, about {share}{', groups kept whole,' if groups is not None else ','}"
    return share if groups is None else f"whole groups, about {share},"


def _carve_missing(
    given: Mapping[str, E],
    seed: int,
    groups: Mapping[str, np.ndarray] | None,
    times: Mapping[str, np.ndarray] | None,
    names: Sequence[str] | None,
) -> tuple[Mapping[str, E], list[str], Mapping[str, np.ndarray]]:
    """Return all three splits, the missing ones carved off train, notes, and the times of those carved off by time."""
    splits, notes, moments = dict(given), list[str](), dict[str, np.ndarray]()
    rows = np.arange(splits["train"].strata.size)  # the remaining rows of the given training split
    for split, share in _CARVED.items():
        if split in splits:
            continue
        train = splits["train"]
        own = None if groups is None else groups["train"][rows]
        if times is not None:
            stay, carved = carve_latest(times["train"][rows], share, own)
            moments[split] = times["train"][rows][carved]
        elif own is not None:
            stay, carved = carve_groups(train.strata, own, share, seed, _STREAMS["carve"][split])
        else:
            stay, carved = carve(train.strata, share, seed, _STREAMS["carve"][split])
        if not carved.size:
            raise _nothing_carved(split, train.strata.size, own, None if times is None else times["train"][rows])
        splits["train"], splits[split] = train.take(stay), train.take(carved)
        rows = rows[stay]
    if times is not None and rows.size < times["train"].size:
        _check_classes(given["train"].strata, splits, names)
        if untimed := int((~with_time(times["train"])).sum()):
            notes.append(f"{untimed:,} of {times['train'].size:,} training rows have no time: they stay in train.")
    return splits, notes, {split: found[with_time(found)] for split, found in moments.items()}


def _span(times: np.ndarray) -> str:
    """Return ``, from 2026-11-28 to 2026-12-31`` for the times of a split; an empty string if it has none."""
    if not times.size:
        return ""
    if times.dtype.kind != "M":
        return f", from {times.min():.15g} to {times.max():.15g}"
    daily = bool((times == times.astype("datetime64[D]")).all())
    first, last = np.array([times.min(), times.max()]).astype("datetime64[D]" if daily else "datetime64[s]")
    return f", from {first} to {last}"


def _nothing_carved(split: str, rows: int, groups: np.ndarray | None, times: np.ndarray | None) -> DataError:
    """Return the error that says why no row can be kept back."""
    if times is not None:
        known = np.unique(times[with_time(times)]).size
        together = "" if groups is None else ", or one group holds the latest of them"
        return DataError(
            f"The {split} split cannot be the latest rows: the {rows:,} training rows have {known:,} different times"
            f"{together}. Name another time column, or leave dataset.time out.",
            field="dataset.time",
        )
    if groups is not None:
        return DataError(
            f"The {split} split cannot be whole groups: each of the {np.unique(groups).size:,} groups of the {rows:,} "
            "training rows is the last one of a class. Name another group column, or leave dataset.group out.",
            field="dataset.group",
        )
    return DataError(
        f"{rows} rows are too few: none can be kept back for {split} while train keeps one of each class.",
        field="dataset",
    )


def _check_classes(before: np.ndarray, splits: Mapping[str, SplitExamples], names: Sequence[str] | None) -> None:
    """Check that each class of the latest rows has an earlier row from which a model can learn it.

    Raises:
        DataError: One has none.
    """
    gone = np.setdiff1d(before, splits["train"].strata).tolist()
    if gone:
        called = listed(gone if names is None else [names[label] for label in gone])
        raise DataError(
            f"{len(gone):,} {'class stands' if len(gone) == 1 else 'classes stand'} only in the latest rows, which are "
            f"kept back for validation and test: {called}. Train cannot hold a row of each: remove these rows, merge "
            "the classes into others, or leave dataset.time out.",
            field="dataset.time",
        )


def group_overlaps(groups: Mapping[str, np.ndarray]) -> list[GroupOverlap]:
    """Return for each two splits the groups that occur in both, train first; nothing for splits without any.

    Args:
        groups: By split the ids of each row's group; negative for a row without one.
    """
    there = [split for split in SPLITS if split in groups]
    found = []
    for first, second in combinations(there, 2):
        shared = np.intersect1d(groups[first], groups[second])
        shared = shared[shared >= 0]
        if shared.size:
            found.append(GroupOverlap(first, second, shared, int(np.isin(groups[second], shared).sum())))
    return found


def time_notes(times: Mapping[str, np.ndarray]) -> list[str]:
    """Return notes on rows of later splits that are earlier than the latest row of an earlier one.

    Args:
        times: By split what rows are ordered by; missing as `stratification.with_time` says.
    """
    there = [(split, times[split][with_time(times[split])]) for split in SPLITS if split in times]
    return [
        f"{early:,} of {later.size:,} {second} rows are earlier than the latest {first} row: the given splits do not "
        "follow the time."
        for (first, earlier), (second, later) in combinations(there, 2)
        if earlier.size and (early := int((later < earlier.max()).sum()))
    ]


def _limit(data: E, size: int, split: str, seed: int) -> E:
    """Keep a sample of `size` rows, or all if there are no more; train keeps a row of every class."""
    if size >= data.strata.size:
        return data
    classes = np.unique(data.strata).size
    if split == "train" and size < classes:
        raise DataError(
            f"dataset.limit.train is {size}, below the {classes} classes; keep at least one row of each.",
            field="dataset.limit.train",
        )
    return data.take(sample(data.strata, size, seed, _STREAMS["limit"][split], every_class=split == "train"))
