"""Checks that the numbers of a further file are written like those that a model was trained on."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import clause
from plugins.data.decimal_marks import NO_EVIDENCE, EvidenceFinder
from plugins.data.numbers import NumberFormat, count_fitting, count_readable, find_unclear, is_text, trimmed

__all__ = ["OtherNotationError", "kept_marks_note", "matching_format", "other_notation"]

_SWAPPED = str.maketrans(".,", ",.")


class OtherNotationError(ValueError):
    """Raised when numbers are not written like those that a model was trained on; the message, a clause, says how."""


def matching_format(
    values: pa.ChunkedArray, known: NumberFormat, evidence: EvidenceFinder = NO_EVIDENCE
) -> NumberFormat:
    """Return how a column of a further file is read: as known, or with an additional mark between thousands.

    Args:
        values: Of the file, as `plugins.data.values.read_values` returns them.
        known: How the numbers are written that the model was trained on.
        evidence: What the columns of the file show of the decimal mark.

    Raises:
        OtherNotationError: More cells are numbers of another notation, or the dots or commas of all cells could be
            marks of either.
    """
    if not is_text(values.type):
        return known
    _check_marks(values, known, evidence)
    fitting = count_fitting(trimmed(values))
    most = max(fitting.values())
    if count_readable(trimmed(values), known) >= most:
        return known
    best = [form for form, cells in fitting.items() if cells == most]
    extended = [form for form in best if not known.grouping and form.sign in {"", known.sign}]
    if len(extended) == len(best) and all(form.decimal == known.decimal for form in best):
        return replace(best[0], sign=known.sign)
    sign = f" and the sign {best[0].sign}" if best[0].sign != known.sign and best[0].sign else ""
    marks = best[0].marks if len({form.decimal for form in best}) == 1 else "other marks"
    raise OtherNotationError(f"its numbers have {marks}{sign}")


def _check_marks(values: pa.ChunkedArray, known: NumberFormat, evidence: EvidenceFinder) -> None:
    """Check that dots, or commas, that may mark decimals or thousands have the known meaning.

    Raises:
        OtherNotationError: They do not, or could be a decimal mark although the known numbers have marks between
            thousands, of which there are none.
    """
    unclear = find_unclear(values, known, evidence)
    if unclear is not None:
        elsewhere = evidence().comma if known.decimal == "." else evidence().point
        if unclear.mark is not None and unclear.mark.reason == elsewhere:
            raise OtherNotationError(f"{unclear.readings}, and {elsewhere}")
        if known.decimal == "." and known.grouping:
            raise OtherNotationError(unclear.readings)
    elif known == NumberFormat(",", ".", known.sign):
        swapped = pc.unique(trimmed(values).drop_null()).to_pylist()
        column = pa.chunked_array([pa.array([text.translate(_SWAPPED) for text in swapped], pa.large_string())])
        if (found := find_unclear(column, known, NO_EVIDENCE)) is not None:
            cell = found.cell.translate(_SWAPPED)
            raise OtherNotationError(f"{cell!r} may be {cell.replace(',', '.')} or {cell.replace(',', '')}")


def kept_marks_note(values: pa.ChunkedArray, form: NumberFormat, evidence: EvidenceFinder) -> str | None:
    """Return a clause on dots that the file alone does not explain, and how they are read; None if there are none.

    Args:
        values: Of the file, as `plugins.data.values.read_values` returns them.
        form: As `matching_format` returned it.
        evidence: What the columns of the file show of the decimal mark.
    """
    unclear = find_unclear(values, form, evidence)
    if unclear is None or unclear.mark is not None:
        return None
    return f"{unclear.readings}; {unclear.explained(form)[0]}, as in the rows that the model learns from"


def other_notation(column: str, known: NumberFormat, error: OtherNotationError) -> str:
    """Return sentences that say which column is written otherwise than known, how, and what to do."""
    sign = f" and the sign {known.sign}" if known.sign else ""
    return (
        f"column {column!r} is written otherwise than the rows that the model learns from, whose numbers have "
        f"{known.marks}{sign}: {clause(str(error))}. Write its numbers with the same marks."
    )
