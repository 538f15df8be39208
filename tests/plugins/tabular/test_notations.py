"""Numbers that are not read as numbers are named, with counts and examples of each notation."""

import pyarrow as pa
import pytest

from plugins.tabular.column_types import ColumnType, Unusable, find_reading
from plugins.tabular.notations import find_unread_numbers


def column(*values):
    return pa.chunked_array([pa.array(values, pa.large_string())])


POINTS = [f"{row % 2}.{row % 5}" for row in range(20)]
COMMAS = [f"{row % 2},{row % 5}" for row in range(20)]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([*POINTS, *COMMAS], "in several notations: 20 like '0.0' (decimal point), 20 like '0,0' (decimal comma)"),
        ([*POINTS, "5.1-", "6.2-", "5.1-"], "20 like '0.0' (decimal point), 3 like '5.1-' (minus sign at the end)"),
        ([*POINTS, *["(24.70)"] * 5], "5 like '(24.70)' (in parentheses)"),
        ([f"{row}.3 kg" for row in range(9)] * 2, "holds numbers with units: 18 like '0.3 kg' (with kg)"),
        ([f"{row}.7M" for row in range(9)] + [f"{row}k" for row in range(9)], "9 like '0.7M' (with M), 9 like '0k'"),
        (["€5", "$5"] * 9, "holds amounts in two currencies: 9 like '€5' (with €), 9 like '$5' (with $)"),
        ([*POINTS, *COMMAS, "lots"], "(decimal comma), 1 otherwise"),
    ],
)
def test_the_notations_are_counted(values, reason):
    found = find_reading("x", column(*values))
    assert isinstance(found, ColumnType)
    assert found.kind == "category"
    unread = find_unread_numbers(column(*values))
    assert reason in unread.reason
    assert unread.fix


@pytest.mark.parametrize(
    "values",
    [
        ["red", "blue"] * 9,
        ["36 months", "60 months"] * 9,
        ["01067", "10115"] * 9,
        [f"{row}B" for row in range(9)] * 2,
        [f"{row} {street}" for row, street in enumerate(["Main", "Oak", "Elm", "Park", "Lake", "Hill"])] * 2,
        [f"{row} {half}" for row in range(1, 12) for half in ("AM", "PM")],
        ["1.2.3", "1.2.4", "2.0.1"] * 4,
        ["0-10", "10-20", "20-30"] * 4,
        ["1", "2", "3+"] * 4,
    ],
)
def test_names_are_no_numbers(values):
    assert find_unread_numbers(column(*values)) is None


def test_a_column_of_which_no_value_occurs_twice_is_left_out_for_the_right_reason():
    """A column of which no value occurs twice is left out for its notation, not because it names the rows."""
    found = find_reading("x", column(*(f"{'€$'[row % 2]}{row}.30" for row in range(40))))
    assert isinstance(found, Unusable)
    assert found.reason.startswith("holds amounts in two currencies: 20 like '€0.30' (with €), 20 like '$1.30'")


def test_the_note_is_part_of_the_summary(load):
    table = {"x": [*POINTS, *COMMAS], "y": [row % 5 for row in range(40)], "price": [row / 2 for row in range(40)]}
    notes = "\n".join(load("regression", table, target="price").summary.notes)
    assert (
        "Column 'x' holds numbers in several notations: 20 like '0.0' (decimal point), 20 like '0,0' (decimal comma). "
        "Each cell counts as the name of a category. Write all in one notation, such as 12.5." in notes
    )
