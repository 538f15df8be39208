"""Columns of numbers that are not read as numbers: in several notations, with units, or in several currencies."""

import re
from collections import Counter
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from plugins.data.numbers import MISSING, is_text, readable_formats, trimmed
from plugins.tables.wording import shortened

__all__ = ["UnreadNumbers", "find_unread_numbers"]

_MOST = 0.9
"""Share of the cells with a value that must be numbers of one notation or another."""
_SIGNS = "%$€£¥"
_CURRENCIES = "$€£¥"
_CODE = re.compile(r"0\d+")
_NEGATIVE = (
    (re.compile(r"\((.+)\)"), "in parentheses"),
    (re.compile(r"(.+?)\s*[-\u2212]"), "minus sign at the end"),
)
"""How accountants write negative numbers."""
_WITH_SIGN = re.compile(rf"([+\-\u2212]?)\s*([{_SIGNS}])\s*(.+)|(.+?)\s*([{_SIGNS}])")
_WITH_UNIT = re.compile(r"([+\-\u2212]?[\d.,']+)(\s*)([^\W\d_]{1,8}(?:/[^\W\d_]{1,4})?[²³]?)")
_TIMES_OF_DAY = {"am", "pm"}
_MOST_UNITS = 4
_LEAST_VALUES = 5
"""Different cells with units from which on they are numbers, not names such as ``36 months``."""
_SHOWN = 4
_COUNTS = {2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True, slots=True)
class UnreadNumbers:
    """Why a column of numbers is not read as numbers.

    Attributes:
        reason: A phrase with counts and examples: ``"holds numbers in several notations: 20 like '8,36' (decimal
            comma), 20 like '8.36' (decimal point)"``.
        fix: A sentence that says how to write them.
    """

    reason: str
    fix: str


@dataclass(frozen=True, slots=True)
class _Notation:
    """How a cell is written: in words, with a currency sign if it has one, with a unit if it has one."""

    words: str
    currency: str = ""
    unit: str = ""


def find_unread_numbers(values: pa.ChunkedArray) -> UnreadNumbers | None:
    """Return why a column of text that `find_number_format` cannot read holds numbers; None if it holds none.

    Args:
        values: As `plugins.data.values.read_values` returns them.
    """
    if not is_text(values.type):
        return None
    counted = pc.value_counts(trimmed(values).drop_null().combine_chunks())
    pairs = zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)
    counts = {text: count for text, count in pairs if text.casefold() not in MISSING}
    if any(map(_CODE.fullmatch, counts)):
        return None
    found: Counter[_Notation] = Counter()
    examples: dict[_Notation, str] = {}
    rows, unknown = sum(counts.values()), 0
    for text, count in counts.items():
        if (notation := _notation(text)) is None:
            unknown += count
            if unknown > (1 - _MOST) * rows:
                return None
            continue
        found[notation] += count
        examples.setdefault(notation, text)
    if not found or not _are_units(counts, found) or {one.words for one in found} == {"whole number"}:
        return None
    shown = [
        f"{count:,} like {shortened(examples[one], 30)!r} ({one.words})" for one, count in found.most_common(_SHOWN)
    ]
    other = rows - sum(count for _, count in found.most_common(_SHOWN))
    what, fix = _described(found)
    return UnreadNumbers(f"{what}: {', '.join(shown)}{f', {other:,} otherwise' if other else ''}", fix)


def _described(found: Counter[_Notation]) -> tuple[str, str]:
    currencies = {one.currency for one in found if one.currency}
    if len(currencies) > 1:
        fix = "Convert them to one currency, or write amounts and currencies in two columns."
        return f"holds amounts in {_COUNTS[len(currencies)]} currencies", fix
    if any(one.unit for one in found):
        return "holds numbers with units", "Write the numbers alone, all in the same unit."
    if len(found) == 1:
        return "holds numbers in a notation that is not read", "Write them as in 12.5."
    return "holds numbers in several notations", "Write all in one notation, such as 12.5."


def _are_units(counts: dict[str, int], found: Counter[_Notation]) -> bool:
    """Return whether the texts after numbers, if any, are units and not parts of names."""
    units = {one.unit for one in found if one.unit}
    if not units:
        return True
    if len(units) > _MOST_UNITS or len(counts) < _LEAST_VALUES or {unit.casefold() for unit in units} <= _TIMES_OF_DAY:
        return False
    matches = [match for match in map(_WITH_UNIT.fullmatch, counts) if match]
    return all(match[2] for match in matches) or any(mark in match[1] for match in matches for mark in ".,")


def _notation(text: str) -> _Notation | None:
    """Return how a cell is written; None if it is not a number."""
    for pattern, words in _NEGATIVE:
        if match := pattern.fullmatch(text):
            inner = _notation(match[1])
            return None if inner is None else replace(inner, words=words)
    if match := _WITH_SIGN.fullmatch(text):
        sign, bare = (match[2], match[1] + match[3]) if match[2] else (match[5], match[4])
        known = bool(readable_formats(bare))
        return _Notation(f"with {sign}", sign if sign in _CURRENCIES else "") if known else None
    if match := _WITH_UNIT.fullmatch(text):
        return _Notation(f"with {match[3]}", unit=match[3]) if readable_formats(match[1]) else None
    return _plain(text)


def _plain(text: str) -> _Notation | None:
    marks = {form.decimal for form in readable_formats(text)}
    if not marks:
        return None
    if all(mark not in text for mark in ".,"):
        return _Notation("whole number")
    return _Notation(
        "decimal mark not clear" if len(marks) > 1 else "decimal comma" if "," in marks else "decimal point"
    )
