"""Inputs that a program holds become what a model takes."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from catalog.contract.capabilities import InputField
from catalog.errors import DataError
from runner.study.object_inputs import object_inputs

TABLE = (InputField("age", "number"), InputField("rooms", "line"), InputField("joined", "line"))
TEXT = (InputField("text", "prose"),)


def test_rows_of_a_frame_are_objects_of_the_fields():
    """Whole numbers that pandas has made real ones are whole again; what is missing is None; other columns are left."""
    frame = pd.DataFrame(
        {"id": [1, 2], "age": [34, None], "rooms": [3.0, np.nan], "joined": pd.to_datetime(["2024-05-01", None])}
    )
    assert list(object_inputs(frame, TABLE)) == [
        {"age": 34.0, "rooms": "3", "joined": "2024-05-01T00:00:00"},
        {"age": None, "rooms": None, "joined": None},
    ]


def test_cells_of_other_libraries_are_plain():
    """Scalars of NumPy, NA of pandas and dates are what JSON would have."""
    row = {"age": np.int64(5), "rooms": pd.NA, "joined": dt.date(2024, 5, 1)}
    assert list(object_inputs(row, TABLE)) == [{"age": 5.0, "rooms": None, "joined": "2024-05-01"}]


@pytest.mark.parametrize(
    ("value", "fields", "stored", "says"),
    [
        (["a"], TABLE, (), "input 1 is no object such as"),
        ([{"age": "old"}], TABLE, (), "'age' is a number, not 'old'"),
        ([{"x": 1}], TABLE, (), "none of the fields of an input: 'age', 'rooms', 'joined'"),
        ([{"title": "a"}], TEXT, ("title", "body"), "this study joins the columns 'title', 'body'"),
        ([{"reviw": "a"}], TEXT, ("review",), "has no 'review'; did you mean 'reviw'"),
    ],
)
def test_what_is_no_input_is_told_with_its_number(value, fields, stored, says):
    """The error names the first value that is no input, by its number."""
    with pytest.raises(DataError, match=says):
        list(object_inputs(value, fields, stored))


def test_a_single_field_has_the_column_of_the_study_or_its_own_name():
    """A single field has either the study's column or its own name; several columns are given joined."""
    given = [{"review": "a"}, {"text": "b"}, "c", None]
    assert list(object_inputs(given, TEXT, ("review",))) == ["a", "b", "c", ""]
    assert list(object_inputs({"text": "a ␟ b"}, TEXT, ("title", "body"))) == ["a ␟ b"]
