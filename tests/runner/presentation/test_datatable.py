"""A table as data: what is written as CSV, JSON and for the clipboard is what comes back."""

import csv
import io
import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.presentation.datatable import DataTable, as_csv, as_json, as_tsv, flat, table_of

MOMENT = datetime(2026, 3, 14, 15, 9, 26, 535897, UTC)
TABLE = DataTable(
    ("name", "value", "count", "kept", "time", "choices"),
    (
        ('Grüße, "zitiert"', 0.1 + 0.2, 12, True, MOMENT, [1, 2]),
        ("zwei\nZeilen", -1e-08, -3, False, MOMENT, None),
        ("-1", None, None, None, None, []),
    ),
)


def from_csv(text):
    """Return the rows that the csv module reads, by name."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_comes_back_as_it_was():
    """Numbers keep every digit, times are ISO 8601, null is an empty cell, and a class named -1 stays -1."""
    rows = from_csv(as_csv(TABLE))
    assert [row["name"] for row in rows] == [row[0] for row in TABLE.rows]
    assert [float(row["value"]) for row in rows[:2]] == [0.1 + 0.2, -1e-08]
    assert rows[2] == {"name": "-1", "value": "", "count": "", "kept": "", "time": "", "choices": "[]"}
    assert datetime.fromisoformat(rows[0]["time"]) == MOMENT
    assert json.loads(rows[0]["choices"]) == [1, 2]


def test_pandas_reads_the_values():
    """A data frame holds numbers as numbers, truth as truth and nothing where there is nothing."""
    frame = pd.read_csv(io.StringIO(as_csv(TABLE)), parse_dates=["time"])
    assert frame["value"].tolist()[:2] == [0.1 + 0.2, -1e-08]
    assert frame["kept"].tolist()[:2] == [True, False]
    assert frame["time"][0].to_pydatetime() == MOMENT
    assert frame.loc[2, ["value", "count", "kept", "time"]].isna().all()


def test_json_comes_back_as_it_was():
    """Objects by the names of the columns, with null, numbers, truth and lists as they are."""
    objects = json.loads(as_json(TABLE))
    assert objects[0] == dict(zip(TABLE.columns, (*TABLE.rows[0][:4], MOMENT.isoformat(), [1, 2]), strict=True))
    assert objects[2] == dict(zip(TABLE.columns, TABLE.rows[2], strict=True))
    assert json.loads(as_json(DataTable(("a",)))) == []


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.none() | st.booleans())
def test_any_value_comes_back_from_json(text, real, whole, truth):
    """Whatever text and numbers there are, JSON gives the same back, and no character of it moves a cursor."""
    table = DataTable(("text", "real", "whole", "truth"), ((text, real, whole, truth),))
    written = as_json(table)
    assert list(json.loads(written)[0].values()) == [text, real, whole, truth]
    assert not any(c in "\x1b\x9b\u202e" or 0xD800 <= ord(c) < 0xE000 for c in written)


def test_csv_holds_no_formula_and_no_control():
    """Text that a spreadsheet would compute gets an apostrophe; escape sequences are written out."""
    written = as_csv(DataTable(("a",), (("=cmd('x')",), ("b\x1b[2J",))))
    assert "\"'=cmd('x')\"" in written
    assert "\x1b" not in written


def test_the_clipboard_gets_one_line_a_row():
    """Numbers stay numbers, cells are one line, and whatever else could be computed does not."""
    lines = as_tsv(DataTable(("a", "b"), (("=cmd('x')", -0.5), ("x\ty\nz", None), ("-1+cmd", 3)))).splitlines()
    assert lines == ["a\tb", "'=cmd('x')\t-0.5", "x y z\t", "'-1+cmd\t3"]


def test_objects_become_rows_by_names_with_dots():
    """What lies in an inner object has its name behind the outer one's; if that is null it has no column."""
    known = ("best.value", "failure.kind")
    row = flat({"study": "a", "best": {"value": 1, "by": {"number": 2}}, "failure": None, "title": None}, known)
    assert row == {"study": "a", "best.value": 1, "best.by.number": 2, "title": None}
    assert table_of([row, {"more": 1}], ("study",)).columns == (
        "study",
        "best.value",
        "best.by.number",
        "title",
        "more",
    )


@pytest.mark.parametrize("names", [("b", "a"), ("b", "none", "a")])
def test_chosen_columns_stand_in_the_chosen_order(names):
    """Names that the table does not have are passed over."""
    assert DataTable(("a", "b", "c"), ((1, 2, 3),)).only(names) == DataTable(("b", "a"), ((2, 1),))
