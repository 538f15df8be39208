"""Labelled files that belong to no study, read for a model whose classes are known."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.contract.capabilities import EvaluationFile
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.data.labelled import Labelled
from plugins.nlp.text_classification.data import load_labelled
from plugins.nlp.texts.split import TextSplit

NAMES = ("negative", "positive", "mixed")


def judged(file: Path, content: str, names: tuple[str, ...] = NAMES, **fields: Any) -> Labelled[TextSplit]:
    """Write a file and read it."""
    file.write_text(content, encoding="utf-8")
    return load_labelled(EvaluationFile(file, **fields), names)


def read(file: Path, content: str, names: tuple[str, ...] = NAMES, **fields: Any) -> TextSplit:
    """Write a file and return its examples."""
    return judged(file, content, names, **fields).split


def labelled(*labels: str) -> str:
    """Return a CSV of these labels."""
    return "text,label\n" + "".join(f"film a{row},{label}\n" for row, label in enumerate(labels))


def declared(folder: Path, labels: list[int], names: list[str]) -> Path:
    """Write a Parquet file that names the classes of its ids."""
    table = pa.table({"text": [f"a{row}" for row in range(len(labels))], "label": labels})
    features = {"label": {"names": names, "_type": "ClassLabel"}}
    schema = table.schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(table.cast(schema), folder / "a.parquet")
    return folder / "a.parquet"


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
    files.append(load_labelled(EvaluationFile(tmp_path / "a.parquet"), NAMES).split)
    for split in files:
        assert split.texts == ("dull, long", "grand", "so so")
        assert split.labels.tolist() == [0, 1, 0]
        assert not split.labels.flags.writeable


@pytest.mark.parametrize(
    ("stored", "names", "ids"),
    [
        (("positive", "negative"), NAMES, [1, 0]),
        ((" mixed ", "mixed"), NAMES, [2, 2]),
        (("1", "5"), ("1", "2", "5"), [0, 2]),
        (("1.0", "5"), ("1", "2", "5"), [0, 2]),
        (("5", "0"), ("5", "0", "3"), [0, 1]),
        (("true", "false"), ("false", "true"), [1, 0]),
        (("True", "False"), ("false", "true"), [1, 0]),
        (("010", "10"), ("010", "10"), [0, 1]),
    ],
)
def test_labels_are_names(tmp_path, stored, names, ids):
    """Labels are names of classes as any file format spells them, also if the names are numbers."""
    assert read(tmp_path / "a.csv", labelled(*stored), names).labels.tolist() == ids


@pytest.mark.parametrize("names", [("1", "2", "3", "4", "5"), ("fraud", "ok")])
def test_numbers_are_never_taken_for_ids_unasked(tmp_path, names):
    """A number that is no name is an error with its count that says how ids are given; no row changes its class."""
    with pytest.raises(DataError, match=r"does not know: '0' \(2\).*say --labels-as ids") as caught:
        read(tmp_path / "a.csv", labelled("0", "1", "0"), names)
    assert all(repr(name) in caught.value.message for name in names)


def test_ids_count_where_they_are_asked_for(tmp_path):
    """With ids, numbers are places in the list of classes; a number beyond them, or a name, is an error."""
    assert read(tmp_path / "a.csv", labelled("2", "0", "1.0"), truths="ids").labels.tolist() == [2, 0, 1]
    assert read(tmp_path / "a.csv", labelled("0", "2"), ("1", "2", "3"), truths="ids").labels.tolist() == [0, 2]
    with pytest.raises(DataError, match=r"'3' \(1\).*Ids go from 0 to 2"):
        read(tmp_path / "a.csv", labelled("0", "3"), truths="ids")
    with pytest.raises(DataError, match=r"'mixed' \(1\).*leave --labels-as ids out"):
        read(tmp_path / "a.csv", labelled("0", "mixed"), truths="ids")


@pytest.mark.parametrize(
    ("stored", "normalized", "ids"),
    [({"1": "negative", "5": "positive"}, False, [0, 1, 2]), ({"1": "negative", "5": "POSITIVE"}, True, None)],
)
def test_values_that_the_study_named_are_known(tmp_path, stored, normalized, ids):
    """Numbers mean the classes that the study's spec gave names to, next to the names themselves."""
    fields: Mapping[str, Any] = {"data": {"label_names": stored}, "dataset": {"normalize_labels": normalized}}
    content = labelled("1", "5", "mixed")
    if ids is None:
        with pytest.raises(DataError, match="'5'"):
            read(tmp_path / "a.csv", content, **fields)
    else:
        assert read(tmp_path / "a.csv", content, **fields).labels.tolist() == ids


def test_spellings_are_merged_only_if_the_study_did(tmp_path):
    """Another spelling of a name is an error that says so, or the class itself if the study normalizes labels."""
    content = labelled("Positive", "NEGATIVE\u200b")
    with pytest.raises(DataError, match="Some differ only in spelling"):
        read(tmp_path / "a.csv", content)
    assert read(tmp_path / "a.csv", content, dataset={"normalize_labels": True}).labels.tolist() == [1, 0]


@pytest.mark.parametrize(("names", "ids"), [(["positive", "unused", "negative"], [1, 0]), (["neg", "x", "pos"], None)])
def test_declared_class_names_are_followed(tmp_path, names, ids):
    """Ids of a file that names its classes mean these classes; a name that the model does not know is an error."""
    file = EvaluationFile(declared(tmp_path, [0, 2], names))
    if ids is None:
        with pytest.raises(DataError, match="does not know"):
            load_labelled(file, NAMES)
    else:
        assert load_labelled(file, NAMES).split.labels.tolist() == ids


def test_unknown_labels_are_listed_with_their_rows(tmp_path):
    """Labels that the model does not know are listed with how often they occur, and with those that it knows."""
    content = labelled("positive", *(f"odd {number:02}" for number in range(30)), "odd 00")
    with pytest.raises(DataError, match=r"30 labels that the model does not know: 'odd 00' \(2\), ") as caught:
        read(tmp_path / "a.csv", content)
    assert "and 18 more" in caught.value.message
    assert "'negative', 'positive', 'mixed'" in caught.value.message
    assert caught.value.field is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("text,score a,score b\nx,1,2\n", "which column holds the label is not clear.*Write --label"),
        ("text\nx\n", "one column only"),
        ("text,label\nx,\ny,positive\n", "1 of 2 rows have no label in column 'label': row 1.*remove these rows"),
        ("text,label\n ,positive\n", "no row has a text"),
        ("text,label\n", "no rows"),
        ("", "empty"),
    ],
)
def test_files_without_labels_or_texts_are_refused(tmp_path, content, says):
    """A file without a label column, label, text or row is an error that says what there is; no spec is blamed."""
    with pytest.raises(DataError, match=says) as caught:
        read(tmp_path / "a.csv", content)
    assert caught.value.field is None


def test_named_columns_are_used_and_missing_ones_listed(tmp_path):
    """Columns that are named win over those that would be found; one that is not there is named with the others."""
    content = "text,label,title,stars\na,x,dull,negative\nb,y,grand,positive\n"
    found = judged(tmp_path / "a.csv", content, columns={"text": ("title",), "label": ("stars",)})
    assert found.split.texts == ("dull", "grand")
    assert (found.columns["text"], found.columns["label"]) == (["title"], "stars")
    joined = read(tmp_path / "a.csv", content, columns={"text": ("title", "text"), "label": ("stars",)})
    assert joined.texts == ("dull \u241f a", "grand \u241f b")
    with pytest.raises(DataError, match=r"no column 'labl'.*Did you mean 'label'"):
        read(tmp_path / "a.csv", content, columns={"label": ("labl",)})


def test_blank_rows_are_left_out_wherever_they_stand(tmp_path):
    """Rows without a text leave the others in their order and are counted; a label that they alone have is nothing."""
    found = judged(tmp_path / "a.csv", "text,label\n ,negative\na,mixed\n,other\nb,positive\n")
    assert found.split.texts == ("a", "b")
    assert np.array_equal(found.split.labels, [2, 1])
    assert (found.rows.tolist(), found.left_out) == ([1, 3], 2)


def test_what_is_doubtful_is_noted_in_words_of_the_command(tmp_path):
    """Rows that a quote swallowed are noted with their lines; advice names options, not fields of a spec."""
    found = judged(tmp_path / "a.csv", 'text,label\nx,positive\n"y,negative\nz",mixed\nw,mixed\n')
    assert any("row 2 takes lines 3 to 4" in note for note in found.notes)
    (tmp_path / "b.csv").write_bytes("text,label\nschön,positive\nsüß,negative\ngrün,mixed\n".encode("cp1252"))
    found = load_labelled(EvaluationFile(tmp_path / "b.csv", format=Format(encoding="cp1252")), NAMES)
    assert found.split.texts == ("schön", "süß", "grün")
    with pytest.raises(DataError, match="--no-header names the columns"):
        read(tmp_path / "a.csv", "x,positive\ny,positive\nz,negative\n")


@pytest.mark.parametrize("name", ["nowhere.csv", "a.txt", ""])
def test_files_that_cannot_be_read_are_refused(tmp_path, name):
    """A missing file, one of another kind and a folder are errors of the data."""
    (tmp_path / "a.txt").write_text("text,label\na,positive\n")
    with pytest.raises(DataError, match=name or "folder"):
        load_labelled(EvaluationFile(tmp_path / name), NAMES)
