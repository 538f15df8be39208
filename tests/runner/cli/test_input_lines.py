"""The inputs of stdin: lines, or objects of JSON Lines."""

import io
import json
import re

import pytest

from catalog.contract.capabilities import InputField
from catalog.errors import DataError, InputError
from runner.cli import input_lines
from runner.cli.input_lines import stream_inputs, text_lines
from runner.cli.prediction_inputs import typed_inputs
from runner.study.inputs import object_of

TEXT = (InputField("text", "prose"),)
ROW = (InputField("age", "number"), InputField("city", "line"))


def stream(content, column=None, encoding="utf-8"):
    """Return the texts of stdin."""
    return list(stream_inputs(io.BytesIO(content), TEXT, column, encoding))


def test_stdin_is_lines_or_objects():
    """A first line that is an object makes JSON Lines of it, read by the study's column; else it is a text a line."""
    assert stream(b"one\n\ntwo") == ["one", "", "two"]
    assert stream(b'{"text": "one"}\n{"text": "two"}\n') == ["one", "two"]
    with pytest.raises(DataError, match="line 1 has no 'text'; --column names it: known: review"):
        stream(b'{"review": "one"}\n')
    assert list(stream_inputs(io.BytesIO(b'{"title": "one", "text": "x"}'), TEXT, None, "utf-8", ("title",))) == ["one"]
    with pytest.raises(DataError, match="joins the columns 'title', 'body'"):
        list(stream_inputs(io.BytesIO(b'{"title": "one"}'), TEXT, None, "utf-8", ("title", "body")))
    assert stream(b'{"review": "one"}\n', "review") == ["one"]
    assert stream("sü\n".encode("cp1252"), encoding="cp1252") == ["sü"]
    assert stream(b"") == []
    with pytest.raises(DataError, match="stdin: line 2 is not JSON"):
        stream(b'{"text": "one"}\ntwo\n')


def test_values_that_are_no_strings():
    """Numbers are spelled, missing values are empty texts, lists are refused with their line."""
    lines = b'{"text": 5}\n{"text": null}\n{"text": "\\ud83d\\ude00 \\ud800"}\n{"text": [1]}\n'
    texts = stream_inputs(io.BytesIO(lines), TEXT, None, "utf-8")
    assert [next(texts) for _ in range(3)] == ["5", "", "😀 \ufffd"]
    with pytest.raises(DataError, match="line 4 holds list, not a value of 'text'"):
        next(texts)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[1]\n", "line 1 is not a JSON object"),
        (b'{"review": "a"}\n', "line 1 has no 'text'; --column names it: known: review"),
        (b"[" * 100_000, "line 1 is not JSON"),
        (b'{"text": "s\xfc"}\n', "line 1 is not utf-8 text: byte 0xfc; name its encoding, as in --encoding cp1252"),
    ],
)
def test_unusable_lines_are_refused(content, says):
    """A line that cannot be used is an error that says where and why."""
    with pytest.raises(DataError, match=says):
        stream(content, "text")


def test_nothing_is_read_ahead():
    """A damaged line at the end is reported when its turn comes, not before: a stream is answered while it comes."""
    texts = stream_inputs(io.BytesIO(b'{"text": "good"}\n' * 5000 + b"bad\n"), TEXT, "text", "utf-8")
    assert [next(texts) for _ in range(5000)] == ["good"] * 5000
    with pytest.raises(DataError, match="line 5,001"):
        next(texts)


def lines_of(content, encoding="utf-8"):
    """Return the lines of some bytes."""
    return list(text_lines(io.BytesIO(content), "f", encoding))


def test_lines_are_text_of_one_encoding():
    """A byte-order mark goes; bytes that the encoding does not have are an error with their line, never U+FFFD."""
    assert lines_of(b"\xef\xbb\xbfone\r\ntwo\n\nlast") == ["one\r\n", "two\n", "\n", "last"]
    assert lines_of("schön\nsüß".encode("cp1252"), "cp1252") == ["schön\n", "süß"]
    with pytest.raises(DataError, match="f: line 2 is not utf-8 text: byte 0xff; name its encoding"):
        lines_of(b"one\ntwo \xff\n\xfe\n")
    with pytest.raises(DataError, match="f: line 1 is not shift_jis text"):
        lines_of(b"\xfd\xfe", "shift_jis")


@pytest.mark.parametrize(
    ("encoding", "says"), [("klingon", "knows no encoding 'klingon'"), ("utf-16", "give a file with --file")]
)
def test_encodings_that_lines_cannot_have_are_refused(encoding, says):
    """An unknown encoding, and one whose lines do not end with a byte, are refused before anything is read."""
    with pytest.raises(DataError, match=says):
        lines_of("one\ntwo\n".encode("utf-16"), encoding)


def test_endless_lines_are_refused(monkeypatch):
    """A line may be long, but not longer than memory allows; its number is reported."""
    assert lines_of(b"a\n" + b"x" * 1_000_000)[1] == "x" * 1_000_000
    monkeypatch.setattr(input_lines, "LONGEST", 1 << 20)
    with pytest.raises(DataError, match="f: line 2 is longer than 1 MiB"):
        lines_of(b"a\n" + b"x" * ((1 << 20) + 1))


@pytest.mark.parametrize(
    ("start", "kind"), [(b"\xff\xfea\0", "UTF-16"), (b"\x1f\x8b\x08", "gzip"), (b"PK\3\4", "Excel")]
)
def test_what_is_no_text_is_named(start, kind):
    """UTF-16, archives and workbooks are refused by name."""
    with pytest.raises(DataError, match=kind):
        lines_of(start)


def test_inputs_of_several_fields_are_objects():
    """An object is an input, a field that it lacks is missing, numbers are numbers; nothing at all is no input."""
    lines = b'{"age": "41", "city": "Bern", "other": 1}\n{"city": null, "age": 7}\n'
    assert list(stream_inputs(io.BytesIO(lines), ROW, None, "utf-8")) == [
        {"age": 41.0, "city": "Bern"},
        {"age": 7.0, "city": None},
    ]
    flags = (InputField("sure", "choice", ("true", "false")), InputField("age", "number"))
    assert list(stream_inputs(io.BytesIO(b'{"sure": true, "age": " "}'), flags, None, "utf-8")) == [
        {"sure": "true", "age": None}
    ]
    (chunk,) = typed_inputs(ROW, ('{"age": 3}', '{"city": " "}'), (), None).chunks
    assert chunk.inputs == ({"age": 3.0, "city": None}, None)
    assert chunk.given[1] == {"age": None, "city": " "}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("Bern", 'input 1 is not JSON: Bern; give a JSON object such as {"age": 0, "city": "..."}'),
        ("3", 'input 1 is not a JSON object such as {"age": 0, "city": "..."}'),
        ('{"town": "Bern"}', "none of the fields of an input: 'age', 'city'"),
        ('{"age": "old"}', "'age' is a number, not 'old'"),
        ('{"age": Infinity}', "'age' is a finite number, not inf"),
        ('{"age": [1]}', "holds list, not a value of 'age'"),
    ],
)
def test_what_is_no_row_is_told(given, says):
    """An argument that is no object of the fields is an error that says which they are."""
    with pytest.raises(DataError, match=re.escape(says)):
        list(typed_inputs(ROW, (given,), (), None).chunks)


def test_an_example_of_an_input_is_one():
    """Examples and choices stand in it, numbers as numbers; what it says can be given back."""
    fields = (
        InputField("before", "choice", ("tea", "milk"), "milk"),
        InputField("last", "choice", ("tea", "milk")),
        InputField("hour", "number", (), "9"),
        InputField("price", "number", (), "1.5"),
        InputField("odd", "number", (), "nan"),
        InputField("note", "line", (), "süß"),
    )
    said = object_of(fields)
    assert said == '{"before": "milk", "last": "tea", "hour": 9, "price": 1.5, "odd": 0, "note": "süß"}'
    (chunk,) = typed_inputs(fields, (said,), (), None).chunks
    assert chunk.inputs == (json.loads(said),)
    assert len(json.loads(object_of([InputField(str(number), "line") for number in range(100)]))) == 12


def test_a_column_is_of_a_single_field(monkeypatch):
    """--column has no meaning for rows of several fields."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(InputError, match="--column names the column of a single field; an input has 'age', 'city'"):
        typed_inputs(ROW, ("-",), ("age",), None)
