"""The column of the number to predict: numbers, missing ones, and cells that are not numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError, clause
from plugins.data.decimal_marks import EvidenceFinder
from plugins.data.matching_format import OtherNotationError, kept_marks_note, matching_format, other_notation
from plugins.data.number_evidence import evidence_of
from plugins.data.numbers import (
    LARGEST,
    MISSING,
    AmbiguousNumbersError,
    NumberFormat,
    find_number_format,
    find_unclear,
    is_text,
    read_numbers,
    trimmed,
    unsigned_note,
)
from plugins.data.sources import Source
from plugins.data.truths import SplitTruths
from plugins.data.values import read_values
from plugins.tables.wording import listed, rows_named, shortened

__all__ = ["NumberTruths"]

_FEW = 1000
"""Up to so many different numbers, cells are searched for rows that an extra quote has swallowed."""


@dataclass(slots=True)
class NumberTruths:
    """A `plugins.data.truths.Truths`.

    Attributes:
        drop_missing: Whether rows without a number are left out; they are an error otherwise.
        role: The field of `dataset` that names the column.
        classification: Key of the task that predicts classes of the same inputs, for messages.
        form: How the rows that a model is trained on write them; None until they have been read. Other files must
            write them in the same way.
    """

    drop_missing: bool = False
    role: str = "target"
    classification: str = "tabular/classification"
    form: NumberFormat | None = field(default=None)

    def read(self, split: str, files: Sequence[Source], column: str, usable: Sequence[np.ndarray]) -> SplitTruths:
        """Return the numbers of a split; see `Truths`."""
        stored = [self._stored(source, column) for source in files]
        notes: list[str] = []
        evidence = evidence_of(files)
        if self.form is None:
            self.form = self._found_form(files[0], column, stored, evidence)
            notes += [f"Target {column!r}: {note}." for note in [self.form.note] if note]
            notes += _dots_notes(column, stored, self.form, evidence)
            form = self.form
        else:
            form = self._matching_form(files, column, stored, self.form, evidence)
            kept_marks = kept_marks_note(_texts(stored), form, evidence)
            own = form.note if form != self.form else None
            notes += [f"Target {column!r}: {note}." for note in (own, kept_marks) if note]
        for values in stored:
            if note := unsigned_note(values, form, split):
                notes.append(f"Target {column!r}: {note}.")
        kept, truths = [], []
        for source, values, rows in zip(files, stored, usable, strict=True):
            numbers, missing = self._numbers(source, column, values, rows, form)
            if not self.drop_missing:
                _check_present(source, column, rows & missing)
            kept.append(rows & ~missing)
            truths.append(numbers[kept[-1]])
        together = np.concatenate(truths)
        if not together.size:
            raise DataError(f"{files[0].origin}: no row has a number in column {column!r}.", field=files[0].field)
        if files[0].field.startswith("dataset") and split == "train":
            self._check_spread(files[0], column, together)
            if (few := np.unique(together)).size == 2:
                shown = " and ".join(f"{one:.10g}" for one in few)
                notes.append(
                    f"Target {column!r} has two values only, {shown}: {self.classification} predicts which of them."
                )
        spelled = {
            one for values in stored if is_text(values.type) for one in pc.unique(trimmed(values)).to_pylist() if one
        }
        return SplitTruths(tuple(kept), together, tuple(notes), tuple(spelled) if len(spelled) <= _FEW else ())

    def _numbers(
        self, source: Source, column: str, values: pa.ChunkedArray, rows: np.ndarray, form: NumberFormat
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of one file and which rows have none.

        Raises:
            DataError: Text, infinities, or numbers too large to be squared; the message names the first row.
        """
        found = read_numbers(values, form)
        texts = trimmed(values) if is_text(values.type) else None
        absent = np.isnan(found)
        for row in np.flatnonzero(rows & absent).tolist():
            text = None if texts is None else texts[row].as_py()
            if text is not None and text.casefold() not in MISSING:
                raise DataError(
                    f"{source.origin}: {_place(source, row)} holds {shortened(text)!r} in column {column!r}, which is "
                    f"no number. Correct it, or name another column in dataset.{self.role}; {self.classification} "
                    "predicts text.",
                    field=f"dataset.{self.role}",
                )
        too_large = np.flatnonzero(rows & ~absent & ~(np.abs(np.nan_to_num(found, posinf=np.inf)) < LARGEST))
        if too_large.size:
            row = int(too_large[0])
            raise DataError(
                f"{source.origin}: {_place(source, row)} holds {found[row]} in column {column!r}; a target must be "
                f"finite and below {LARGEST:g}. Correct or remove {rows_named((too_large + 1).tolist())}.",
                field=f"dataset.{self.role}",
            )
        return found, absent

    def _stored(self, source: Source, column: str) -> pa.ChunkedArray:
        values = read_values(source, column, self.role)
        kind = values.type
        numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        if not (numeric or is_text(values.type) or pa.types.is_null(kind)):
            classes = f" {self.classification} predicts truth values." if pa.types.is_boolean(kind) else ""
            raise DataError(
                f"{source.origin}: column {column!r} holds {kind}, no numbers.{classes} Name another column in "
                f"dataset.{self.role}.",
                field=f"dataset.{self.role}",
            )
        return values

    def _found_form(
        self, source: Source, column: str, stored: Sequence[pa.ChunkedArray], evidence: EvidenceFinder
    ) -> NumberFormat:
        try:
            found = find_number_format(_texts(stored), evidence)
        except AmbiguousNumbersError as error:
            raise DataError(
                f"{source.origin}: column {column!r} holds numbers that can be read in two ways: "
                f"{clause(str(error))}. Write them without marks between thousands, and with a decimal point.",
                field=f"dataset.{self.role}",
            ) from error
        return found or NumberFormat()

    def _matching_form(
        self,
        files: Sequence[Source],
        column: str,
        stored: Sequence[pa.ChunkedArray],
        known: NumberFormat,
        evidence: EvidenceFinder,
    ) -> NumberFormat:
        try:
            return matching_format(_texts(stored), known, evidence)
        except OtherNotationError as error:
            source = files[0]
            raise DataError(
                f"{source.origin}: {other_notation(column, known, error)}",
                field=source.field,
            ) from error

    def _check_spread(self, source: Source, column: str, numbers: np.ndarray) -> None:
        if numbers.min() == numbers.max():
            raise DataError(
                f"{source.origin}: column {column!r} holds one number only ({numbers[0]:.10g}): there is nothing to "
                f"predict. Name another column in dataset.{self.role}; the columns: {listed(source.columns)}.",
                field=f"dataset.{self.role}",
            )

    def secret(self, files: Sequence[Source], column: str) -> bool:  # noqa: ARG002 -- see `Truths`
        """Return False: numbers have no value that marks a secret truth."""
        return False


def _texts(stored: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Return the cells of the files without typed numbers, trimmed."""
    texts = [trimmed(values) for values in stored if is_text(values.type)]
    return pa.chunked_array([chunk for text in texts for chunk in text.chunks], pa.large_string())


def _dots_notes(
    column: str, stored: Sequence[pa.ChunkedArray], form: NumberFormat, evidence: EvidenceFinder
) -> list[str]:
    """Return a note on dots that may mark decimals or thousands, and why they are read as they are."""
    if (unclear := find_unclear(_texts(stored), form, evidence)) is None:
        return []
    how, why = unclear.explained(form)
    return [f"Target {column!r}: {unclear.readings}; {how}{f', {why}' if why else ''}."]


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
