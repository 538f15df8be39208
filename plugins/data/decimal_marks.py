"""Whether a dot marks decimals or thousands, for columns whose own cells do not show it.

``1.234`` may be 1.234 or 1234. A column is unclear if every cell with a dot looks like that and no cell has four digits
without a mark, two dots or a comma. Then other columns of the file decide: ``12,5`` in one of them shows a decimal
comma, ``12.5`` a decimal point. Without either, a column in which all cells have one dot and three digits after it, of
many different values, was written with three decimals: amounts in thousands have some cells below 1,000, and these have
no dot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["NO_EVIDENCE", "DecimalEvidence", "DecimalMark", "EvidenceFinder", "find_decimal_mark", "find_unclear_dots"]

_THOUSANDS = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
_UNMARKED = r"^[+-]?[1-9]\d{3,}$"
_THREE_DECIMALS = r"^[+-]?\d{1,3}\.\d{3}$"
_MANY = 20
"""Different values with three decimals from which on a column counts as written with three decimals."""


@dataclass(frozen=True, slots=True)
class DecimalEvidence:
    """What the columns of a file show.

    Attributes:
        point: A phrase on a column with a decimal point: ``"column 'area' holds '12.5'"``; None if there is none.
        comma: The same for a decimal comma.
    """

    point: str | None = None
    comma: str | None = None


EvidenceFinder = Callable[[], DecimalEvidence]
"""Scans a file; called only for a column that needs it."""
NO_EVIDENCE: Final[EvidenceFinder] = DecimalEvidence


@dataclass(frozen=True, slots=True)
class DecimalMark:
    """How an unclear column is read.

    Attributes:
        decimal: The decimal mark; if it is a comma, dots stand between thousands.
        reason: Why, a clause.
    """

    decimal: Literal[".", ","]
    reason: str


def find_unclear_dots(cells: pa.Array | pa.ChunkedArray) -> str | None:
    """Return a cell whose dot may mark decimals or thousands; None if the column has none, or shows its meaning.

    Args:
        cells: The numbers of a column without signs of currency, none of them missing.
    """
    dotted = cells.filter(pc.match_substring(cells, "."))
    if not len(dotted) or not pc.all(pc.match_substring_regex(dotted, _THOUSANDS)).as_py():
        return None
    return None if pc.any(pc.match_substring_regex(cells, _UNMARKED)).as_py() else str(dotted[0].as_py())


def find_decimal_mark(cells: pa.Array | pa.ChunkedArray, evidence: DecimalEvidence) -> DecimalMark | None:
    """Return how an unclear column is read; None if nothing shows it, or if the signs contradict each other.

    Args:
        cells: As for `find_unclear_dots`.
        evidence: Of the other columns of the file.
    """
    if evidence.point and evidence.comma:
        return None
    if evidence.comma:
        return DecimalMark(",", evidence.comma)
    if evidence.point:
        return DecimalMark(".", evidence.point)
    three = pc.all(pc.match_substring_regex(cells, _THREE_DECIMALS)).as_py()
    if three and len(pc.unique(cells)) >= _MANY:
        return DecimalMark(".", "all of its cells have three digits after one dot")
    return None
