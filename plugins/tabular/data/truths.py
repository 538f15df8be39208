"""The column of the truth: classes or numbers, rows without one, and what is neither."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa

from catalog.errors import DataError, clause
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
from plugins.data.values import read_values
from plugins.tables.wording import listed, rows_named, shortened
from plugins.tabular.cells import is_text, spelled
from plugins.tabular.numbers import MISSING, AmbiguousNumbersError, NumberFormat, find_number_format
from plugins.tabular.readings import LARGEST, Reading

__all__ = ["ClassTruths", "NumberTruths", "SplitTruths", "Truths"]

_FEW_CLASSES = 20


@dataclass(frozen=True, slots=True, eq=False)
class SplitTruths:
    """The truths of one split.

    Attributes:
        kept: For each file which rows have one, bool, shape (rows,).
        truths: Of these rows of all files, class ids (int64) or numbers (float64).
        notes: What a careful reader should know.
    """

    kept: tuple[np.ndarray, ...]
    truths: np.ndarray
    notes: tuple[str, ...] = ()


class Truths(Protocol):
    """Reads the truths of one split after the other, train first."""

    def read(self, split: str, files: Sequence[Source], column: str, usable: Sequence[np.ndarray]) -> SplitTruths:
        """Return the truths of a split.

        Args:
            split: Its name.
            files: Its files.
            column: That of the truth.
            usable: For each file the rows that count, bool, shape (rows,).

        Raises:
            DataError: The column holds something else, or rows without a truth that the spec does not allow.
        """


@dataclass(slots=True)
class ClassTruths:
    """Reads classes.

    Attributes:
        dataset: The fields of the spec about labels.
        classes: What train has; None until it has been read.
    """

    dataset: LabelFields
    classes: Classes | None = None

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
            raise DataError(f"{files[0].origin}: no row has a label in column {column!r}.", field=files[0].field)
        notes: list[str] = []
        if self.classes is None:
            _check_classes(files[0], column, raw, together)
            self.classes = find_classes(files[0], column, raw, together, self.dataset)
            notes += _class_notes(self.classes, raw, together)
        notes += [note for part in parts for note in merged_notes(part)]
        notes += missing_notes(raw, together, column, split, tuple(self.dataset.labels or ()))
        return SplitTruths(kept, encode(files, column, raw, together, self.classes), tuple(notes))


@dataclass(slots=True)
class NumberTruths:
    """Reads numbers.

    Attributes:
        drop_missing: Whether rows without a number are left out; they are an error otherwise.
        form: How train writes them; None until it has been read.
    """

    drop_missing: bool = False
    form: NumberFormat | None = field(default=None)

    def read(self, split: str, files: Sequence[Source], column: str, usable: Sequence[np.ndarray]) -> SplitTruths:
        """Return the numbers of a split; see `Truths`."""
        stored = [_stored(source, column) for source in files]
        notes: list[str] = []
        if self.form is None:
            self.form = _form(files[0], column, stored)
            notes += [f"Target {column!r}: {note}." for note in [self.form.note] if note]
        kept, truths = [], []
        for source, values, rows in zip(files, stored, usable, strict=True):
            numbers, missing = self._numbers(source, column, values, rows)
            if not self.drop_missing:
                _check_present(source, column, rows & missing)
            kept.append(rows & ~missing)
            truths.append(numbers[kept[-1]])
        together = np.concatenate(truths)
        if not together.size:
            raise DataError(f"{files[0].origin}: no row has a number in column {column!r}.", field=files[0].field)
        if files[0].field.startswith("dataset") and split == "train":
            _check_spread(files[0], column, together)
            if (few := np.unique(together)).size == 2:
                shown = " and ".join(f"{one:.10g}" for one in few)
                notes.append(
                    f"Target {column!r} has two values only, {shown}: tabular/classification predicts which of them."
                )
        return SplitTruths(tuple(kept), together, tuple(notes))

    def _numbers(
        self, source: Source, column: str, values: pa.ChunkedArray, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of one file and which rows have none.

        Raises:
            DataError: Text, infinities, or numbers too large to be squared; the message names the first row.
        """
        found = Reading("number", self.form or NumberFormat()).read(values)
        assert isinstance(found, np.ndarray)
        texts = spelled(values) if is_text(values.type) else None
        absent = np.isnan(found)
        for row in np.flatnonzero(rows & absent).tolist():
            text = None if texts is None else texts[row].as_py()
            if text is not None and text.casefold() not in MISSING:
                raise DataError(
                    f"{source.origin}: {_place(source, row)} holds {shortened(text)!r} in column {column!r}, which is "
                    "no number. Correct it, or name another column in dataset.target; tabular/classification predicts "
                    "text.",
                    field="dataset.target",
                )
        too_large = np.flatnonzero(rows & ~absent & ~(np.abs(np.nan_to_num(found, posinf=np.inf)) < LARGEST))
        if too_large.size:
            row = int(too_large[0])
            raise DataError(
                f"{source.origin}: {_place(source, row)} holds {found[row]} in column {column!r}; a target must be "
                f"finite and below {LARGEST:g}. Correct or remove {rows_named((too_large + 1).tolist())}.",
                field="dataset.target",
            )
        return found, absent


def _check_classes(source: Source, column: str, raw: RawLabels, kept: np.ndarray) -> None:
    """Make sure that the values are no measured numbers.

    Raises:
        DataError: They are: most rows have one of their own.
    """
    values, rows = raw.counts(kept), int(kept.sum())
    if raw.numeric and len(values) > _FEW_CLASSES and 2 * len(values) > rows:
        raise DataError(
            f"{source.origin}: column {column!r} holds {len(values):,} different numbers in {rows:,} rows, no classes: "
            "tabular/regression predicts numbers.",
            field="dataset.label",
        )


def _class_notes(classes: Classes, raw: RawLabels, kept: np.ndarray) -> list[str]:
    counts = raw.counts(kept)
    variants = [] if classes.folded else variant_notes(counts)
    return [*classes.notes, *variants, *list_notes(counts), *quoted_notes(counts)]


def _stored(source: Source, column: str) -> pa.ChunkedArray:
    values = read_values(source, column, "target")
    kind = values.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not (numeric or is_text(values.type) or pa.types.is_null(kind)):
        classes = " tabular/classification predicts truth values." if pa.types.is_boolean(kind) else ""
        raise DataError(
            f"{source.origin}: column {column!r} holds {kind}, no numbers.{classes} Name another column in "
            "dataset.target.",
            field="dataset.target",
        )
    return values


def _form(source: Source, column: str, stored: Sequence[pa.ChunkedArray]) -> NumberFormat:
    texts = [spelled(values) for values in stored if is_text(values.type)]
    if not texts:
        return NumberFormat()
    try:
        found = find_number_format(pa.chunked_array([chunk for text in texts for chunk in text.chunks]))
    except AmbiguousNumbersError as error:
        raise DataError(
            f"{source.origin}: column {column!r} holds numbers that can be read in two ways: {clause(str(error))}. "
            "Write them without marks between thousands, and with a decimal point.",
            field="dataset.target",
        ) from error
    return found or NumberFormat()


def _place(source: Source, row: int) -> str:
    """Return ``line 17`` or ``row 16`` for a row that is counted from 0."""
    if source.text_rows is None:
        return f"row {row + 1:,}"
    first, _ = source.text_rows.lines_of([row + 1])[row + 1]
    return f"line {first:,}"


def _check_present(source: Source, column: str, missing: np.ndarray) -> None:
    rows = (np.flatnonzero(missing) + 1).tolist()
    if rows:
        of_study = source.field.startswith("dataset")
        how = 'set "missing_labels": "drop" to leave them out' if of_study else "remove these rows"
        raise DataError(
            f"{source.origin}: {len(rows):,} of {missing.size:,} rows have no number in column {column!r}: "
            f"{rows_named(rows)} (counted without a header). Fill them in, or {how}.",
            field=source.field,
        )


def _check_spread(source: Source, column: str, numbers: np.ndarray) -> None:
    if numbers.min() == numbers.max():
        raise DataError(
            f"{source.origin}: column {column!r} holds one number only ({numbers[0]:.10g}): there is nothing to "
            f"predict. Name another column in dataset.target; the columns: {listed(source.columns)}.",
            field="dataset.target",
        )
