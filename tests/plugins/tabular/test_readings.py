"""What a column holds is found from its cells, and cells are read the same way in a file and one by one."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from catalog.dataset import Format
from plugins.data.numbers import NumberFormat, find_number_format
from plugins.tables.json_objects import open_json
from plugins.tabular.cells import as_column
from plugins.tabular.column_types import ColumnType, Unusable, find_reading
from plugins.tabular.frame import frame_of_rows


def column(*values: object, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


def read_one(reading: ColumnType, value: object) -> object:
    """Return one cell of a row that a user types."""
    found = reading.read(as_column([value]))
    return found[0] if isinstance(found, np.ndarray) else found[0].as_py()


NAMES = [f"name {number}" for number in range(30)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2.5", "-3e2", ""], [1, 2.5, -300, np.nan]),
        (["1,5", "2", "-0,25"], [1.5, 2, -0.25]),
        (["1,234,567", "1,234", "12"], [1234567, 1234, 12]),
        (["1.234,50", "2.000,00"], [1234.5, 2000]),
        (["1 234,5", "12"], [1234.5, 12]),
        (["1\u202f234", "5\u202f678\u202f901"], [1234, 5678901]),
        (["$1,200.50", "$ 3", "-$4"], [1200.5, 3, -4]),
        (["12 %", "3%"], [12, 3]),
        (["1", "?", "NA", "-", "3"], [1, np.nan, np.nan, np.nan, 3]),
        (["\u22125", "6"], [-5, 6]),
    ],
)
def test_numbers_are_read_as_they_are_written(values, expected):
    """Numbers are read with decimal commas, thousands, signs of currency and per cent, and marks for missing cells."""
    found = find_reading("x", column(*values))
    assert isinstance(found, ColumnType)
    assert found.kind == "number"
    np.testing.assert_array_equal(found.read(column(*values)), expected)
    np.testing.assert_array_equal([read_one(found, value) for value in values], expected)


def test_numbers_that_may_be_two_things_are_not_guessed():
    """Numbers with two readings are not guessed: ``1,234`` alone may be 1.234 or 1234."""
    found = find_reading("x", column("1,234", "5,678"))
    assert isinstance(found, Unusable)
    assert found.ambiguous
    assert "1.234 or 1234" in found.reason


def test_codes_are_no_numbers():
    """Codes with leading zeros are names, not numbers."""
    assert find_number_format(column("01067", "10115")) is None
    assert find_reading("zip", column("01067", "10115", "01067")).kind == "category"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (column("yes", "no", "yes"), "flag"),
        (column(True, False, None), "flag"),
        (column("2026-11-28", "2025-01-02", ""), "date"),
        (column("28.11.2026", "02.01.2025"), "date"),
        (column("2026-11-28T10:00:00+02:00", "2026-11-29T10:00:00Z"), "date"),
        (column(dt.date(2026, 1, 1), dt.date(2026, 1, 2)), "date"),
        (column("red", "blue", "red"), "category"),
        (column("a", "a", None), "category"),
        (column(1, 2, 2), "number"),
        (column(1.5, None, 2.0), "number"),
    ],
)
def test_kinds_are_found(values, kind):
    """Text that looks like numbers, dates or flags is read as such, all else is a category."""
    found = find_reading("x", values)
    assert isinstance(found, ColumnType)
    assert found.kind == kind


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("x", column("", " ", ""), "empty"),
        ("x", column(None, None), "empty"),
        ("x", column(float("nan"), float("nan"), kind=pa.float64()), "empty"),
        ("x", column("NA", "NA"), "one value only"),
        ("x", column(7, 7, 7), "one value only"),
        ("x", column("a", "a"), "one value only"),
        ("name", column(*NAMES), "no value occurs twice"),
        ("customer_id", column(*range(100, 130)), "numbers the rows"),
        ("customerID", column(*range(100, 130)), "numbers the rows"),
        ("x", column(*(f"a text of several words, {number} of them" for number in range(30))), "holds texts"),
        ("x", column(*(f"{day:02}/0{day % 9 + 1}/2026" for day in range(1, 9))), "day and month are not clear"),
    ],
)
def test_what_is_of_no_use_is_left_out_with_the_reason(name, values, reason):
    """Empty and constant columns, names of rows, texts, and dates with two readings are left out with the reason."""
    found = find_reading(name, values)
    assert isinstance(found, Unusable)
    assert reason in found.reason


def test_what_the_spec_names_is_used():
    """A column that is named as a feature is a category even if it names the rows; numbers of rows are numbers."""
    assert find_reading("name", column(*NAMES), wanted=True).kind == "category"
    assert find_reading("id", column(*range(30)), wanted=True).kind == "number"
    assert find_reading("paid", column(*range(30))).kind == "number"


def test_unambiguous_days_decide_the_format():
    """One day above 12 says which part is the day."""
    assert find_reading("x", column("03/04/2026", "25/12/2026")).date == "%d/%m/%Y"
    assert find_reading("x", column("03/04/2026", "12/25/2026")).date == "%m/%d/%Y"


def test_one_cell_is_read_like_a_column():
    """Numbers, text, truth values and dates of a row that a user types are read like a column."""
    assert read_one(ColumnType("number"), "7") == read_one(ColumnType("number"), 7) == 7
    assert np.isnan(read_one(ColumnType("number"), "seven"))
    assert np.isnan(read_one(ColumnType("number"), None))
    assert read_one(ColumnType("number"), True) == 1
    assert read_one(ColumnType("number", NumberFormat(",")), "1,5") == 1.5
    assert read_one(ColumnType("number", NumberFormat(",")), 1.5) == 1.5
    assert (
        read_one(ColumnType("flag"), "YES")
        == read_one(ColumnType("flag"), True)
        == read_one(ColumnType("flag"), "1")
        == 1
    )
    assert read_one(ColumnType("category"), 3.0) == read_one(ColumnType("category"), "3 ") == "3"
    assert read_one(ColumnType("category"), "\ud800") == "?"
    assert read_one(ColumnType("date"), "2026-11-28") == np.datetime64("2026-11-28")
    assert read_one(ColumnType("date"), dt.date(2026, 11, 28)) == np.datetime64("2026-11-28")
    assert np.isnat(read_one(ColumnType("date"), "soon"))
    assert np.isnat(read_one(ColumnType("date"), 5))


GERMAN = ColumnType("number", NumberFormat(decimal=",", grouping="."))


@pytest.mark.parametrize("beside", ["n/a", "1.234,5", None])
@pytest.mark.parametrize("number", [1.234, -250.125, 0.5, 1e-7, 3.0, np.float64(1.234)])
def test_a_number_stays_what_it_is_beside_texts(number: float, beside: str | None) -> None:
    """A number keeps its value next to texts; as text, 1.234 would be read with the column's marks, as 1,234."""
    found = frame_of_rows([{"km": number}, {"km": beside}], {"km": GERMAN}).columns["km"]
    assert found[0] == number


def test_a_number_of_a_file_is_never_read_as_thousands(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"km": 1.234}\n{"km": 12}\n{"km": "1.234,5"}\n')
    cells = open_json(file, "train", Format()).read()["km"]
    np.testing.assert_array_equal(GERMAN.read(cells), [np.nan, 12, 1234.5])
    np.testing.assert_array_equal(ColumnType("number").read(cells), [1.234, 12, np.nan])


@pytest.mark.parametrize("missing", [[], ["n/a"], ["NaN", "?"]])
def test_what_stands_for_none_does_not_change_how_numbers_are_read(missing: list[str]) -> None:
    assert find_number_format(column("0.125", "1.234", "2.500", *missing)) == NumberFormat()


def test_a_group_of_thousands_does_not_begin_with_0() -> None:
    assert find_number_format(column("0,500", "0,125", "x", *["1,5"] * 20)) == NumberFormat(decimal=",")
    assert GERMAN.number.read("0.500") is None
