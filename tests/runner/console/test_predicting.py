"""What predict and export decide before a worker starts, and what they write."""

import io
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.errors import InputError
from catalog.results import Explanation, Prediction, WordWeight
from runner.console import exporting, predicting
from runner.console.destination import check_file, staging, written_file
from runner.console.exporting import sample_texts
from runner.console.predicting import chosen_format, chosen_precision, texts_of
from runner.console.prediction_formats import pieces


def answer(text="a film", label="good"):
    """Return a prediction of two classes."""
    return Prediction(text, label, 0.75, {"good": 0.75, "=bad()": 0.25})


EXPLAINED = Explanation(
    answer("slow \x1b[31m start, what an ending"),
    (
        WordWeight("slow", 0, 4, -0.5, 0.1),
        WordWeight("\x1b[31m", 5, 10, 0.25, 0.05),
        WordWeight("ending", 26, 32, 1.5, 0.4),
    ),
    "integrated gradients",
    0.01,
    truncated=True,
)


@pytest.mark.parametrize(
    ("given", "file", "column", "says"),
    [
        (("a",), "x.txt", None, "given as arguments and with --file"),
        (("a",), None, "x", "--column x names a column of a file"),
    ],
)
def test_texts_are_given_once(given, file, column, says):
    """Texts from two places, or a column of none, are refused."""
    with pytest.raises(InputError, match=says):
        texts_of(given, file, column)


def test_arguments_are_text_and_a_dash_is_stdin(monkeypatch):
    """Halves of surrogate pairs in arguments are replaced; - reads stdin."""
    assert list(texts_of(("a", "\udcff"), None, None)) == ["a", "\ufffd"]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"one\ntwo\n"), isatty=lambda: True))
    assert list(texts_of(("-",), None, None)) == ["one", "two"]


def test_format_is_told_or_guessed_from_the_output():
    """--json and --format win over the suffix of -o; without any it is a table."""
    assert chosen_format(None, None, json=False, explain=False) == "table"
    assert chosen_format(None, None, json=True, explain=True) == "json"
    assert chosen_format("csv", Path("a.jsonl"), json=False, explain=False) == "csv"
    guessed = [chosen_format(None, Path(f"a.{s}"), json=False, explain=False) for s in ("CSV", "jsonl", "json", "txt")]
    assert guessed == ["csv", "jsonl", "json", "table"]
    with pytest.raises(InputError, match="leave one of them out"):
        chosen_format("csv", None, json=True, explain=False)
    with pytest.raises(InputError, match="use --format jsonl with --explain"):
        chosen_format(None, Path("a.csv"), json=False, explain=True)


def test_auto_is_exact_where_speed_does_not_show():
    """Texts as arguments and explanations are answered exactly, files and streams as the plugin thinks fit."""
    assert chosen_precision("auto", ("a", "b"), explain=False) is None
    assert chosen_precision("auto", (), explain=True) is None
    assert [chosen_precision("auto", given, explain=False) for given in ((), ("-",))] == ["auto", "auto"]
    assert [chosen_precision(name, ("a",), explain=False) for name in ("fp32", "bf16", "int8")] == [
        "fp32",
        "bf16",
        "int8",
    ]
    assert chosen_precision("fp32", (), explain=True) == "fp32"
    with pytest.raises(InputError, match="--explain computes in fp32, not in int8"):
        chosen_precision("int8", ("a",), explain=True)


def test_chunks_are_bounded_in_rows_characters_and_time(monkeypatch):
    """A chunk holds at most 1,024 texts, few long ones, and what a slow stream gave in a second."""
    assert [len(chunk) for chunk in predicting._chunks(iter(["x"] * 2500))] == [1024, 1024, 452]
    assert [len(chunk) for chunk in predicting._chunks(iter(["x" * 1_500_000] * 7))] == [3, 3, 1]
    clock = iter(range(100))
    monkeypatch.setattr(predicting, "time", SimpleNamespace(monotonic=lambda: next(clock) * 0.6))
    assert [len(chunk) for chunk in predicting._chunks(iter(["x"] * 5))] == [2, 2, 1]


def test_formats_are_the_same_answers():
    """JSON is one list and JSON Lines its items; CSV has a column a class, made harmless; a table counts cells."""
    chunks = [[answer(), answer("=cmd()", "=bad()")], [answer("映画")]]
    listed = json.loads("".join(pieces(iter(chunks), "json")))
    assert listed == [json.loads(line) for line in "".join(pieces(iter(chunks), "jsonl")).splitlines()]
    assert listed[0] == {
        "text": "a film",
        "label": "good",
        "confidence": 0.75,
        "probabilities": {"good": 0.75, "=bad()": 0.25},
    }
    lines = "".join(pieces(iter(chunks), "csv")).splitlines()
    assert lines[0] == '"text","label","confidence","probability of good","probability of =bad()"'
    assert lines[2] == '"\'=cmd()","\'=bad()",0.75,0.75,0.25'
    assert "".join(pieces(iter(chunks), "table")).splitlines() == [
        "label   confidence  text",
        "good        75.0 %  a film",
        "=bad()      75.0 %  =cmd()",
        "good        75.0 %  映画",
    ]
    assert [list(pieces(iter([]), form)) for form in ("json", "jsonl", "table")] == [["[]\n"], [], []]


def test_explanations_say_what_they_are():
    """Weights and attention are told apart and named, strongest first; foreign words are made safe."""
    shown = "".join(pieces(iter([[EXPLAINED]]), "table"))
    assert "for good: ending +1.5, \\x1b[31m +0.25  (integrated gradients, log-odds)" in shown
    assert "against good: slow -0.5" in shown
    assert "looked at most: ending 40.0%, slow 10.0%, \\x1b[31m 5.0%  (attention rollout" in shown
    assert "it saw a part only" in shown
    assert "\x1b" not in shown
    (item,) = json.loads("".join(pieces(iter([[EXPLAINED]]), "json")))
    assert item["tokens"][0] == {"token": "slow", "weight": -0.5, "attention": 0.1}


def test_files_are_written_whole_or_not_at_all(tmp_path):
    """A file appears when all of it is written; after an error nothing is left and an older one stays."""
    path = tmp_path / "a.csv"
    with written_file(path) as file:
        file.write(b"one")
        assert not path.exists()
    assert path.read_bytes() == b"one"

    def fail():
        with written_file(path) as file:
            file.write(b"two")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("a.csv", b"one")]


def test_places_that_cannot_be_written_are_told_before_any_work(tmp_path):
    """An existing file, a folder, a missing folder and one without permission are refused."""
    (tmp_path / "a.csv").touch()
    with pytest.raises(InputError, match="--force replaces it"):
        check_file(tmp_path / "a.csv", force=False)
    check_file(tmp_path / "a.csv", force=True)
    with pytest.raises(InputError, match="is a folder"):
        check_file(tmp_path, force=True)
    with pytest.raises(InputError, match="there is no folder"):
        check_file(tmp_path / "no" / "a.csv", force=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folders_without_permission_are_told(tmp_path):
    """A parent that cannot be written is an error of ours."""
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="no permission"), staging(tmp_path / "x"):
        pass
    tmp_path.chmod(0o700)


def test_only_earlier_exports_are_replaced(tmp_path):
    """A folder is an earlier export if its record names all that it holds; --force replaces nothing else."""
    folder = tmp_path / "out"
    exporting._check_target(folder, force=False)
    folder.mkdir()
    exporting._check_target(folder, force=False)
    (folder / "model.onnx").touch()
    record = folder / exporting.RECORD
    for content in ("{", "[]", '{"files": 3}', '{"files": [3, "../../secret", null]}'):
        record.write_text(content)
        with pytest.raises(InputError, match="no export has written"):
            exporting._check_target(folder, force=True)
    record.write_text('{"files": ["model.onnx"]}')
    exporting._check_target(folder, force=True)
    with pytest.raises(InputError, match="--force replaces it"):
        exporting._check_target(folder, force=False)
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(InputError, match="is a file or a link"):
        exporting._check_target(tmp_path / "link", force=True)


def test_a_sample_is_spread_over_the_examples(tmp_path):
    """64 texts of test, or of validation, or none; a damaged file is told."""
    assert sample_texts(tmp_path) == ()
    table = pa.table({"row": range(130), "label": [0] * 130, "text": [f"text {n}" for n in range(130)]})
    parquet.write_table(table, tmp_path / "validation.parquet")
    found = sample_texts(tmp_path)
    assert (len(found), found[:2], found[-1]) == (64, ("text 0", "text 2"), "text 126")
    (tmp_path / "test.parquet").write_text("no parquet")
    with pytest.raises(InputError, match=r"test\.parquet cannot be read"):
        sample_texts(tmp_path)
