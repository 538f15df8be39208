"""Files of texts to predict: read as those of a data set are, with all their columns, a batch at a time."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.contract.capabilities import InputFile, InputTable
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.nlp.texts.input import open_input

ROWS = ["a good film", 'with "quotes", and commas', "", "two\nlines", "=cmd()"]


def opened(path: Path, *text: str, **fields: Any) -> InputTable:
    """Look through a file."""
    return open_input(InputFile(path, text or None, format=Format(**fields) if fields else None))


def texts_of(path: Path, *text: str, rows: int = 2, **fields: Any) -> list[str | None]:
    """Return the texts of a file, and make sure that their rows come with them."""
    found: list[str | None] = []
    for batch in opened(path, *text, **fields).batches(rows):
        assert len(batch.inputs) == batch.rows.num_rows <= rows
        found += batch.inputs
    return found


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet", "json", "csv.gz"])
def test_tables_of_every_kind(tmp_path, suffix):
    """Every format gives the same texts, from `text` or a named column, none for an empty one, with all columns."""
    path = tmp_path / f"rows.{suffix}"
    objects = [{"id": row, "text": text, "other": "x"} for row, text in enumerate(ROWS)]
    if suffix == "parquet":
        parquet.write_table(pa.Table.from_pylist(objects), path, row_group_size=2)
    elif suffix == "json":
        path.write_text(json.dumps(objects, indent=1))
    elif suffix == "jsonl":
        path.write_text("\n".join(map(json.dumps, objects)) + "\n\n")
    else:
        sign = "\t" if suffix == "tsv" else ","
        cells = [[str(row), '"' + text.replace('"', '""') + '"', "x"] for row, text in enumerate(ROWS)]
        lines = [sign.join(["id", " text ", "other"]), *(sign.join(row) for row in cells)]
        content = b"\xef\xbb\xbf" + "\r\n".join(lines).encode()
        path.write_bytes(gzip.compress(content) if suffix == "csv.gz" else content)
    assert texts_of(path) == [text or None for text in ROWS]
    assert texts_of(path, "other") == ["x"] * 5
    assert opened(path).columns == ("id", "text", "other")
    with pytest.raises(DataError, match=r"no column 'othr'.*Its columns: id, text, other. --column names another"):
        opened(path, "othr")


def test_columns_are_joined_as_the_study_joined_them(tmp_path):
    """Several columns are one text in the order that is asked for; a row without any has none."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "x", "b": "y"}\n{"a": "", "b": "y"}\n{"a": null, "b": " "}\n{"a": "x"}\n')
    assert texts_of(path, "b", "a", rows=3) == ["y \u241f x", "y", None, "x"]


def test_the_only_column_and_the_only_text_are_found(tmp_path):
    """One column needs no name; of several, `text` or the only one with texts is taken, else all are listed."""
    (tmp_path / "a.csv").write_text("text;label\ngood, very good;1\n\nbad;0\n")
    (tmp_path / "b.csv").write_text("review\ngood\n")
    (tmp_path / "c.csv").write_text("id,remark\n" + "".join(f"{row},a film of number {row}\n" for row in range(9)))
    (tmp_path / "d.csv").write_text("head,body\n" + "".join(f"a head {row} so,a film of {row}\n" for row in range(9)))
    assert texts_of(tmp_path / "a.csv") == ["good, very good", "bad"]
    assert texts_of(tmp_path / "b.csv") == ["good"]
    assert texts_of(tmp_path / "c.csv")[0] == "a film of number 0"
    with pytest.raises(DataError, match=r"which column holds the text.*head, body\. --column names it"):
        opened(tmp_path / "d.csv")


def test_plain_text_is_a_text_a_line(tmp_path):
    """Every line is a row, blank ones too, which have no text; the last line needs no end."""
    (tmp_path / "a.txt").write_bytes(b'one\r\n\n{"text": 1}\nlast \xe2\x80\xa8 line')
    assert texts_of(tmp_path / "a.txt") == ["one", None, '{"text": 1}', "last \u2028 line"]
    (tmp_path / "b.txt").write_bytes("für die Küche\ngroße Tüte\nvöllig schön\nblau\n".encode("cp1252"))
    assert texts_of(tmp_path / "b.txt") == ["für die Küche", "große Tüte", "völlig schön", "blau"]
    with pytest.raises(DataError, match="no column 'title'"):
        opened(tmp_path / "a.txt", "title")


def test_how_a_file_is_written_can_be_said(tmp_path):
    """Delimiter, quotes, encoding and header are those that are given; columns without names are numbers."""
    (tmp_path / "a.csv").write_bytes("1^grün 'x\n2^süß\n".encode("cp850"))
    said = {"delimiter": "^", "quote": "", "encoding": "cp850", "header": False}
    assert texts_of(tmp_path / "a.csv", "1", **said) == ["grün 'x", "süß"]
    (tmp_path / "b.csv").write_text("id,text\n1,a\n")
    with pytest.raises(DataError, match="If the file has no header, say --no-header"):
        opened(tmp_path / "b.csv", "1")


def test_nested_cells_are_named(tmp_path):
    """Columns of lists and objects are kept as JSON and named, so that they can be written as they were."""
    (tmp_path / "a.jsonl").write_text('{"text": "a", "ids": [1]}\n{"text": "b", "ids": "x"}\n')
    table = opened(tmp_path / "a.jsonl")
    assert table.nested == ("ids",)
    (batch,) = table.batches(5)
    assert batch.rows["ids"].to_pylist() == ["[1]", '"x"']


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "text,label\na,b,c\n", r"row 1 \(counted without the header\): 3 cell\(s\) instead of 2"),
        ("a.csv", 'text,label\n"a",b\n"open,b\n', "row 2"),
        ("a.csv", "", "is empty"),
        ("a.csv", "id,label\n1,2\n", "which column holds the text"),
        ("a.csv", "x,good\ny,good\nz,bad\n", "--no-header names the columns"),
        ("a.jsonl", '{"text": "a"}\nnonsense\n', "line 2 is not JSON"),
        ("a.jsonl", "[1]\n", "not an array of JSON objects"),
        ("a.jsonl", '{"text": [1]}\n', "row 1 of column 'text' holds a list"),
        ("a.jsonl", "[" * 100_000, "not an array of JSON objects"),
        ("a.parquet", "no parquet", "cannot be read as Parquet"),
        ("a.xlsx", "no workbook", "cannot be read as an Excel workbook"),
        ("a.doc", "words", r"files end in \.csv, .* this one in \.doc"),
    ],
)
def test_unusable_files_are_refused(tmp_path, name, content, says):
    """A file that cannot be used is an error that says where and why; no field of a spec is to blame."""
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=says) as caught:
        texts_of(tmp_path / name)
    assert caught.value.field is None


def test_a_damaged_row_at_the_end_is_met_before_any_answer(tmp_path):
    """A file is looked through before its first row is answered, where that costs no second reader."""
    (tmp_path / "a.csv").write_text("text,label\n" + "good,1\n" * 5000 + '"open,b\n"bad" one,c\n"fine",d\n')
    (tmp_path / "b.jsonl").write_text('{"text": "good"}\n' * 5000 + "nonsense\n")
    with pytest.raises(DataError, match="row 5,001"):
        opened(tmp_path / "a.csv")
    with pytest.raises(DataError, match="line 5,001"):
        opened(tmp_path / "b.jsonl")


def test_missing_files_are_refused(tmp_path):
    """A file that is not there, a folder without tables and an impossible path are errors that name them."""
    (tmp_path / "b.csv").mkdir()
    for path, says in (
        (tmp_path / "a.csv", "no such file"),
        (tmp_path / "b.csv", "is a folder without"),
        (tmp_path / "\0.csv", "no such file"),
    ):
        with pytest.raises(DataError, match=says):
            opened(path)
