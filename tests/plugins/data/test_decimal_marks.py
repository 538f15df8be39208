"""A dot that may mark decimals or thousands is read as other columns of the file show, or refused."""

import pyarrow as pa
import pytest

from plugins.data.decimal_marks import DecimalEvidence
from plugins.data.numbers import AmbiguousNumbersError, NumberFormat, find_number_format, find_unclear

POINT, THOUSANDS = NumberFormat(), NumberFormat(",", ".")
BY_COMMA = DecimalEvidence(comma="column 'area' holds '78,8'")
BY_POINT = DecimalEvidence(point="column 'area' holds '78.8'")
THREE = [f"{number / 1000:.3f}" for number in range(1001, 9001, 137)]


def column(*values: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.large_string())])


@pytest.mark.parametrize("sign", ["", "€", "$"])
@pytest.mark.parametrize("values", [["7.634", "986", "4.376"], ["1.234", "2.345"], ["-1.234", "12"]])
def test_other_columns_decide(values: list[str], sign: str) -> None:
    cells = column(*(f"{sign}{text}" for text in values))
    with pytest.raises(AmbiguousNumbersError, match=r"may be \S+ or -?\d+"):
        find_number_format(cells)
    with pytest.raises(AmbiguousNumbersError, match=r"78\.8.*78,8"):
        find_number_format(cells, lambda: DecimalEvidence(BY_POINT.point, BY_COMMA.comma))
    assert find_number_format(cells, lambda: BY_COMMA) == NumberFormat(",", ".", sign)
    assert find_number_format(cells, lambda: BY_POINT) == NumberFormat(".", "", sign)


@pytest.mark.parametrize(
    "values",
    [
        ["0.125", "0.250", "1.375"],
        ["1.234", "1.5"],
        ["1.234", "1234"],
        ["1.234", "1234.567"],
        ["1.234", "1e3", "1.5e3"],
        ["$1.234", "$1234"],
        ["1", "2", "986"],
    ],
)
def test_a_column_that_shows_it_needs_no_other(values: list[str]) -> None:
    """Zero before the first dot, other counts of decimals, or four digits without a mark decide; so do no dots."""
    found = find_number_format(column(*values), lambda: BY_COMMA)
    assert found is not None
    assert (found.decimal, found.grouping) == (".", "")
    assert find_unclear(column(*values), found, lambda: BY_COMMA) is None


def test_two_dots_are_thousands() -> None:
    assert find_number_format(column("1.234.567", "1.234"), lambda: BY_POINT) == THOUSANDS


def test_many_numbers_with_three_decimals_are_decimals() -> None:
    """Amounts in thousands have some below 1,000, without a dot; a decimal comma elsewhere counts for more."""
    assert find_number_format(column(*THREE)) == POINT
    assert find_number_format(column(*THREE), lambda: BY_COMMA) == THOUSANDS
    for cells in (THREE[:19], [*THREE, "986"]):
        with pytest.raises(AmbiguousNumbersError):
            find_number_format(column(*cells))


def test_what_is_no_number_changes_nothing() -> None:
    assert find_number_format(column("7.634", "986", *["1.000"] * 20, "n.v."), lambda: BY_COMMA) == THOUSANDS
    assert find_number_format(column("7.634", "986", "n/a", "?"), lambda: BY_COMMA) == THOUSANDS
