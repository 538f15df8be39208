"""Which classes have rows in which split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plugins.data.splitting import NAMED
from plugins.tables.wording import listed

__all__ = ["Coverage", "class_coverage", "coverage_notes"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which classes have rows in which split.

    Attributes:
        missing: By ``"train"``, ``"validation"`` and ``"test"`` the ids of classes without a row there.
        present: By split, over how many classes averages are.
        single: Ids of classes with one row in all splits together.
    """

    missing: Mapping[str, tuple[int, ...]]
    present: Mapping[str, int]
    single: tuple[int, ...]


def class_coverage(labels: Mapping[str, np.ndarray], classes: int) -> Coverage:
    """Return which of the classes 0 to `classes` - 1 have no row in a split, and which have one row in all.

    Args:
        labels: Class ids of the rows of each split.
        classes: How many classes there are.
    """
    counts = {split: np.bincount(ids, minlength=classes) for split, ids in labels.items()}
    total = np.sum(list(counts.values()), axis=0)
    return Coverage(
        missing={split: tuple(np.flatnonzero(rows == 0).tolist()) for split, rows in counts.items()},
        present={split: int((rows > 0).sum()) for split, rows in counts.items()},
        single=tuple(np.flatnonzero(total == 1).tolist()),
    )


def coverage_notes(labels: Mapping[str, np.ndarray], names: Sequence[str]) -> list[str]:
    """Return notes on classes that validation or test cannot judge, and on classes with a single row.

    Args:
        labels: Class ids of the rows of train, validation and test.
        names: Of the classes, in the order of their ids.
    """
    return list(_coverage_notes(class_coverage(labels, len(names)), names))


def _coverage_notes(coverage: Coverage, names: Sequence[str]) -> Iterator[str]:
    def called(ids: Sequence[int]) -> str:
        more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
        return listed(names[label] for label in ids[:NAMED]) + more

    for split in ("validation", "test"):
        if ids := coverage.missing.get(split, ()):
            have = "has" if len(ids) == 1 else "have"
            yield (
                f"{len(ids):,} of {len(names):,} classes {have} no row in {split}, so that nothing is known of them "
                f"there: {called(ids)}. Averages over classes are over the other {coverage.present[split]:,}, and over "
                "those without a row that are predicted all the same: they count as 0."
            )
    if coverage.single:
        alone = len(coverage.single) == 1
        yield (
            f"{len(coverage.single):,} {'class has' if alone else 'classes have'} one row in all: "
            f"{called(coverage.single)}. One row can be learnt from or judged, not both: add rows, or merge "
            f"{'the class into another one' if alone else 'these classes into others'}."
        )
