"""Where texts to classify come from: files of every kind, and stdin."""

import io
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.errors import DataError, InputError
from runner.console.texts import file_texts, stream_texts

ROWS = ["a good film", 'with "quotes", and commas', "", "two\nlines", "=cmd()"]


def read(path, column=None):
    """Return the texts of a file."""
    return list(file_texts(path, column, lambda _: None))


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet"])
def test_tables_of_every_kind(tmp_path, suffix):
    """CSV, TSV, JSON Lines and Parquet give the same texts, from `text` or a named column, empty ones too."""
    path = tmp_path / f"rows.{suffix}"
    if suffix == "parquet":
        parquet.write_table(pa.table({"id": list(range(5)), "Text": ROWS, "other": ["x"] * 5}), path, row_group_size=2)
    elif suffix == "jsonl":
        path.write_text(
            "\n".join(json.dumps({"id": i, "text": row, "other": "x"}) for i, row in enumerate(ROWS)) + "\n\n"
        )
    else:
        sign = "," if suffix == "csv" else "\t"
        quoted = ['"' + row.replace('"', '""') + '"' for row in ROWS]
        content = [
            sign.join(["id", " text ", "other"]),
            *(sign.join([str(i), row, "x"]) for i, row in enumerate(quoted)),
        ]
        path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(content).encode())
    assert read(path) == ROWS
    assert read(path, "other") == ["x"] * 5
    with pytest.raises(DataError, match=r"no( column)? 'othr'.*did you mean 'other'"):
        read(path, "othr")


def test_delimiters_are_found_and_one_column_is_enough(tmp_path):
    """Semicolons separate where the header has them; the only column needs no name."""
    (tmp_path / "a.csv").write_text("text;label\ngood, very good;1\n\nbad;0\n")
    (tmp_path / "b.csv").write_text("review\ngood\n")
    assert read(tmp_path / "a.csv") == ["good, very good", "bad"]
    assert read(tmp_path / "b.csv") == ["good"]


def test_plain_text_is_a_text_a_line(tmp_path):
    """Every line is a text, blank ones too; the last line needs no end."""
    (tmp_path / "a.txt").write_bytes(b'one\r\n\n{"text": 1}\nlast \xe2\x80\xa8 line')
    assert read(tmp_path / "a.txt") == ["one", "", '{"text": 1}', "last \u2028 line"]
    with pytest.raises(InputError, match="without columns"):
        read(tmp_path / "a.txt", "text")


def test_values_that_are_no_strings(tmp_path):
    """Numbers are spelled, missing values are empty texts, lists are refused with their line."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": 5}\n{"text": null}\n{"text": "\\ud83d\\ude00 \\ud800"}\n{"text": [1]}\n')
    texts = file_texts(path, None, lambda _: None)
    assert [next(texts) for _ in range(3)] == ["5", "", "😀 \ufffd"]
    with pytest.raises(DataError, match="line 4 holds list, not text"):
        next(texts)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "text,label\na,b,c\n", r"row 1 has 3 fields instead of 2 \(delimiter ','\)"),
        ("a.csv", 'text,label\na,b\n"open,b\n', "row 2 cannot be read"),
        ("a.csv", "", "has no header"),
        ("a.csv", "id,label\n1,2\n", "no column 'text': known: id, label --column names it"),
        ("a.jsonl", '{"text": "a"}\nnonsense\n', "line 2 is not JSON: nonsense"),
        ("a.jsonl", "[1]\n", "line 1 is not a JSON object"),
        ("a.jsonl", '{"review": "a"}\n', "line 1 has no 'text'; --column names it: known: review"),
        ("a.jsonl", "[" * 100_000, "line 1 is not JSON"),
        ("a.parquet", "no parquet", "cannot be read as Parquet"),
        ("a.xlsx", "", r"files end in \.csv, .* this one in \.xlsx"),
    ],
)
def test_unusable_files_are_told(tmp_path, name, content, says):
    """A file that cannot be used is an error that says where and why."""
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=says):
        read(tmp_path / name)


def test_missing_files_are_told(tmp_path):
    """A file that is not there, a folder and an impossible path are errors of ours."""
    (tmp_path / "b.csv").mkdir()
    for path, says in (
        (tmp_path / "a.csv", "No such file"),
        (tmp_path / "b.csv", "is a folder"),
        (tmp_path / "\0.csv", "cannot be read"),
    ):
        with pytest.raises(DataError, match=says):
            read(path)


def test_nothing_is_read_ahead(tmp_path):
    """A damaged row at the end is met when its turn comes, not before."""
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "good,1\n" * 5000 + "a,b,c\n")
    texts = file_texts(path, None, lambda _: None)
    assert [next(texts) for _ in range(5000)] == ["good"] * 5000
    with pytest.raises(DataError, match="row 5,001"):
        next(texts)


def stream(content, column=None):
    """Return the texts of stdin."""
    return list(stream_texts(io.BytesIO(content), column, lambda _: None))


def test_stdin_is_lines_or_objects():
    """A first line that is an object with "text" makes JSON Lines of it; anything else is a text a line."""
    assert stream(b"one\n\ntwo") == ["one", "", "two"]
    assert stream(b'{"text": "one"}\n{"text": "two"}\n') == ["one", "two"]
    assert stream(b'{"review": "one"}\n') == ['{"review": "one"}']
    assert stream(b'{"review": "one"}\n', "review") == ["one"]
    assert stream(b"") == []
    with pytest.raises(DataError, match="stdin: line 2 is not JSON"):
        stream(b'{"text": "one"}\ntwo\n')
