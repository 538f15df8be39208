"""Labelled files that belong to no study, read for a model whose classes are known."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.errors import DataError
from plugins.nlp.text_classification.data import Split, load_labelled

NAMES = ("negative", "positive", "mixed")


def read(file: Path, content: str, text: str | None = None, label: str | None = None, names=NAMES) -> Split:
    file.write_text(content, encoding="utf-8")
    return load_labelled(file, names, text=text, label=label).split


def test_every_kind_of_file_gives_the_same_rows(tmp_path):
    """CSV, TSV, JSON Lines and Parquet with the same rows give the same texts and ids, in their order."""
    rows = [("dull, long", "negative"), ("grand", "positive"), ("so so", "negative")]
    files = [
        read(tmp_path / "a.csv", "review,sentiment\n" + "".join(f'"{text}",{label}\n' for text, label in rows)),
        read(tmp_path / "a.tsv", "review\tsentiment\n" + "".join(f"{text}\t{label}\n" for text, label in rows)),
        read(tmp_path / "a.jsonl", "".join(json.dumps({"review": a, "sentiment": b}) + "\n" for a, b in rows)),
    ]
    table = pa.table({"review": [text for text, _ in rows], "sentiment": [label for _, label in rows]})
    parquet.write_table(table, tmp_path / "a.parquet")
    files.append(load_labelled(tmp_path / "a.parquet", NAMES, text=None, label=None).split)
    for split in files:
        assert split.texts == ("dull, long", "grand", "so so")
        assert split.labels.tolist() == [0, 1, 0]
        assert not split.labels.flags.writeable


@pytest.mark.parametrize(
    ("stored", "names", "ids"),
    [
        (["positive", "negative"], NAMES, [1, 0]),
        (["2", "0"], NAMES, [2, 0]),
        ([" mixed ", "mixed"], NAMES, [2, 2]),
        (["1", "5"], ("1", "2", "5"), [0, 2]),
        (["0", "2"], ("1", "2", "3"), [0, 2]),
        (["1.0", "0"], NAMES, [1, 0]),
        (["true", "false"], ("false", "true"), [1, 0]),
    ],
)
def test_labels_are_names_or_ids(tmp_path, stored, names, ids):
    """Labels that all are names of classes are taken as names, other whole numbers as ids; classes may be absent."""
    content = "text,label\n" + "".join(f"a{i},{value}\n" for i, value in enumerate(stored))
    assert read(tmp_path / "a.csv", content, names=names).labels.tolist() == ids


@pytest.mark.parametrize(
    ("declared", "ids"), [(["positive", "unused", "negative"], [1, 0]), (["neg", "x", "pos"], [0, 2])]
)
def test_declared_class_names_are_followed(tmp_path, declared, ids):
    """Ids of a file that names its classes mean these classes where the model has them, else the model's ids."""
    table = pa.table({"text": ["a", "b"], "label": [0, 2]})
    features = {"label": {"names": declared, "_type": "ClassLabel"}}
    schema = table.schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(table.cast(schema), tmp_path / "a.parquet")
    assert load_labelled(tmp_path / "a.parquet", NAMES, text=None, label=None).split.labels.tolist() == ids


def test_unknown_labels_are_listed(tmp_path):
    """Labels that the model does not know are counted and listed, with those that it knows."""
    content = "text,label\na,positive\n" + "".join(f"b{i},odd {i:02}\n" for i in range(30))
    with pytest.raises(DataError, match="30 labels that the model does not know: odd 00, odd 01") as caught:
        read(tmp_path / "a.csv", content)
    assert "and 10 more" in caught.value.message
    assert "negative, positive, mixed" in caught.value.message
    assert "ids 0 to 2" in caught.value.message
    assert caught.value.field is None
    with pytest.raises(DataError, match="1 labels that the model does not know: 3"):
        read(tmp_path / "a.csv", "text,label\na,0\nb,3\n")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("text,score a,score b\nx,1,2\n", "label. Name it; the columns: text, score a, score b"),
        ("text\nx\n", "one column only"),
        ("text,label\nx,\ny,positive\n", "no label"),
        ("text,label\n ,positive\n", "no row has a text"),
        ("text,label\n", "no rows"),
        ("", "empty"),
    ],
)
def test_files_without_labels_or_texts_are_refused(tmp_path, content, told):
    """A file without a label column, label, text or row is an error that says what there is; no spec is blamed."""
    with pytest.raises(DataError, match=told) as caught:
        read(tmp_path / "a.csv", content)
    assert caught.value.field is None


def test_named_columns_are_used_and_missing_ones_told(tmp_path):
    """Columns that are named win over those that would be found; one that is not there is named with the others."""
    content = "text,label,title,stars\na,x,dull,0\nb,y,grand,1\n"
    split = read(tmp_path / "a.csv", content, text="title", label="stars")
    assert split.texts == ("dull", "grand")
    with pytest.raises(DataError, match=r"no column 'labl'.*Did you mean 'label'"):
        read(tmp_path / "a.csv", content, label="labl")


def test_blank_rows_are_dropped_wherever_they_stand(tmp_path):
    """Rows without a text leave the others in their order; a label that they alone have does not matter."""
    split = read(tmp_path / "a.csv", "text,label\n ,negative\na,mixed\n,other\nb,positive\n")
    assert split.texts == ("a", "b")
    assert np.array_equal(split.labels, [2, 1])


@pytest.mark.parametrize("name", ["nowhere.csv", "a.txt", ""])
def test_files_that_cannot_be_read_are_refused(tmp_path, name):
    """A missing file, one of another kind and a folder are errors of the data."""
    (tmp_path / "a.txt").write_text("text,label\na,positive\n")
    with pytest.raises(DataError, match=name or "folder"):
        load_labelled(tmp_path / name, NAMES, text=None, label=None)
