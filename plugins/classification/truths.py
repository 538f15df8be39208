"""The column of the classes: read, found in train and encoded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.errors import DataError
from plugins.data.classes import Classes, check_labelled, encode, find_classes
from plugins.data.datasets import LabelFields
from plugins.data.labels import (
    RawLabels,
    join_labels,
    list_notes,
    merged_notes,
    missing_notes,
    quoted_notes,
    read_labels,
    variant_notes,
)
from plugins.data.sources import Source
from plugins.data.truths import SplitTruths

__all__ = ["ClassTruths"]

_FEW_CLASSES = 20


@dataclass(slots=True)
class ClassTruths:
    """A `plugins.data.truths.Truths`.

    Attributes:
        dataset: The fields of the spec about labels.
        classes: What train has; None until it has been read.
        needed: What a row must have to count, for a message.
        regression: Key of the task that predicts numbers of the same inputs; if it is given, measured numbers are
            refused.
    """

    dataset: LabelFields
    classes: Classes | None = None
    needed: str = "a label"
    regression: str | None = None

    def read(self, split: str, files: Sequence[Source], column: str, usable: Sequence[np.ndarray]) -> SplitTruths:
        """Return the class ids of a split; see `Truths`."""
        parts = [read_labels(source, column) for source in files]
        for source, part, rows in zip(files, parts, usable, strict=True):
            if self.dataset.missing_labels != "drop":
                check_labelled(source, column, rows & (part.codes < 0))
        raw = join_labels(parts)
        kept = tuple(rows & (part.codes >= 0) for part, rows in zip(parts, usable, strict=True))
        together = np.concatenate(kept)
        if not together.any():
            raise DataError(f"{files[0].origin}: no row has {self.needed} in column {column!r}.", field=files[0].field)
        notes: list[str] = []
        if self.classes is None:
            if self.regression is not None:
                _check_classes(files[0], column, raw, together, self.regression)
            self.classes = find_classes(files[0], column, raw, together, self.dataset)
            notes += _class_notes(self.classes, raw, together)
        notes += [note for part in parts for note in merged_notes(part)]
        notes += missing_notes(raw, together, column, split, tuple(self.dataset.labels or ()))
        return SplitTruths(kept, encode(files, column, raw, together, self.classes), tuple(notes), raw.values)

    def secret(self, files: Sequence[Source], column: str) -> bool:
        """Return whether class ids are published but no row has one; see `Truths`."""
        published = all(column in source.class_names for source in files)
        return published and not any((read_labels(source, column).codes >= 0).any() for source in files)


def _check_classes(source: Source, column: str, raw: RawLabels, kept: np.ndarray, regression: str) -> None:
    """Check that the values are not measured numbers.

    Raises:
        DataError: They are: most rows have a different one.
    """
    values, rows = raw.counts(kept), int(kept.sum())
    if raw.numeric and len(values) > _FEW_CLASSES and 2 * len(values) > rows:
        raise DataError(
            f"{source.origin}: column {column!r} holds {len(values):,} different numbers in {rows:,} rows, no classes: "
            f"{regression} predicts numbers.",
            field="dataset.label",
        )


def _class_notes(classes: Classes, raw: RawLabels, kept: np.ndarray) -> list[str]:
    counts = raw.counts(kept)
    variants = [] if classes.folded else variant_notes(counts)
    return [*classes.notes, *variants, *list_notes(counts), *quoted_notes(counts)]
