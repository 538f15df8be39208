"""Reading labelled texts from files: formats, columns, labels, and what is wrong with a file."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.errors import DataError
from plugins.nlp.text_classification.data import TextData, check_config, load
from plugins.nlp.text_classification.dataset import FilesDataset

ROWS = [(f"text number {i}", "good" if i % 2 else "bad") for i in range(20)]


def csv_of(rows=ROWS, delimiter=",", header=("text", "label")) -> str:
    return "".join(delimiter.join(row) + "\n" for row in [header, *rows])


def read(folder: Path, content: str | bytes, name: str = "train.csv", **fields) -> TextData:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load(FilesDataset(source="files", train=str(path), **fields), folder)


def refusal(folder: Path, content: str | bytes, name: str = "train.csv", **fields) -> DataError:
    with pytest.raises(DataError) as caught:
        read(folder, content, name, **fields)
    assert name in caught.value.message or fields
    return caught.value


def texts_of(data: TextData) -> set[str]:
    return {text for split in data.splits.values() for text in split.texts}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_dialects_read_alike(tmp_path, delimiter, bom, newline):
    """Delimiter, byte-order mark and line ends make no difference to what is read."""
    data = read(tmp_path, bom + csv_of(delimiter=delimiter).replace("\n", newline).encode())
    assert texts_of(data) == {text for text, _ in ROWS}
    assert data.classes.labels == ("bad", "good")


def test_commas_inside_a_semicolon_file_are_text(tmp_path):
    """The delimiter is what splits all rows alike, not the most frequent character."""
    rows = [(f"well, yes, {i}, really", label) for i, (_, label) in enumerate(ROWS)]
    assert "well, yes, 3, really" in texts_of(read(tmp_path, csv_of(rows, ";")))


def test_quoted_fields_hold_line_breaks_quotes_and_delimiters(tmp_path):
    """RFC 4180 quoting is understood."""
    data = read(tmp_path, csv_of().replace("text number 3", '"first\nsecond ""quoted"", third"'))
    assert 'first\nsecond "quoted", third' in texts_of(data)


def test_tsv_is_split_at_tabs_only(tmp_path):
    """A .tsv file may hold commas in every field."""
    rows = [(f"a, b, {i}", label) for i, (_, label) in enumerate(ROWS)]
    assert "a, b, 3" in texts_of(read(tmp_path, csv_of(rows, "\t"), "train.tsv"))


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".json-lines", ".JSONL"])
def test_json_lines(tmp_path, suffix):
    """Each line is a row; blank lines do not count."""
    lines = "\n\n".join(json.dumps({"text": text, "label": label}) for text, label in ROWS)
    data = read(tmp_path, lines, f"train{suffix}")
    assert texts_of(data) == {text for text, _ in ROWS}


def test_json_lines_of_mixed_types_become_strings(tmp_path):
    """Numbers are texts, a lone surrogate is replaced, and labels of several types are compared as spelled."""
    rows = [{"text": i, "label": 1} for i in range(5)] + [{"text": "x\ud800", "label": "1"}] * 2
    rows += [{"text": "y", "label": "other"}] * 5
    data = read(tmp_path, "\n".join(map(json.dumps, rows)), "train.jsonl")
    assert data.classes.labels == ("1", "other")
    assert {"3", "x?"} <= texts_of(data)


def test_parquet_with_declared_classes(tmp_path):
    """Class names that `datasets` leaves in the schema are used; a class without rows is left out with a note."""
    names = {"info": {"features": {"label": {"names": ["neg", "neutral", "pos"], "_type": "ClassLabel"}}}}
    table = pa.table({"text": [text for text, _ in ROWS], "label": [2 * (i % 2) for i in range(20)]})
    parquet.write_table(table.replace_schema_metadata({"huggingface": json.dumps(names)}), tmp_path / "train.parquet")
    data = load(FilesDataset(source="files", train=str(tmp_path / "train.parquet")), tmp_path)
    assert data.classes.labels == ("neg", "pos")
    assert any("neutral" in note for note in data.summary.notes)


def test_unlabelled_published_test_split_is_set_aside(tmp_path):
    """A test split whose declared class ids are all -1 is replaced by one carved from train."""
    names = {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}
    for split, labels in (("train", [i % 2 for i in range(20)]), ("test", [-1] * 20)):
        table = pa.table({"text": [text for text, _ in ROWS], "label": labels})
        table = table.replace_schema_metadata({"huggingface": json.dumps(names)})
        parquet.write_table(table, tmp_path / f"{split}.parquet")
    paths = {split: str(tmp_path / f"{split}.parquet") for split in ("train", "test")}
    data = load(FilesDataset(source="files", **paths), tmp_path)
    assert data.summary.rows == {"train": 14, "validation": 2, "test": 4}
    assert any("set aside" in note for note in data.summary.notes)


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        (("0", "1"), ("0", "1")),
        (("0.0", "1.0"), ("0", "1")),
        (("10", "9"), ("9", "10")),
        (("true", "false"), ("false", "true")),
        ((" Yes ", "no"), ("Yes", "no")),
        (("yes", "Yes"), ("Yes", "yes")),
    ],
)
def test_labels_become_ids_in_a_known_order(tmp_path, spelled, expected):
    """Whole numbers are sorted as numbers, strings as strings, case-sensitive, with whitespace stripped."""
    rows = [(text, spelled[i % 2]) for i, (text, _) in enumerate(ROWS)]
    data = read(tmp_path, csv_of(rows))
    assert data.classes.labels == expected
    by_text = dict(zip(data.splits["train"].texts, data.splits["train"].labels.tolist(), strict=True))
    assert all(expected[by_text[text]] == label.strip().removesuffix(".0") for text, label in rows if text in by_text)


@pytest.mark.parametrize(
    ("values", "labels"), [([True, False], ("false", "true")), ([1.0, 2.0], ("1", "2")), ([3, 1], ("1", "3"))]
)
def test_typed_labels(tmp_path, values, labels):
    """Truth values, whole floats and integers are classes."""
    table = pa.table({"text": [text for text, _ in ROWS], "label": values * 10})
    parquet.write_table(table, tmp_path / "train.parquet")
    assert load(FilesDataset(source="files", train=str(tmp_path / "train.parquet")), tmp_path).classes.labels == labels


def test_spec_names_classes(tmp_path):
    """`dataset.labels` names ids, or gives the order of names."""
    numbered = csv_of([(text, str(i % 2)) for i, (text, _) in enumerate(ROWS)])
    assert read(tmp_path, numbered, labels=("neg", "pos")).classes.labels == ("neg", "pos")
    assert read(tmp_path, csv_of(), labels=("good", "bad")).classes.labels == ("good", "bad")


@pytest.mark.parametrize("labels", [("a", "b", "c"), ("a", "b"), ("good", "good")])
def test_names_that_disagree_with_the_data_are_refused(tmp_path, labels):
    """Names of another number, or other names for named classes, are an error that shows both."""
    error = refusal(tmp_path, csv_of(), labels=labels)
    assert error.field == "dataset.labels"
    assert "bad, good" in error.message


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (("text", "label"), ("text", "label")),
        (("Review", "Sentiment"), ("Review", "Sentiment")),
        (("words", "what"), ("words", "what")),
    ],
)
def test_columns_are_found(tmp_path, header, expected):
    """Columns are found by name in any case; failing that the only one of texts is the text, the other the label."""
    rows = [(f"this is {text}", label) for text, label in ROWS]
    assert texts_of(read(tmp_path, csv_of(rows, header=header))) == {text for text, _ in rows}
    reversed_rows = [row[::-1] for row in rows]
    data = read(tmp_path, csv_of(reversed_rows, header=header[::-1]))
    assert texts_of(data) == {text for text, _ in rows}
    assert (data.summary.columns["text"], data.summary.columns["label"]) == ([expected[0]], expected[1])


def test_canonical_names_win_over_other_candidates(tmp_path):
    """Columns called text and label are used even next to a review and a rating."""
    rows = [(text, "x" * 90, label, "5") for text, label in ROWS]
    data = read(tmp_path, csv_of(rows, header=("text", "review", "label", "rating")))
    assert texts_of(data) == {text for text, _ in ROWS}
    assert data.classes.labels == ("bad", "good")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        (("text", "class", "rating"), "dataset.label"),
        (("review", "comment", "label"), "dataset.text"),
        (("sentence1", "sentence2", "label"), "dataset.text"),
        (("text", "a", "b"), "dataset.label"),
    ],
)
def test_ambiguous_columns_are_listed(tmp_path, header, field):
    """If several columns could be meant, all are listed and the spec field to set is named."""
    error = refusal(
        tmp_path, csv_of([(f"this is {text}", f"so is {text}", label) for text, label in ROWS], header=header)
    )
    assert error.field == field
    for name in header:
        assert f"'{name}' (" in error.message
    assert "this is text number 0" in error.message
    assert f'"dataset": {{"{field.partition(".")[2]}": ' in error.message


def test_named_columns_are_used(tmp_path):
    """The spec's names decide."""
    rows = [(text, f"other {i}", label, str(i % 3)) for i, (text, label) in enumerate(ROWS)]
    content = csv_of(rows, header=("text", "title", "label", "stars"))
    data = read(tmp_path, content, text="title", label="stars")
    assert data.classes.labels == ("0", "1", "2")
    assert "other 3" in texts_of(data)


def test_missing_column_lists_columns_and_the_nearest(tmp_path):
    """A typo in a column name is answered with the nearest name and all names."""
    error = refusal(tmp_path, csv_of(), label="lable")
    assert error.field == "dataset.label"
    assert "Did you mean 'label'" in error.message
    assert "text, label" in error.message


def test_missing_column_in_another_split(tmp_path):
    """The test file must have train's columns."""
    (tmp_path / "test.csv").write_text(csv_of(header=("text", "other")))
    error = refusal(tmp_path, csv_of(), test=str(tmp_path / "test.csv"))
    assert error.field == "dataset.test"
    assert "text, other" in error.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["is empty"]),
        ("\n \n", ["no header"]),
        ("text,label\n", ["no rows"]),
        ("text,label", ["no rows"]),
        ("text\na\nb\n", ["one column only", "text"]),
        ("text,text\na,b\n", ["several columns", "text"]),
        (csv_of().encode() + b"abc \xff,good\n", ["not UTF-8", "0xff", "line 22", f"byte offset {len(csv_of()) + 4}"]),
        (csv_of().encode() + b"cut \xc3", ["not UTF-8", "0xc3", "line 22"]),
        (bytes(range(256)) * 8, ["not text", "zero bytes"]),
        (csv_of().replace("text number 3", "one, two"), ["row 4 ", "3 cell(s) instead of 2"]),
        (csv_of().replace("text number 1,", '"a\nb",').replace("text number 3", "one, two"), ["row 4 "]),
        (csv_of().replace("text number 3,good", "alone"), ["row 4 ", "1 cell(s)"]),
        (csv_of([(text, "good") for text, _ in ROWS]), ["one class only", "good"]),
        (
            csv_of([(text, "" if i in {2, 5} else label) for i, (text, label) in enumerate(ROWS)]),
            ["rows 3, 6", "2 of 20"],
        ),
        (csv_of([(text, str(i)) for i, (text, _) in enumerate(ROWS)]), ["20 different values", "text, label"]),
        (csv_of([("  ", label) for _, label in ROWS]), ["no row has a text"]),
        (csv_of(ROWS[:3]), ["too few"]),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_bad_csv_is_told_precisely(tmp_path, content, words):
    """Each fault of a file is one message that names the file and the place."""
    message = refusal(tmp_path, content, text=None).message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"text": "a", "label": 1}\n{"text": "b"\n', ["line 2", "not JSON"]),
        ('{"text": "a", "label": 1}\n[1]\n', ["line 2", "not a JSON object"]),
        ('[\n{"text": "a", "label": 1}, 7]\n', ["not an array of JSON objects", "it holds 7"]),
        ('[\n{"text": "a", "label": 1}\n', ["not an array of JSON objects", "not closed"]),
        ('{"text": "a", "text": "b", "label": 1}\n', ["line 1", "'text' twice"]),
        ("[" * 100_000, ["not an array of JSON objects"]),
        ("\n\n", ["no rows"]),
        ('{"text": ["a"], "label": 1}\n' * 9, ["list", "not text"]),
        ('{"text": "a", "label": [1]}\n' * 9, ["list", "labels are strings, numbers"]),
        ('{"text": "a", "label": 0.5}\n' * 9, ["0.5", "one class only"]),
        ('{"text": "a", "label": 1}\n' * 9 + '{"text": "b"}\n' * 7, ["rows 10, 11, 12, 13, 14 and 2 more"]),
        ('{"text": "a", "label": null}\n' * 9, ["9 of 9"]),
        (b'{"text": "a\xff"}\n', ["not UTF-8", "line 1"]),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_bad_json_lines_are_told_precisely(tmp_path, content, words):
    """Each fault of a file is one message that names the line or the rows."""
    message = refusal(tmp_path, content, "train.jsonl").message
    for word in words:
        assert word in message


@pytest.mark.parametrize("cut", [2, 60])
def test_damaged_parquet_is_refused(tmp_path, cut):
    """A file that is not Parquet, or cut short, is one message."""
    parquet.write_table(pa.table({"text": ["a"], "label": [1]}), tmp_path / "whole.parquet")
    assert "Parquet" in refusal(tmp_path, (tmp_path / "whole.parquet").read_bytes()[:-cut], "train.parquet").message


@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("label_first", [False, True])
@pytest.mark.parametrize("opened", [(4, 9), (4,)])
def test_quotes_that_are_not_closed_merge_no_rows(tmp_path, delimiter, label_first, opened):
    """If quotes have no meaning they are characters, with a note: no row is lost."""
    rows = [('"' * (i in opened) + text, label) for i, (text, label) in enumerate(ROWS)]
    step = -1 if label_first else 1
    content = csv_of([row[::step] for row in rows], delimiter, ("text", "label")[::step])
    data = read(tmp_path, content)
    assert texts_of(data) == {text for text, _ in rows}
    assert any("quotes were read as plain characters" in note for note in data.summary.notes)


def test_quote_that_is_not_closed_among_quoted_cells_is_refused(tmp_path):
    """If other cells do stand in quotes, an opening quote too many is an error that names its row."""
    content = csv_of().replace("text number 3", '"text, number 3"').replace("text number 4", '"text number 4')
    message = refusal(tmp_path, content).message
    assert "row 5 (counted without the header)" in message
    assert "not closed properly" in message
    assert '"format": {"quote": ""}' in message


def test_text_after_a_closing_quote_is_refused(tmp_path):
    """A quoted word at the start of an unquoted cell is an error, also below blank lines and a header of two lines."""
    content = csv_of().replace("text,label", '\n\n"te\nxt",label').replace("text number 3", '"text" number 3')
    assert "row 4 (counted" in refusal(tmp_path, content).message


def test_quotes_escaped_by_a_backslash_are_read(tmp_path):
    """MySQL and others write a quote within quotes as backslash and quote, which a note states."""
    data = read(tmp_path, csv_of().replace("text number 3", '"she said \\"hi\\", twice"'))
    assert 'she said "hi", twice' in texts_of(data)
    assert any("backslash" in note for note in data.summary.notes)


def test_well_formed_cell_that_holds_rows_is_noted(tmp_path):
    """A quote that a later row happens to close cannot be distinguished from a real one; the rows inside are a sign."""
    content = csv_of().replace("text number 3,", '"text number 3,').replace("text number 5,", 'text number 5",')
    data = read(tmp_path, content)
    assert any("row 4 takes lines 5 to 7" in note and "swallowed 2 rows" in note for note in data.summary.notes)
    assert not any("swallowed" in note for note in read(tmp_path, csv_of()).summary.notes)


def test_fields_above_the_parsers_usual_limit_are_read(tmp_path):
    """A quoted text of 200,000 characters is a text."""
    assert "x" * 200_000 in texts_of(read(tmp_path, csv_of([*ROWS, ('"' + "x" * 200_000 + '"', "good")])))


@pytest.mark.parametrize("rows", [ROWS, [row[::-1] for row in ROWS], [(text, f" {label}") for text, label in ROWS]])
def test_file_without_header_is_refused(tmp_path, rows):
    """A first line that is a row is not taken for names and lost."""
    message = refusal(tmp_path, csv_of(rows[1:], header=rows[0])).message
    assert "its first line looks like a row" in message
    assert '"format": {"header": false}' in message


def test_column_without_name_is_not_guessed(tmp_path):
    """A column without a name is not taken for text or label unless it is the only one that can be."""
    assert "looks like a row" in refusal(tmp_path, csv_of(header=("", "good"))).message
    data = read(tmp_path, csv_of([(text, label, "") for text, label in ROWS], header=("text", "label", "")))
    assert any("columns without a name are called 'unnamed 3'" in note for note in data.summary.notes)


def test_line_for_excel_is_no_header(tmp_path):
    """A first line such as sep=; names the delimiter; rows are counted without it."""
    content = "sep=;\r\n" + csv_of([(f"a, {text}", label) for text, label in ROWS], ";")
    assert "a, text number 3" in texts_of(read(tmp_path, content))
    assert "row 4 " in refusal(tmp_path, content.replace("number 3", "number; 3")).message


@pytest.mark.parametrize("header", ["a" * 200_000, '"text,label', '"text" x,label'])
def test_header_that_is_no_csv_is_refused(tmp_path, header):
    """A first line of 200,000 characters or with a stray quote is wrong input, not a failure of the parser."""
    refusal(tmp_path, header + "\n" + csv_of() * 20)


@pytest.mark.parametrize("column", ["text", "label"])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.binary_view()])
def test_parquet_bytes_that_are_not_utf8_are_refused(tmp_path, column, kind):
    """Parquet does not check its strings: the column and its first bad row are named."""
    columns = {"text": [text.encode() for text, _ in ROWS], "label": [label.encode() for _, label in ROWS]}
    columns[column][6] = b"caf\xe9"
    raw = {name: pa.array(values, pa.binary()) for name, values in columns.items()}
    stored = {
        name: values.cast(kind) if "binary" in str(kind) else values.view(pa.string()).cast(kind)
        for name, values in raw.items()
    }
    parquet.write_table(pa.table(stored), tmp_path / "train.parquet")
    message = refusal(tmp_path, (tmp_path / "train.parquet").read_bytes(), "train.parquet").message
    assert f"column '{column}' holds bytes that are not UTF-8, first in row 7" in message


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        (pa.string_view(), ("text", "label")),
        (pa.string_view(), ("words", "what")),
        (pa.binary_view(), ("text", "label")),
    ],
)
def test_views_are_strings(tmp_path, kind, header):
    """Arrow's views are strings like any other; bytes that are UTF-8 are, where their columns are known by name."""
    rows = [(f"this is {text}", label) for text, label in ROWS]
    columns = [pa.array([row[index] for row in rows]).cast(kind) for index in (0, 1)]
    parquet.write_table(pa.table(columns, names=header), tmp_path / "train.parquet")
    dataset = FilesDataset(source="files", train=str(tmp_path / "train.parquet"))
    data = load(dataset, tmp_path)
    assert texts_of(data) == {text for text, _ in rows}
    assert data.classes.labels == ("bad", "good")


@pytest.mark.parametrize(("column", "value"), [("text", {"a": 1}), ("text", []), ("label", {"a": 1}), ("label", [1])])
def test_nested_json_values_are_refused(tmp_path, column, value):
    """A list or object among texts or labels is reported with its row; in another column it does not matter."""
    rows: list[dict[str, object]] = [{"text": text, "label": label, "more": [1]} for text, label in ROWS]
    assert len(texts_of(read(tmp_path, "\n".join(map(json.dumps, rows)), "train.jsonl"))) == len(ROWS)
    rows[4][column] = value
    message = refusal(tmp_path, "\n".join(map(json.dumps, rows)), "train.jsonl").message
    assert f"row 5 of column '{column}' holds a list or an object" in message


@pytest.mark.parametrize("others", [["a", "b"], [1.5, 2.5]])
def test_nan_is_missing(tmp_path, others):
    """NaN is no text and no label, among strings as among numbers."""
    lines = [json.dumps({"text": others[i % 2], "label": i % 2}) for i in range(20)]
    data = read(tmp_path, "\n".join([*lines, '{"text": NaN, "label": 1}']), "train.jsonl", text="text")
    assert texts_of(data) == {str(text) for text in others}
    assert "1 of 21 train rows have an empty text and were dropped." in data.summary.notes
    labels = "\n".join(['{"text": "a", "label": "x"}', '{"text": "a", "label": NaN}'] * 9)
    assert "9 of 18 rows have no label" in refusal(tmp_path, labels, "train.jsonl").message


@pytest.mark.parametrize("value", ["NA", "nan", "null", "None"])
def test_labels_that_look_missing_are_noted(tmp_path, value):
    """What R and pandas write for a missing label is a class, and a note says how often, unless the spec names it."""
    content = csv_of([*ROWS, ("one", value), ("two", value), ("three", value)])
    assert any(
        f"3 train rows have '{value}' in column 'label'" in note for note in read(tmp_path, content).summary.notes
    )
    meant = read(tmp_path, content, labels=("bad", "good", value))
    assert not any("a missing label" in note for note in meant.summary.notes)


def test_missing_file_folder_and_unknown_suffix(tmp_path):
    """A path that cannot be a data file is refused by name, with the field that holds it."""
    for name, word in (("none.csv", "no such file"), ("", "is a folder"), ("x\0.csv", "no such file")):
        with pytest.raises(DataError, match=word) as caught:
            load(FilesDataset(source="files", train=str(tmp_path / name)), tmp_path)
        assert caught.value.field == "dataset.train"
    assert ".jsonl" in refusal(tmp_path, "x", "data.txt").message
    (tmp_path / "train.csv").write_text(csv_of())
    with pytest.raises(DataError, match="no such file") as caught:
        load(FilesDataset(source="files", train=str(tmp_path / "train.csv"), test=str(tmp_path / "no.csv")), tmp_path)
    assert caught.value.field == "dataset.test"


def test_labels_that_train_lacks_are_named(tmp_path):
    """A test label without training rows is an error that names it and the known ones."""
    (tmp_path / "test.csv").write_text(csv_of([("new", "unheard"), ("old", "good")]))
    error = refusal(tmp_path, csv_of(), test=str(tmp_path / "test.csv"))
    assert error.field == "dataset.test"
    assert "unheard" in error.message
    assert "bad, good" in error.message


def test_empty_texts_are_dropped_and_counted(tmp_path):
    """Empty, blank and null texts are dropped in each split, with a note; their labels do not matter."""
    (tmp_path / "test.csv").write_text(csv_of([("", "good"), ("a", "good"), ("  ", "")]))
    data = read(tmp_path, csv_of([*ROWS, ("\t", "good")], ";"), test=str(tmp_path / "test.csv"))
    assert data.summary.rows["test"] == 1
    assert data.summary.rows["train"] + data.summary.rows["validation"] == 20
    assert "1 of 21 train rows have an empty text and were dropped." in data.summary.notes
    assert "2 of 3 test rows have an empty text and were dropped." in data.summary.notes


def test_duplicates_between_splits_are_counted(tmp_path):
    """Rows of test that are also in train are reported, letter case and outer whitespace apart."""
    (tmp_path / "validation.csv").write_text(csv_of([("fresh", "good")]))
    (tmp_path / "test.csv").write_text(
        csv_of([(" TEXT number 3 ", "good"), ("fresh", "bad"), ("text number 4", "bad")])
    )
    paths = {split: str(tmp_path / f"{split}.csv") for split in ("validation", "test")}
    data = read(tmp_path, csv_of([*ROWS, ("text number 3", "bad")]), **paths)
    assert "2 of 3 test rows also stand in train." in data.summary.notes
    assert not any("validation rows also" in note for note in data.summary.notes)
    assert "2 train rows have a text that train also holds with another label." in data.summary.notes


def test_loading_again_is_free_until_the_file_changes(tmp_path):
    """The same data set is remembered in a process; a changed file is read again."""
    first = read(tmp_path, csv_of())
    dataset = FilesDataset(source="files", train=str(tmp_path / "train.csv"))
    assert load(dataset, tmp_path) is first
    changed = read(tmp_path, csv_of([*ROWS, ("one more", "good")]))
    assert changed.summary.fingerprint != first.summary.fingerprint


def test_fingerprint_depends_on_content_alone(tmp_path):
    """The same rows in CSV and JSON Lines have one fingerprint; a changed label has another."""
    lines = "\n".join(json.dumps({"text": text, "label": label}) for text, label in ROWS)
    first = read(tmp_path, csv_of()).summary.fingerprint
    assert read(tmp_path, lines, "train.jsonl").summary.fingerprint == first
    changed = csv_of([(text, "bad" if i == 1 else label) for i, (text, label) in enumerate(ROWS)])
    assert read(tmp_path, changed, "changed.csv").summary.fingerprint != first
    assert len(first) == 64


def test_splits_are_read_only(tmp_path):
    """What is shared in a process cannot be changed by one of its users."""
    train = read(tmp_path, csv_of()).splits["train"]
    with pytest.raises(ValueError, match="read-only"):
        train.labels[0] = 1
    assert isinstance(train.texts, tuple)
    assert train.labels.dtype == np.int64


def test_configuration_is_checked_against_the_data(tmp_path):
    """num_labels and batch_size that do not fit are refused with both numbers."""
    summary = read(tmp_path, csv_of()).summary
    check_config(summary, num_labels=2, batch_size=14)
    check_config(summary, num_labels=None)
    with pytest.raises(DataError, match=r"num_labels is 3.* 2 classes: bad, good") as caught:
        check_config(summary, num_labels=3)
    assert caught.value.field == "model_config.num_labels"
    with pytest.raises(DataError, match=r"batch_size is 15.*14 rows") as caught:
        check_config(summary, num_labels=2, batch_size=15)
    assert caught.value.field == "model_config.batch_size"


def test_reading_files_imports_no_heavy_library():
    """Importing the data package brings in neither torch nor datasets nor scikit-learn nor pandas."""
    code = (
        "import sys; import plugins.nlp.text_classification.data; "
        "print([m for m in ('torch', 'transformers', 'datasets', 'sklearn', 'pandas', 'scipy') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


REVIEWS = Path(__file__).parents[6] / "shared" / "data" / "imdb"


@pytest.mark.real
@pytest.mark.skipif(not REVIEWS.exists(), reason="the real reviews are not on this machine")
def test_imdb_loads_whole():
    """The official split is read with its duplicates counted."""
    paths = {split: str(REVIEWS / f"{split}.parquet") for split in ("train", "test")}
    data = load(FilesDataset(source="files", **paths), REVIEWS)
    assert data.summary.rows == {"train": 22_500, "validation": 2_500, "test": 25_000}
    assert data.classes.label_rows["test"] == (12_500, 12_500)
    assert data.summary.name == "imdb"
    assert "113 of 25,000 test rows also stand in train." in data.summary.notes
