"""Numbers as people write them in text: with a decimal comma, with groups of thousands, with a currency or a per cent.

A column is read in one way. Which one follows from its values: ``1,5`` can only be a decimal comma, ``1,234,567`` only
groups. If all values are like ``1,234``, which may be both, the column is refused: one reading would be wrong by three
orders of magnitude. For values like ``1.234`` see `plugins.data.decimal_marks`.

A column has a sign if at least half of its numbers do. Those without it are read as if they had it: in a column of per
cents 45 is 45 %, and 0.45 is 0.45 %. `unsigned_note` says how many there are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plugins.data.decimal_marks import (
    NO_EVIDENCE,
    DecimalMark,
    EvidenceFinder,
    find_decimal_mark,
    find_unclear_dots,
)

__all__ = [
    "LARGEST",
    "MISSING",
    "AmbiguousNumbersError",
    "NumberFormat",
    "UnclearDots",
    "count_fitting",
    "count_readable",
    "find_number_format",
    "find_unclear",
    "is_text",
    "read_numbers",
    "readable_formats",
    "trimmed",
    "unsigned_note",
]

LARGEST: Final = 1e150
"""Squares of larger numbers are not finite; they count as infinities do."""
MISSING: Final = frozenset(
    {"na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "?", "-", "--", ".", "..", "missing", "unknown"}
)
"""What programs and people write for a missing number, in lower case."""
_MOST = 0.9
"""Share of the rows with a value that must be numbers for the column to be one of numbers."""
_SIGN = "%$€£¥"
_SIGNED = 0.5
"""Share of the rows with a value that must have a sign for it to be that of the column."""
_NUMBER = {
    (".", ""): r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?",
    (",", ""): r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?",
    (".", ","): r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?|[+-]?\d+(?:\.\d*)?",
    (",", "."): r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?|[+-]?\d+(?:,\d*)?",
    (".", " "): r"[+-]?[1-9]\d{0,2}(?: \d{3})+(?:\.\d*)?|[+-]?\d+(?:\.\d*)?",
    (",", " "): r"[+-]?[1-9]\d{0,2}(?: \d{3})+(?:,\d*)?|[+-]?\d+(?:,\d*)?",
    (".", "'"): r"[+-]?[1-9]\d{0,2}(?:'\d{3})+(?:\.\d*)?|[+-]?\d+(?:\.\d*)?",
}
"""By decimal mark and mark between groups of thousands; of readings that fit equally well the first counts.

A group of thousands does not begin with 0: 0.500 is a half.
"""
_PATTERNS = {marks: re.compile(pattern) for marks, pattern in _NUMBER.items()}
_CODE = re.compile(r"[+-]?0\d+")
"""A number that is a code: 007 is not 7, and a postal code of 01067 is not 1067."""
_DOTS = r"^[+-]?[\d.]+(?:[eE][+-]?\d+)?$"
"""What looks like a number with dots or without marks."""
_OTHER_MARKS = r"^[+-]?[\d.,' ]*\d[,' ]\d[\d.,' ]*$"
"""What looks like a number with another mark than dots."""
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2009\u202f"), " ") | {ord("\u2019"): "'", ord("\u2212"): "-"}


class AmbiguousNumbersError(ValueError):
    """Raised when numbers can be read in two ways; the message names one of them."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the numbers of a column are written.

    Attributes:
        decimal: The decimal mark.
        grouping: What stands between groups of thousands; empty if nothing does.
        sign: A per cent or currency sign before or after each number; empty if there is none.
    """

    decimal: str = "."
    grouping: str = ""
    sign: str = ""

    def read(self, text: str) -> float | None:
        """Return the number that a cell holds; None if it holds none."""
        bare = _bare(text, self.sign)
        pattern = _PATTERNS.get((self.decimal, self.grouping), _PATTERNS[".", ""])
        if not pattern.fullmatch(bare):
            return None
        return float(
            bare.replace(self.grouping, "").replace(self.decimal, ".")
            if self.grouping
            else bare.replace(self.decimal, ".")
        )

    def read_cell(self, text: str) -> float | None:
        """Return the number that a cell holds; None if it is empty, or marks a missing number.

        Raises:
            ValueError: It holds something else.
        """
        if not text.strip() or text.strip().casefold() in MISSING:
            return None
        if (found := self.read(text)) is None:
            raise ValueError(f"{text!r} is no number")
        return found

    @property
    def note(self) -> str | None:
        """What a reader should know about it; None if numbers are written as in a program."""
        if self == NumberFormat():
            return None
        marks = self.marks if self.decimal == "," or not self.grouping else f"{self.grouping!r} between thousands"
        sign = f"the sign {self.sign}, which is left out"
        if self.decimal == "." and not self.grouping:
            return f"its numbers are read with {sign}"
        return f"its numbers are read with {marks}{f' and {sign}' if self.sign else ''}"

    @property
    def marks(self) -> str:
        """Its marks in words: ``a decimal comma and '.' between thousands``."""
        groups = f" and {self.grouping!r} between thousands" if self.grouping else ""
        return f"a decimal {'comma' if self.decimal == ',' else 'point'}{groups}"


@dataclass(frozen=True, slots=True)
class UnclearDots:
    """A column whose dots may mark decimals or thousands.

    Attributes:
        cell: An example.
        mark: What other columns show; None if they show nothing.
    """

    cell: str
    mark: DecimalMark | None

    @property
    def readings(self) -> str:
        """The example in both readings: ``'1.234' may be 1.234 or 1234``."""
        return f"{self.cell!r} may be {self.cell} or {self.cell.replace('.', '')}"

    def explained(self, form: NumberFormat) -> tuple[str, str]:
        """Return two clauses: how the dots are read, and why; the second is empty if nothing shows it."""
        how = "a decimal point" if form.decimal == "." else "a mark between thousands"
        why = f"as {self.mark.reason}" if self.mark is not None and self.mark.decimal == form.decimal else ""
        return f"the dot is read as {how}", why


def find_number_format(values: pa.ChunkedArray, evidence: EvidenceFinder = NO_EVIDENCE) -> NumberFormat | None:
    """Return how the numbers of a column are written; None if it holds no numbers.

    Args:
        values: Trimmed large_string; null for missing cells.
        evidence: What the other columns of the file show.

    Raises:
        AmbiguousNumbersError: They can be read in two ways.
    """
    present = _present(values)
    if not len(present) or pc.any(pc.match_substring_regex(present, r"^[+-]?0\d+$")).as_py():
        return None
    try:
        pc.cast(present, pa.float64())
    except pa.ArrowInvalid:
        return _found(_counts(present), evidence)
    return _with_dots(present, "", evidence)


def find_unclear(values: pa.ChunkedArray, form: NumberFormat, evidence: EvidenceFinder) -> UnclearDots | None:
    """Return the unclear dots of a column, and what shows how they are read; None if they are clear.

    Args:
        values: As `plugins.data.values.read_values` returns them.
        form: How its numbers are written, of which the sign counts.
        evidence: What the other columns of the file show.
    """
    if not is_text(values.type):
        return None
    present = _present(trimmed(values))
    bare = present if not form.sign else pa.array([_bare(text, form.sign) for text in _counts(present)], present.type)
    if pc.any(pc.match_substring_regex(bare, _OTHER_MARKS)).as_py():
        return None
    return _unclear(bare.filter(pc.match_substring_regex(bare, _DOTS)), evidence)


def count_fitting(values: pa.ChunkedArray) -> Mapping[NumberFormat, int]:
    """Return by format, with the sign that most cells have, how many cells are numbers of it.

    Args:
        values: Trimmed large_string; null for missing cells.
    """
    counts = _counts(_present(values))
    sign = _common_sign(counts)
    return {NumberFormat(*marks, sign): fitting for marks, fitting in _fitting(counts, sign).items()}


def count_readable(values: pa.ChunkedArray, form: NumberFormat) -> int:
    """Return how many cells of text are numbers of a format."""
    return sum(count for text, count in _counts(_present(values)).items() if form.read(text) is not None)


def readable_formats(text: str) -> list[NumberFormat]:
    """Return the formats without a sign of which a cell is a number."""
    return [form for marks in _PATTERNS if (form := NumberFormat(*marks)).read(text) is not None]


def read_numbers(values: pa.ChunkedArray, form: NumberFormat) -> np.ndarray:
    """Return a column as float64, shape (rows,); NaN for what is missing or no number.

    Infinities, and numbers that count as infinite, stay.

    Args:
        values: As `plugins.data.values.read_values` returns them.
        form: How its numbers are written, if it is text.
    """
    kind = values.type
    if is_text(kind):
        return _parse(trimmed(values), form)
    if pa.types.is_temporal(kind) or pa.types.is_null(kind):
        return np.full(len(values), np.nan)
    return np.asarray(pc.cast(values, pa.float64(), safe=False).to_numpy(), dtype=np.float64)


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type is that of text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def trimmed(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return text without surrounding whitespace, empty cells as null."""
    text = pc.utf8_trim_whitespace(pc.cast(values, pa.large_string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)


def unsigned_note(values: pa.ChunkedArray, form: NumberFormat, split: str) -> str | None:
    """Return how many cells of a column with a sign lack it, and how they are read; None if none does.

    Args:
        values: As `plugins.data.values.read_values` returns them.
        form: How the numbers of the column are written.
        split: Whose rows they are: ``"train"``.
    """
    if not form.sign or not is_text(values.type):
        return None
    counts = _counts(trimmed(values).drop_null())
    bare = {text: form.read(text) for text in counts if form.sign not in text}
    lacking = sum(counts[text] for text, number in bare.items() if number is not None)
    if not lacking:
        return None
    cells = f"{lacking:,} of {sum(counts.values()):,} cells of {split}"
    note = f"{cells} {'lacks' if lacking == 1 else 'lack'} the sign {form.sign} and count as if they had it"
    shares = {text: number for text, number in bare.items() if number is not None and 0 < abs(number) < 1}
    if form.sign != "%" or not shares:
        return note
    text, number = next(iter(shares.items()))
    count = sum(counts[text] for text in shares)
    between = f"{count:,} of these {'is' if count == 1 else 'are'} between -1 and 1"
    return f"{note}; {between}: {text} is read as {number:g} %, not as {100 * number:g} %"


def _parse(values: pa.ChunkedArray, form: NumberFormat) -> np.ndarray:
    """Return numbers as float64, shape (rows,); NaN for what is missing or no number.

    Args:
        values: Trimmed large_string; null for missing cells.
        form: How they are written.
    """
    if form == NumberFormat():
        try:
            return np.asarray(pc.cast(values, pa.float64()).to_numpy())
        except pa.ArrowInvalid:
            pass
    encoded = pc.dictionary_encode(values.combine_chunks())
    texts = encoded.dictionary.to_pylist()
    read = [form.read(text) for text in texts]
    known = np.array([np.nan if one is None else one for one in read] + [np.nan])
    return np.asarray(known[pc.fill_null(encoded.indices, len(texts)).to_numpy(zero_copy_only=False)])


def _counts(present: pa.ChunkedArray) -> Mapping[str, int]:
    """Return the rows of each value that does not mark a missing number."""
    counted = pc.value_counts(present.combine_chunks())
    pairs = zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)
    return {value: count for value, count in pairs if value.casefold() not in MISSING}


def _present(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the cells of text that are not empty."""
    there = values.drop_null()
    return there.filter(pc.invert(pc.is_in(pc.utf8_lower(there), pa.array(MISSING, pa.large_string()))))


def _with_dots(cells: pa.Array | pa.ChunkedArray, sign: str, evidence: EvidenceFinder) -> NumberFormat:
    """Return how numbers are written of which a program could read all; dots may still stand between thousands."""
    unclear = _unclear(cells, evidence)
    if unclear is None:
        return NumberFormat(sign=sign)
    if unclear.mark is None:
        found = evidence()
        both = f", and {found.point}, but {found.comma}" if found.point and found.comma else ""
        raise AmbiguousNumbersError(f"{unclear.readings}{both}")
    return NumberFormat(sign=sign) if unclear.mark.decimal == "." else NumberFormat(",", ".", sign)


def _unclear(cells: pa.Array | pa.ChunkedArray, evidence: EvidenceFinder) -> UnclearDots | None:
    cell = find_unclear_dots(cells)
    return None if cell is None else UnclearDots(cell, find_decimal_mark(cells, evidence()))


def _fitting(counts: Mapping[str, int], sign: str) -> dict[tuple[str, str], int]:
    """Return by marks how many cells are numbers that are written with them."""
    bare = {text: _bare(text, sign) for text in counts}
    return {
        marks: sum(count for text, count in counts.items() if pattern.fullmatch(bare[text]))
        for marks, pattern in _PATTERNS.items()
    }


def _found(counts: Mapping[str, int], evidence: EvidenceFinder) -> NumberFormat | None:
    rows = sum(counts.values())
    if not rows:
        return None
    sign = _common_sign(counts)
    bare = [_bare(text, sign) for text in counts]
    fitting = _fitting(counts, sign)
    most = max(fitting.values())
    if most < _MOST * rows or any(map(_CODE.fullmatch, bare)):
        return None
    best = [NumberFormat(*marks, sign) for marks, found in fitting.items() if found == most]
    if fitting[".", ""] == fitting[",", "."] == most:
        numbers = [text for text in bare if _PATTERNS[".", ""].fullmatch(text)]
        if any("." in text for text in numbers):
            return _with_dots(pa.array(numbers, pa.large_string()), sign, evidence)
    for text in counts:
        readings = {form.read(text) for form in best} - {None}
        if len(readings) > 1:
            shown = " or ".join(f"{one:.15g}" for one in sorted(readings, key=lambda one: one or 0.0))
            raise AmbiguousNumbersError(f"{text!r} may be {shown}")
    return best[0]


def _common_sign(counts: Mapping[str, int]) -> str:
    """Return the one sign that most values have; empty if there is none."""
    rows = sum(counts.values())
    for sign in _SIGN:
        if sum(count for text, count in counts.items() if sign in text) >= _SIGNED * rows:
            return sign
    return ""


def _bare(text: str, sign: str) -> str:
    """Return a number without its sign of currency or per cent, and with the usual spaces, quotes and minus."""
    bare = text.translate(_SPACES).strip()
    if sign:
        bare = re.sub(rf"^([+-]?)\s*{re.escape(sign)}\s*", r"\1", bare)
        bare = re.sub(rf"\s*{re.escape(sign)}$", "", bare)
    return bare
